"""The parts of `benchmarks.bench`. Each figure is beside a baseline from the same run."""
