"""Data to `Card(text, blocks)`: pure, without a clock and without settings."""
