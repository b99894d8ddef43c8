"""The sweep: what is due becomes one job per order, however many watch it."""

from collections.abc import Callable
from datetime import datetime

from bot.core.logging import new_reference
from bot.core.metrics import Metrics
from bot.jobs.background import LookAtWatched
from bot.queue.base import Engine
from bot.storage.database.base import Sql
from bot.storage.due_watches import DueOrder, DueWatches

MAX_OPEN_CHECKS = (
    200  # looks that are under way or waiting for their turn; the other orders stay in the table
)
CLOCK_JUMP_SECONDS = 5.0  # seconds back: more than a clock is put right by in passing


class Sweep:
    def __init__(
        self,
        due_watches: DueWatches,
        engine: Engine,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        metrics: Metrics,
    ) -> None:
        """`now` is the time, which may be put right; `clock` counts seconds, which go on."""
        self._due_watches = due_watches
        self._engine = engine
        self._now = now
        self._clock = clock
        self._metrics = metrics
        self._taken: list[DueOrder] = []  # by the last sweep
        self._before: tuple[datetime, float] | None = None  # the two at the last round

    async def round(self) -> None:
        """A sweep; when the time has gone back since the last one, nothing comes later for that.

        Raises DatabaseFailed, and ShuttingDown when the process is stopping.
        """
        now, clock = self._now(), self._clock()
        was, then = self._before or (now, clock)
        self._before = (now, clock)
        back = clock - then - (now - was).total_seconds()
        if back > CLOCK_JUMP_SECONDS:
            await self._due_watches.put_back(back)
        await self.sweep()

    async def sweep(self) -> int:
        """Makes the jobs for what is due, and says how many orders that were.

        A look is recorded in the transaction that claims its watches: killed anywhere, there is none
        without the other.
        """
        new = await self._engine.add_all(self._looks)
        for due in self._taken:
            self._metrics.look_late(max(0.0, self._now().timestamp() - due.since))
        return new

    def _looks(self, sql: Sql) -> list[LookAtWatched]:
        self._taken = self._due_watches.take(sql, self._now(), MAX_OPEN_CHECKS - self._engine.looks(sql))
        return [LookAtWatched.at(each.team_id, each.order, new_reference("W")) for each in self._taken]
