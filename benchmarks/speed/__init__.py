"""The parts of `benchmarks.bench`: what the bot exists for, each figure beside a baseline in the same run."""
