"""How Procrastinate ends and retries a job in its table, with two gaps of version 3.10 closed.

First, its own functions end or retry a job by the job's number alone. A worker that hung and lost a job to
another worker would end it while the other works on it, and free its lock. A job that moves to another
worker gets a higher number of attempts, so the queries here compare that number too (a fencing token).
Second, the end of a job notifies the workers of the next job of its lock.
"""

from collections.abc import Iterable
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
_FINISH = (
    f"WITH ended AS (DELETE FROM procrastinate_jobs WHERE {_SAME_ATTEMPT} RETURNING lock) {_NOTIFY_NEXT}"  # noqa: S608
)
_RETRY = f"""
WITH old AS (SELECT id, lock FROM procrastinate_jobs WHERE {_SAME_ATTEMPT} FOR UPDATE),
ended AS (
    UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, worker_id = NULL,
        scheduled_at = now() + %(seconds)s * interval '1 second',
        lock = coalesce(%(lock)s, procrastinate_jobs.lock)
    FROM old WHERE procrastinate_jobs.id = old.id RETURNING old.lock
) {_NOTIFY_NEXT}
"""  # noqa: S608
# About twenty seconds with stamina's pauses. A job whose end is not recorded holds up its lock.
_MAX_ATTEMPTS = 8


class FencedJobs(JobManager):
    def __init__(self, connector: BaseConnector) -> None:
        super().__init__(connector)
        self._notifications = 0

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        async def counted(*, channel: str, notification: Notification) -> None:
            self._notifications += 1
            await on_notification(channel=channel, notification=notification)

        await super().listen_for_jobs(on_notification=counted, queues=queues)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """None when no job is due, or another worker has just begun a job of the same lock.

        Asks again when a notification came meanwhile: the worker forgets all that came before it returns.
        """
        while True:
            before = self._notifications
            job = await self._fetch(queues, worker_id)
            if job or before == self._notifications:
                return job

    async def _fetch(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        try:
            return await super().fetch_job(queues, worker_id)
        except UniqueViolation:
            return None

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - Procrastinate's signature
        """Deletes the job whatever its status: the job store records how it ended."""
        del status, delete_job
        await self._execute(_FINISH, job)

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
        seconds = ((retry_at or now) - now).total_seconds()
        await self._execute(_RETRY, job, seconds=seconds, lock=lock)

    async def _execute(self, query: str, job: Job, **values: float | str | None) -> None:
        """Tries again after a broken connection. Each query is safe to repeat."""
        async for attempt in stamina.retry_context(
            on=ConnectorException, attempts=_MAX_ATTEMPTS, timeout=20.0
        ):
            with attempt:
                await self.connector.execute_query_async(query, id=job.id, attempts=job.attempts, **values)
