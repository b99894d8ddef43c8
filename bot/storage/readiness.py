"""Whether the database takes what people ask for."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.core.errors import DatabaseFailed
from bot.storage.database.base import Health
from bot.storage.jobs import JobStore

KEPT_SECONDS = 2.0  # that an answer is given again: many may ask, and each try writes
TIMEOUT_SECONDS = 2.0


class Readiness:
    """Tries to write. A server that only reads, or a full disk, answers every question but takes no job."""

    def __init__(
        self,
        job_store: JobStore,
        health: Health,
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """`now` is the time of day, which may be corrected. `clock` is monotonic, in seconds."""
        self._job_store = job_store
        self._health = health
        self._now = now
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._writable = False
        self._known_until = clock()

    async def writable(self) -> bool:
        """Whether a job can be recorded, and nothing that was stored is damaged."""
        async with self._one_at_a_time:
            if self._clock() >= self._known_until:
                self._writable = await self._try()
                self._known_until = self._clock() + KEPT_SECONDS
        return self._writable and not self._health.damaged

    async def _try(self) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._job_store.probe(self._now())
        except (DatabaseFailed, TimeoutError):
            return False
        return True
