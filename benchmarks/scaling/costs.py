"""How long the bot's own queries take on a database with many watches."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from benchmarks.scaling.databases import POSTGRES, OpenDatabase
from benchmarks.scaling.rows import NOW, order_id, team_id
from benchmarks.scaling.sweeping import spread
from bot.bootstrap.app import MAX_CONCURRENT_JOBS
from bot.core.errors import DatabaseFailed
from bot.core.metrics import Metrics
from bot.queue.due_checks import MAX_OPEN_CHECKS, Sweep
from bot.storage.database.base import Sql
from bot.storage.due_watches import DueWatches
from bot.storage.watches import Watches

SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(hours=1)  # all watches are due at LATER
Do = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Often:
    """How many times each query is measured."""

    sweeps: int
    calls: int  # one after the other
    together: int


@dataclass(frozen=True)
class Cost:
    """Percentiles in milliseconds. None where the database refused the query.

    `a_second` is the rate with many queries at once.
    """

    p50: float | None
    p99: float | None = None
    a_second: float | None = None


class Costs:
    def __init__(self, storage: OpenDatabase, watches: int, often: Often) -> None:
        self._database, self._number, self._often = storage.database, watches, often
        self._on_postgres = storage.kind == POSTGRES
        self._due_watches, self._store = DueWatches(storage.database), Watches(storage.database)
        self._sweep = Sweep(self._due_watches, storage.engine, lambda: NOW, time.monotonic, Metrics())
        self._random = Random(1)  # noqa: S311 - no secret

    async def all(self) -> dict[str, Cost]:
        """Each cost, by its name in the table."""
        return {
            "`take`, none due": await self.take(0),
            f"`take`, {MAX_OPEN_CHECKS // 2} due": await self.take(MAX_OPEN_CHECKS // 2),
            f"`take`, {MAX_OPEN_CHECKS} due": await self.take(MAX_OPEN_CHECKS),
            f"`take` of {MAX_OPEN_CHECKS}, all due": await self._take_of_all(),
            f"a sweep: {MAX_OPEN_CHECKS} due, with their jobs": await self.sweep(MAX_OPEN_CHECKS),
            "`of_order`": await self._each([self._reading(number) for number in self._some()]),
            "`save`": await self._each([await self._saving(number) for number in self._some()]),
            "`wake`": await self._each([self._waking(number) for number in self._some()]),
            "`put_back`, once": await self._put_back(),
        }

    async def take(self, due: int) -> Cost:
        """The cost of `take` when `due` watches are due."""

        async def take() -> None:
            await self._database.run(lambda sql: self._due_watches.take(sql, NOW, MAX_OPEN_CHECKS))

        return await self._sweeps(due, take)

    async def sweep(self, due: int) -> Cost:
        """The cost of a sweep, which also records the jobs, when `due` watches are due."""
        return await self._sweeps(due, self._sweep.sweep)

    async def _sweeps(self, due: int, do: Do) -> Cost:
        times = []
        for _ in range(self._often.sweeps):
            which = self._random.sample(range(1, self._number + 1), due)
            await self._database.run(lambda sql, which=which: _plan(sql, which, NOW.timestamp()))  # type: ignore[misc]
            times.append(await _timed(do))
            await self._database.run(lambda sql, which=which: _plan(sql, which, SOON.timestamp()))  # type: ignore[misc]
            await self._forget_jobs()
        return _cost(times)

    async def _take_of_all(self) -> Cost:
        """The cost of `take` after an outage: all watches are due, and it takes those due longest."""

        async def take() -> None:
            await self._database.run(lambda sql: self._due_watches.take(sql, LATER, MAX_OPEN_CHECKS))

        times = [await _timed(take) for _ in range(self._often.sweeps)]
        await self._database.run(lambda sql: sql.do("UPDATE watches SET claimed = 0 WHERE claimed > 0"))
        return _cost(times)

    async def _forget_jobs(self) -> None:
        def forget(sql: Sql) -> None:
            sql.do("DELETE FROM jobs")
            if self._on_postgres:
                sql.do("DELETE FROM procrastinate_jobs")

        await self._database.run(forget)

    def _some(self) -> list[int]:
        return self._random.choices(range(1, self._number + 1), k=self._often.calls + self._often.together)

    def _reading(self, number: int) -> Do:
        return lambda: self._store.of_order(team_id(number), order_id(number))

    async def _saving(self, number: int) -> Do:
        [watch] = await self._store.of_order(team_id(number), order_id(number))
        later = replace(watch, next_look=watch.next_look + timedelta(minutes=5))
        return lambda: self._store.save(later)

    def _waking(self, number: int) -> Do:
        return lambda: self._due_watches.wake(order_id(number), LATER, 1)

    async def _each(self, calls: Sequence[Do]) -> Cost:
        """First one after the other, then as many at once as one process does."""
        times = [await _timed(call) for call in calls[: self._often.calls]]
        left = iter(calls[self._often.calls :])

        async def work() -> None:
            for call in left:
                await call()

        together = await _timed(lambda: asyncio.gather(*(work() for _ in range(MAX_CONCURRENT_JOBS))))
        return _cost(times, a_second=self._often.together / together * 1000)

    async def _put_back(self) -> Cost:
        try:
            return Cost(await _timed(lambda: self._due_watches.put_back(0.0)))
        except DatabaseFailed:
            return Cost(None)


def _plan(sql: Sql, which: Sequence[int], at: float) -> None:
    plan = "UPDATE watches SET next_look = :at, claimed = 0 WHERE id = :id"
    sql.each(plan, [{"at": at, "id": number} for number in which])


async def _timed(do: Do) -> float:
    """How long `do` takes, in milliseconds."""
    begun = time.perf_counter()
    await do()
    return (time.perf_counter() - begun) * 1000


def _cost(times: list[float], a_second: float | None = None) -> Cost:
    p50, p99, _ = spread(times)
    return Cost(p50, p99, a_second)
