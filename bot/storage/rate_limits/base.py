"""How often a thing may be done. Everything that has a pace is limited here.

A rate limiter is a name with one number, the moment from which it is empty again (the generic cell rate
algorithm): who takes a turn pushes it `every` seconds on. No list of what was, so a row is enough.
"""

import math
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Turn:
    """`seconds` until it comes; not `booked` if that is longer than one would wait, and nothing is owed then.

    `resting`: it is not our own pace, but the other side said "too many".
    """

    seconds: float
    booked: bool
    resting: bool = False


class RateLimiter(Protocol):
    """Raises DatabaseFailed, where the rate limiters are shared."""

    async def take(
        self, name: str, *, every: float, burst: int = 1, within: float = math.inf, after: float = 0.0
    ) -> Turn:
        """The next turn, one `every` so many seconds, and `burst` of them at once after a rest.

        Not earlier than `after` seconds from now, and not at all if it does not come `within` so many.
        """

    async def has_room(self, name: str, *, every: float, burst: int, turns: int) -> bool:
        """Whether so many turns could be taken at once."""

    async def rest(self, name: str, seconds: float) -> None:
        """Nobody's turn comes for so long."""

    async def resting(self, name: str) -> float:
        """Seconds for which it still rests; 0 if it does not."""

    async def prune(self) -> None:
        """Forgets the names that owe nothing."""
