"""The jobs: work that is recorded, and done even if the process ends in between."""
