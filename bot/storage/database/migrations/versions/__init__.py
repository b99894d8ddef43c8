"""One file for each step, named and chained by its `revision`."""
