"""Rate limits of one process, in memory."""

import math
from collections.abc import Callable

from bot.storage.rate_limits.base import Turn

MAX_NAMES = 5_000  # kept in memory; from there on, those whose limit is wholly free are deleted


class LocalRateLimiter:
    """`bot.storage.rate_limits.base.RateLimiter` for one process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` returns seconds."""
        self._clock = clock
        self._free_from: dict[str, float] = {}  # by name: when its limit is wholly free
        self._paused_until: dict[str, float] = {}  # by name

    async def take(
        self, name: str, *, every: float, burst: int = 1, within: float = math.inf, after: float = 0.0
    ) -> Turn:
        now = self._clock()
        if paused := await self.paused_for(name):
            return Turn(paused, booked=False, paused=True)
        free_from = max(self._free_from.get(name, 0.0), now + after)
        seconds = max(free_from - (burst - 1) * every - now, after)
        if seconds > within:
            return Turn(seconds, booked=False)
        if len(self._free_from) >= MAX_NAMES:
            await self.prune()
        self._free_from[name] = free_from + every
        return Turn(seconds, booked=True)

    async def has_room(self, name: str, *, every: float, burst: int, turns: int) -> bool:
        now = self._clock()
        used = max(self._free_from.get(name, 0.0), now) - now + turns * every
        return not await self.paused_for(name) and used <= burst * every + 1e-6

    async def pause(self, name: str, seconds: float) -> None:
        self._paused_until[name] = max(self._paused_until.get(name, 0.0), self._clock() + seconds)

    async def paused_for(self, name: str) -> float:
        return max(self._paused_until.get(name, 0.0) - self._clock(), 0.0)

    async def prune(self) -> None:
        now = self._clock()
        self._free_from = {name: at for name, at in self._free_from.items() if at > now}
        self._paused_until = {name: at for name, at in self._paused_until.items() if at > now}
