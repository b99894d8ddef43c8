"""How Procrastinate fetches, ends and retries jobs in its table, several in one statement.

Two gaps of version 3.10 are closed.

First, its own functions end or retry a job by the job's number alone. A worker that hung and lost a job to
another worker would end it while the other works on it, and free its lock. A job that moves to another
worker gets a higher number of attempts, so the queries here compare that number too (a fencing token).
Second, the end of a job notifies the workers of the next job of its lock.
"""

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import stamina
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Notification, Status
from procrastinate.manager import JobManager, NotificationCallback

# A person waits for the lock's next job. Without this, the workers find it only when they poll.
_NOTIFY_NEXT = """
SELECT pg_notify('procrastinate_queue_v1#' || next.queue_name, json_build_object(
    'type', 'job_inserted', 'job_id', next.id)::text)
FROM ended CROSS JOIN LATERAL (
    SELECT id, queue_name FROM procrastinate_jobs
    WHERE lock = ended.lock AND status = 'todo' ORDER BY priority DESC, id LIMIT 1
) next
"""
_SAME_ATTEMPT = "id = %(id)s AND attempts = %(attempts)s AND status = 'doing'"
_FINISH = f"""
WITH ended AS (
    DELETE FROM procrastinate_jobs USING unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS done (id, attempts)
    WHERE procrastinate_jobs.id = done.id AND procrastinate_jobs.attempts = done.attempts
        AND status = 'doing' RETURNING lock
) {_NOTIFY_NEXT}
"""  # noqa: S608
_RETRY = f"""
WITH old AS (SELECT id, lock FROM procrastinate_jobs WHERE {_SAME_ATTEMPT} FOR UPDATE),
ended AS (
    UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, worker_id = NULL,
        scheduled_at = now() + %(seconds)s * interval '1 second',
        lock = coalesce(%(lock)s, procrastinate_jobs.lock)
    FROM old WHERE procrastinate_jobs.id = old.id RETURNING old.lock
) {_NOTIFY_NEXT}
"""  # noqa: S608
# Procrastinate's own function again and again, until it finds no job. Each call sees what those before took.
_FETCH = """
WITH RECURSIVE fetched AS (
    SELECT 1 AS number, procrastinate_fetch_job_v2(%(queues)s::varchar[], %(worker_id)s) AS job
    UNION ALL
    SELECT number + 1, procrastinate_fetch_job_v2(%(queues)s::varchar[], %(worker_id)s)
    FROM fetched WHERE (job).id IS NOT NULL AND number < %(most)s
)
SELECT (job).id, (job).status, (job).task_name, (job).priority, (job).lock, (job).queueing_lock, (job).args,
    (job).scheduled_at, (job).queue_name, (job).attempts, (job).worker_id
FROM fetched WHERE (job).id IS NOT NULL ORDER BY number
"""
_MAX_FETCHED = 8  # in one statement: more would leave nothing to other workers that are free
_ROOM = 8  # free slots that are worth a statement, while more jobs are due than there are slots
_ROOM_SECONDS = 0.05  # to wait for them
# About twenty seconds with stamina's pauses. A job whose end is not recorded holds up its lock.
_MAX_ATTEMPTS = 8


@dataclass
class _Slots:
    """The jobs of one queue that this process has. Those that are `fetched` have not begun."""

    fetched: deque[Job] = field(default_factory=deque)
    running: int = 0
    more_are_due: bool = False  # when asked last
    asked: int = -1  # the number of notifications when nothing was left to fetch
    room: asyncio.Event = field(default_factory=asyncio.Event)


class FencedJobs(JobManager):
    def __init__(self, connector: BaseConnector, at_once: int) -> None:
        """Each queue has `at_once` slots."""
        super().__init__(connector)
        self._at_once = at_once
        self._notifications = 0
        self._slots: defaultdict[str, _Slots] = defaultdict(_Slots)
        self._ended: dict[int, int] = {}  # by the job's number: its attempt, until that is written
        self._one_write = asyncio.Lock()

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        async def counted(*, channel: str, notification: Notification) -> None:
            self._notifications += 1
            await on_notification(channel=channel, notification=notification)

        await super().listen_for_jobs(on_notification=counted, queues=queues)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """None when no job is due, or another worker has just begun a job of the same lock.

        Fetches as many jobs as there are slots, so all of them begin at once. Asks again when a notification
        came meanwhile: the worker forgets all that came before it returns.
        """
        [queue] = queues or ()
        slots = self._slots[queue]
        while not slots.fetched:
            if slots.asked == self._notifications:
                slots.asked = -1
                return None
            await self._wait_for_room(slots)
            slots.asked = self._notifications
            most = max(1, min(self._at_once - slots.running, _MAX_FETCHED))
            slots.fetched.extend(await self._fetch(queue, worker_id, most))
            slots.more_are_due = len(slots.fetched) == most
            if slots.more_are_due:
                slots.asked = -1
        slots.running += 1
        return slots.fetched.popleft()

    async def give_back(self, queue: str) -> None:
        """Gives the jobs that were fetched and have not begun to other workers."""
        slots = self._slots.pop(queue, _Slots())
        for job in slots.fetched:
            await self.put_back(job)

    async def _wait_for_room(self, slots: _Slots) -> None:
        if slots.more_are_due and self._at_once - slots.running < _ROOM:
            slots.room.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ROOM_SECONDS):
                    await slots.room.wait()

    async def _fetch(self, queue: str, worker_id: int, most: int) -> list[Job]:
        """If another worker takes a job of the same lock at this moment, PostgreSQL undoes all of it."""
        for number in (most, 1):
            with contextlib.suppress(UniqueViolation):
                rows = await self.connector.execute_query_all_async(
                    _FETCH, queues=[queue], worker_id=worker_id, most=number
                )
                return [Job.from_row(row) for row in rows]
        return []

    def _free_slot(self, job: Job) -> None:
        slots = self._slots[job.queue]
        slots.running = max(0, slots.running - 1)
        if self._at_once - slots.running >= _ROOM:
            slots.room.set()

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - Procrastinate's signature
        """Deletes the job whatever its status: the job store records how it ended.

        Jobs that end while others are being deleted are deleted together.
        """
        del status, delete_job
        assert job.id is not None  # noqa: S101 - it was fetched
        self._free_slot(job)
        self._ended[job.id] = job.attempts
        async with self._one_write:
            if self._ended.get(job.id) != job.attempts:
                return  # another job's end took this one along
            ended, self._ended = self._ended, {}
            try:
                await self._execute(_FINISH, ids=list(ended), attempts=list(ended.values()))
            except BaseException:
                self._ended = ended | self._ended  # for the next
                raise

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Makes the job due as many seconds from now as `retry_at` is.

        PostgreSQL counts them from its own clock, which says what is due.
        """
        del priority, queue
        now = datetime.now(UTC)
        self._free_slot(job)
        await self.put_back(job, ((retry_at or now) - now).total_seconds(), lock)

    async def put_back(self, job: Job, seconds: float = 0.0, lock: str | None = None) -> None:
        """Makes a job due that has no slot here: it has not begun, or its worker died."""
        await self._execute(_RETRY, id=job.id, attempts=job.attempts, seconds=seconds, lock=lock)

    async def _execute(self, query: str, **values: float | str | list[int] | None) -> None:
        """Tries again after a broken connection. Each query is safe to repeat."""
        async for attempt in stamina.retry_context(
            on=ConnectorException, attempts=_MAX_ATTEMPTS, timeout=20.0
        ):
            with attempt:
                await self.connector.execute_query_async(query, **values)
