"""One row of the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


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


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """The median of the rounds and, with more than one round, the least and the most: `1.72 (1.60-1.90)`."""
    least, most = (f"{each:{form}}" for each in (min(values), max(values)))
    return f"{median(values):{form}}" + (f" ({least}-{most})" if len(values) > 1 else "")


def milliseconds(seconds: Sequence[float], form: str = ".2f") -> str:
    """As `spread`, of seconds."""
    return f"{spread([each * 1000 for each in seconds], form)} ms"
