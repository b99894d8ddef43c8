"""Rate limits for all processes together."""
