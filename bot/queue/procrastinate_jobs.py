"""Procrastinate's way to its table, where it leaves gaps (3.10): who may end a job, and what comes next.

Its own functions end or retry a job by its number alone. Somebody who stood still and lost a job to
others would end it under their hands, and free its lock while they are at it. A job that is given to
somebody else counts one attempt more, so that number is the fence.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import stamina
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

# The lock's next job is waited for; Procrastinate's workers would find it when they ask the next time.
_CALL_NEXT = """
SELECT pg_notify('procrastinate_queue_v1#' || next.queue_name, json_build_object(
    'type', 'job_inserted', 'job_id', next.id)::text)
FROM ended CROSS JOIN LATERAL (
    SELECT id, queue_name FROM procrastinate_jobs
    WHERE lock = ended.lock AND status = 'todo' ORDER BY priority DESC, id LIMIT 1
) next
"""
_OURS = "id = %(id)s AND attempts = %(attempts)s AND status = 'doing'"
_FINISH = f"WITH ended AS (DELETE FROM procrastinate_jobs WHERE {_OURS} RETURNING lock) {_CALL_NEXT}"  # noqa: S608
_RETRY = f"""
WITH old AS (SELECT id, lock FROM procrastinate_jobs WHERE {_OURS} FOR UPDATE),
ended AS (
    UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, worker_id = NULL,
        scheduled_at = now() + %(seconds)s * interval '1 second',
        lock = coalesce(%(lock)s, procrastinate_jobs.lock)
    FROM old WHERE procrastinate_jobs.id = old.id RETURNING old.lock
) {_CALL_NEXT}
"""  # noqa: S608
_MAX_ATTEMPTS = (
    8  # with stamina's pauses, about twenty seconds: a job whose end is not written holds up its lock
)


class FencedJobs(JobManager):
    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """None also when another worker has just begun a job of the same lock."""
        try:
            return await super().fetch_job(queues, worker_id)
        except UniqueViolation:
            return None

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - theirs
        """Whatever its status: what became of it, the job store says."""
        del status, delete_job
        await self._patiently(_FINISH, job)

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """After as many seconds as `retry_at` is from now, by PostgreSQL's clock: it says what is due."""
        del priority, queue
        now = datetime.now(UTC)
        seconds = ((retry_at or now) - now).total_seconds()
        await self._patiently(_RETRY, job, seconds=seconds, lock=lock)

    async def _patiently(self, query: str, job: Job, **values: float | str | None) -> None:
        """A connection that broke just now is no reason to leave it undone; done twice does no harm."""
        async for attempt in stamina.retry_context(
            on=ConnectorException, attempts=_MAX_ATTEMPTS, timeout=20.0
        ):
            with attempt:
                await self.connector.execute_query_async(query, id=job.id, attempts=job.attempts, **values)
