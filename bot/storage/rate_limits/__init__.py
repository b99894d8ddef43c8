"""How often what may be done: by everybody together, where there are several processes."""
