"""The sweep: makes one job for each order that is due, however many places watch it."""

from collections.abc import Callable
from datetime import datetime

from bot.core.logging import new_reference
from bot.core.metrics import Metrics
from bot.jobs.background import CheckOrder
from bot.queue.base import Engine
from bot.storage.database.base import Sql
from bot.storage.due_watches import DueOrder, DueWatches

MAX_OPEN_CHECKS = 200  # checks that run or wait for a slot; the other orders stay in the table
CLOCK_JUMP_SECONDS = 5.0  # a clock that goes back by less was only corrected a little


class Sweep:
    def __init__(
        self,
        due_watches: DueWatches,
        engine: Engine,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        metrics: Metrics,
    ) -> None:
        """`now` is the time of day, which may be corrected. `clock` is monotonic, in seconds."""
        self._due_watches = due_watches
        self._engine = engine
        self._now = now
        self._clock = clock
        self._metrics = metrics
        self._taken: list[DueOrder] = []  # the orders of the last sweep
        self._last_times: tuple[datetime, float] | None = None  # `now` and `clock` at the last round

    async def round(self) -> None:
        """Sweeps. If the clock went back since the last round, first makes all checks due as much earlier.

        Raises DatabaseFailed, and ShuttingDown when the process is stopping.
        """
        now, clock = self._now(), self._clock()
        was, then = self._last_times or (now, clock)
        self._last_times = (now, clock)
        back = clock - then - (now - was).total_seconds()
        if back > CLOCK_JUMP_SECONDS:
            await self._due_watches.put_back(back)
        await self.sweep()

    async def sweep(self) -> int:
        """Makes the jobs for what is due. Returns the number of new jobs.

        A check is recorded in the transaction that claims its watches. After a kill at any point, both are
        there or neither.
        """
        new = await self._engine.add_all(self._check_jobs)
        for due in self._taken:
            self._metrics.check_late(max(0.0, self._now().timestamp() - due.since))
        return new

    def _check_jobs(self, sql: Sql) -> list[CheckOrder]:
        self._taken = self._due_watches.take(
            sql, self._now(), MAX_OPEN_CHECKS - self._engine.open_checks(sql)
        )
        return [CheckOrder.at(each.team_id, each.order, new_reference("W")) for each in self._taken]
