"""A stand-in for Autoenhance: its API, its orders, its webhook."""
