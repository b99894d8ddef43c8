"""The parts of `benchmarks.scale`: when looks come due, and what they cost on real databases."""
