"""Draws contact sheets and pairs of photos. Pillow is used here, and only if it is installed."""
