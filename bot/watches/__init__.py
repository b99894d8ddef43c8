"""Watches: which orders a team waits for, where notices are posted, and what was posted already."""
