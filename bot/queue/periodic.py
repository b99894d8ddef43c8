"""Periodic work, done by one process at a time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

from bot.core.errors import DatabaseFailed, ShuttingDown
from bot.core.metrics import Metrics
from bot.storage.rate_limits.base import RateLimiter

MIN_TURN_SHARE = 0.8  # of the interval: a process that is a little early may take the turn
log = structlog.get_logger(__name__)


class PeriodicTask:
    def __init__(
        self,
        name: str,
        rate_limiter: RateLimiter,
        do: Callable[[], Awaitable[object]],
        metrics: Metrics,
        *,
        every: float,
    ) -> None:
        """Runs `do` each `every` seconds, unless another process with this rate limiter has just done so."""
        self._name = name
        self._rate_limiter = rate_limiter
        self._do = do
        self._metrics = metrics
        self._every = every
        self._closing = asyncio.Event()

    async def run(self) -> None:
        """Runs until `close` or ShuttingDown. After any other error, the next round tries again."""
        while not self._closing.is_set():
            try:
                turn = await self._rate_limiter.take(
                    f"round: {self._name}", every=MIN_TURN_SHARE * self._every, within=0.0
                )
                if turn.booked:
                    await self._do()
                    self._metrics.round(self._name, "done")
            except ShuttingDown:
                return
            except DatabaseFailed as error:  # the database module logs each outage once
                self._metrics.round(self._name, "failed")
                log.debug("a round failed", round=self._name, why=str(error))
            except Exception:  # an unexpected error must not end the task: no one would notice
                self._metrics.round(self._name, "failed")
                log.exception("a round failed", round=self._name)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._every)

    def close(self) -> None:
        self._closing.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs in the background. On leaving, waits for the end of the round that is running."""
        task = asyncio.create_task(self.run())
        try:
            yield
        finally:
            self.close()
            await task
