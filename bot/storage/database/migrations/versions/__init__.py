"""One file for each migration. Its `revision` is in its name, and the next file names it."""
