"""What stands in the database: asked for when somebody asks us.

Every process that is asked says the same, as they have one database: `max` of them, not their sum.
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
QUERY_TIMEOUT = 3.0  # seconds for each question; Prometheus waits for ten in all
# Counting watches reads an entry of an index for each; in PostgreSQL also the row, if it was written lately.
CACHED_FOR = 60.0  # seconds, or
MIN_COST_RATIO = 1000  # times what it took: whatever there is to count, it takes a thousandth of the time


class Gauges(Collector):
    def __init__(
        self, job_store: JobStore, watches: Watches, now: Callable[[], datetime], clock: Callable[[], float]
    ) -> None:
        """`now` is the time, which may be put right; `clock` counts seconds, which go on."""
        self._job_store = job_store
        self._watches = watches
        self._now = now
        self._clock = clock
        self._queue: Queue | None = None  # None: the database does not answer
        self._counted: Mapping[Condition, int] = {}
        self._recount = -CACHED_FOR

    async def look(self) -> None:
        """What is collected next is what stands there now. Of a database that is away, only that it is."""
        self._queue = await _answered(self._job_store.queue())
        if self._queue is not None and self._clock() >= self._recount:
            began = self._clock()
            self._counted = await _answered(self._watches.count()) or {}
            self._recount = self._clock() + max(CACHED_FOR, MIN_COST_RATIO * (self._clock() - began))

    def collect(self) -> Iterator[Metric]:
        queue = self._queue
        up = "Whether the database answered when it was last asked."
        yield GaugeMetricFamily("order_desk_database_up", up, 0 if queue is None else 1)
        if queue is None:
            return
        now = self._now().timestamp()
        yield _gauge("jobs_open", "Recorded jobs that have not ended.", "kind", queue.open.items())
        ages = [(kind, max(0.0, now - at)) for kind, at in queue.oldest.items()]
        yield _gauge("oldest_job_seconds", "Since the oldest open job was recorded.", "kind", ages)
        dead = "Jobs that were given up within 30 days; `check` lists them."
        yield GaugeMetricFamily("order_desk_jobs_dead", dead, queue.dead)
        live = "Watches that have not ended; counted once a minute at most."
        yield _gauge("watches", live, "condition", self._counted.items())


async def _answered(question: Awaitable[T]) -> T | None:
    """None if the database does not answer."""
    try:
        async with asyncio.timeout(QUERY_TIMEOUT):
            return await question
    except (DatabaseFailed, TimeoutError):
        return None


def _gauge(name: str, says: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"order_desk_{name}", says, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family
