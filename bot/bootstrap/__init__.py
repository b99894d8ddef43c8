"""The composition root: opens, makes and wires everything, and closes it in reverse order."""
