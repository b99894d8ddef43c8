"""What is counted, for Prometheus: the one door to its library."""
