"""Watches: which orders a team waits for, where it is told, and what it was told already."""
