"""One line of the table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`met` is None where nothing is to be reached; `why` says what bounds it, or what it is made of."""

    what: str
    ours: str
    beside: str  # the baseline of the same run
    ratio: str
    wanted: str
    met: bool | None
    why: str = ""
