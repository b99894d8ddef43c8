"""What an order is: its id, its fields, and what they mean. Pure: no clock, no I/O."""
