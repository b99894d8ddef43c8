"""Gauges of what is in the database, read when Prometheus scrapes.

All processes report the same numbers, because they share one database. Take their `max`, not their sum.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.core.errors import DatabaseFailed
from bot.storage.jobs import JobStore, Queue
from bot.storage.watches import Watches
from bot.watches.models import Condition

T = TypeVar("T")
QUERY_TIMEOUT = 3.0  # seconds for each query; Prometheus waits ten for all of them
# Counting watches reads one index entry for each, and in PostgreSQL also the row if it was just written.
CACHED_FOR = 60.0  # seconds that a count of watches is used, at least
MIN_COST_RATIO = 1000  # and at least so many times what counting took: it takes a thousandth of the time


class Gauges(Collector):
    def __init__(
        self,
        job_store: JobStore,
        watches: Watches,
        writable: Callable[[], Awaitable[bool]],
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """`writable` says whether jobs can be recorded.

        `now` is the time of day, which may be corrected. `clock` is monotonic, in seconds.
        """
        self._job_store = job_store
        self._watches = watches
        self._is_writable = writable
        self._writable = False
        self._now = now
        self._clock = clock
        self._queue: Queue | None = None  # None: the database does not answer
        self._counted: Mapping[Condition, int] = {}
        self._recount_at = -CACHED_FOR

    async def refresh(self) -> None:
        """Reads the numbers for `collect`. If the database does not answer, `collect` only reports that."""
        self._writable = await self._is_writable()
        self._queue = await _answered(self._job_store.queue())
        if self._queue is not None and self._clock() >= self._recount_at:
            began = self._clock()
            self._counted = await _answered(self._watches.count()) or {}
            self._recount_at = self._clock() + max(CACHED_FOR, MIN_COST_RATIO * (self._clock() - began))

    def collect(self) -> Iterator[Metric]:
        queue = self._queue
        up = "1 if the last read and the last write of the database worked."
        yield GaugeMetricFamily("order_desk_database_up", up, int(self._writable and queue is not None))
        if queue is None:
            return
        now = self._now().timestamp()
        yield _gauge("jobs_open", "Recorded jobs that have not ended.", "kind", queue.open.items())
        ages = [(kind, max(0.0, now - at)) for kind, at in queue.oldest.items()]
        yield _gauge("oldest_job_seconds", "Since the oldest open job was recorded.", "kind", ages)
        dead = "Jobs that were given up within 30 days. `check` lists them."
        yield GaugeMetricFamily("order_desk_jobs_dead", dead, queue.dead)
        live = "Watches that have not ended. Counted once a minute at most."
        yield _gauge("watches", live, "condition", self._counted.items())


async def _answered(query: Awaitable[T]) -> T | None:
    """None if the database does not answer."""
    try:
        async with asyncio.timeout(QUERY_TIMEOUT):
            return await query
    except (DatabaseFailed, TimeoutError):
        return None


def _gauge(name: str, says: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"order_desk_{name}", says, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family
