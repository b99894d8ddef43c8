"""Who does a job, and when: two engines behind one port, and what goes by the clock."""
