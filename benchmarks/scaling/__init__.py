"""The parts of `benchmarks.scale`: when checks come due, and what they cost on real databases."""
