"""The parts of `benchmarks.soak`: the bot under load and during failures, killed again and again."""
