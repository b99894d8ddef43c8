"""Who does a job, and when: two engines with one interface, and periodic work."""
