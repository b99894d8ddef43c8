"""What an order is: its id, its fields, and their meaning. Pure: no clock, no I/O."""
