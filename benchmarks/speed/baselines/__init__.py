"""Simple bots without Order Desk: separate programs, started in the same way."""
