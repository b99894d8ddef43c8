"""One row of the table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`met` is None where there is no goal. `why` says what limits the figure or what it consists of."""

    what: str
    ours: str
    beside: str  # the baseline of the same run
    ratio: str
    wanted: str
    met: bool | None
    why: str = ""
