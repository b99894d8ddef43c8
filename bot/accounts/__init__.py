"""What a connected account of Autoenhance is, and who may search its orders. Pure: no clock, no I/O."""
