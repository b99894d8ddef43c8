"""What comes in: HTTP and Socket Mode, routes, and listeners that read a payload, record a job and ack."""
