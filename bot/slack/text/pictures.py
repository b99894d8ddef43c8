"""What a screen reader says of a picture."""

from collections.abc import Sequence


def sheet_alt(order: str, failed: Sequence[tuple[str, str]], shown: Sequence[str], more: int) -> str:
    """What is on a contact sheet, in its order. `failed` are names with their reasons, which may be empty.

    `shown` are the names of the other tiles. `more` is how many photos the sheet leaves out.
    """
    raise NotImplementedError


def pair_alt(name: str) -> str:
    """What is on the picture of one photo before and after."""
    raise NotImplementedError
