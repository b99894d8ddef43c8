"""Data to `Card(text, blocks)`. Pure: no clock, no settings."""
