"""The rate limiters of one process, in memory."""

import math
from collections.abc import Callable

from bot.storage.rate_limits.base import Turn

MAX_NAMES = 5_000  # names remembered; those that are empty owe nothing


class LocalRateLimiter:
    """For one process, in memory."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._empty: dict[str, float] = {}  # by name, from when on
        self._rests: dict[str, float] = {}  # until when

    async def take(
        self, name: str, *, every: float, burst: int = 1, within: float = math.inf, after: float = 0.0
    ) -> Turn:
        now = self._clock()
        if rests := await self.resting(name):
            return Turn(rests, booked=False, resting=True)
        empty = max(self._empty.get(name, 0.0), now + after)
        seconds = max(empty - (burst - 1) * every - now, after)
        if seconds > within:
            return Turn(seconds, booked=False)
        if len(self._empty) >= MAX_NAMES:
            await self.prune()
        self._empty[name] = empty + every
        return Turn(seconds, booked=True)

    async def has_room(self, name: str, *, every: float, burst: int, turns: int) -> bool:
        now = self._clock()
        full = max(self._empty.get(name, 0.0), now) - now + turns * every
        return not await self.resting(name) and full <= burst * every + 1e-6

    async def rest(self, name: str, seconds: float) -> None:
        self._rests[name] = max(self._rests.get(name, 0.0), self._clock() + seconds)

    async def resting(self, name: str) -> float:
        return max(self._rests.get(name, 0.0) - self._clock(), 0.0)

    async def prune(self) -> None:
        now = self._clock()
        self._empty = {name: at for name, at in self._empty.items() if at > now}
        self._rests = {name: at for name, at in self._rests.items() if at > now}
