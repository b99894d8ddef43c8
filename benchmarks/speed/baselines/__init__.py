"""What one would write without Order Desk: programs of their own, started as it is."""
