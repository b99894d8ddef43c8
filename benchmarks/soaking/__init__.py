"""The parts of `benchmarks.soak`: the bot under load and in bad weather, killed again and again."""
