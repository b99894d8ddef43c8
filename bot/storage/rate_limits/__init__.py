"""How often a thing may be done, by all processes together."""
