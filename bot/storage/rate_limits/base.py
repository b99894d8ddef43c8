"""The rate limits: how often a call may be made.

The algorithm is the generic cell rate algorithm (GCRA). Each name has one number: the time from which
nothing is used of its limit any more. Each turn moves that time on by `every` seconds. No list of past
turns is needed, so one row is enough.
"""

import math
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Turn:
    """The answer to `take`."""

    seconds: float  # until the turn comes
    booked: bool  # False if that is longer than `within`: then nothing is used of the limit
    paused: bool = False  # not our own limit: the other side answered "too many requests"


class RateLimiter(Protocol):
    """Every method raises DatabaseFailed where the limits are shared through the database."""

    async def take(
        self, name: str, *, every: float, burst: int = 1, within: float = math.inf, after: float = 0.0
    ) -> Turn:
        """Books the next turn. All times are in seconds.

        There is one turn `every` so many seconds. After a time without turns, `burst` of them come at once.
        The turn comes `after` so many seconds at the earliest. If it would come later than `within`, it is
        not booked.
        """

    async def has_room(self, name: str, *, every: float, burst: int, turns: int) -> bool:
        """Whether so many turns could be taken at once, without waiting. It takes none."""

    async def pause(self, name: str, seconds: float) -> None:
        """Gives no turns for so many seconds. A shorter pause does not replace a longer one."""

    async def paused_for(self, name: str) -> float:
        """For how many seconds no turns are given after `pause`. 0 if turns are given."""

    async def prune(self) -> None:
        """Deletes the names whose limit is wholly free again."""
