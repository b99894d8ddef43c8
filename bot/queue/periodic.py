"""What is done again and again, by one of all the processes that do it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

from bot.core.errors import DatabaseFailed, ShuttingDown
from bot.core.metrics import Metrics
from bot.storage.rate_limits.base import RateLimiter

EARLY = 0.8  # of the time between two: a process that is a little early has waited long enough
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
        """`do` each `every` seconds, unless another process with this rate limiter just has."""
        self._name = name
        self._rate_limiter = rate_limiter
        self._do = do
        self._metrics = metrics
        self._every = every
        self._closing = asyncio.Event()

    async def run(self) -> None:
        """Until `close`. Whatever goes wrong is tried again in the next round."""
        while not self._closing.is_set():
            try:
                turn = await self._rate_limiter.take(
                    f"round: {self._name}", every=EARLY * self._every, within=0.0
                )
                if turn.booked:
                    await self._do()
                    self._metrics.round(self._name, "done")
            except ShuttingDown:
                return
            except DatabaseFailed as error:  # its own door has said so, once for all rounds
                self._metrics.round(self._name, "failed")
                log.debug("a round failed", round=self._name, why=str(error))
            except Exception:  # also what nobody thought of: no one else would see that it has stopped
                self._metrics.round(self._name, "failed")
                log.exception("a round failed", round=self._name)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._every)

    def close(self) -> None:
        self._closing.set()

    @contextlib.asynccontextmanager
    async def going(self) -> AsyncIterator[None]:
        """Runs meanwhile; on leaving, the round that is under way comes to its end."""
        running = asyncio.create_task(self.run())
        try:
            yield
        finally:
            self.close()
            await running
