"""The engine for several processes: the job store has the jobs, Procrastinate hands them to workers.

Both are written in one transaction. Procrastinate gets only the number of a row and a hash of its lock: no
order ID, text or response_url is in its tables or its logs.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from typing import cast

import structlog
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException

from bot.core.errors import DatabaseFailed, ShuttingDown
from bot.jobs.models import Job
from bot.jobs.outcomes import Now
from bot.storage.database.base import Database, Sql, Statement
from bot.storage.database.postgres import PostgresDatabase, PostgresSql
from bot.storage.jobs import JobStore

TASK = "job"
PEOPLE_QUEUE, BACKGROUND_QUEUE = "people", "ours"  # two queues, so people do not wait for a sweep
HOLD_SECONDS = 3  # until a job begins without `begin`, say because its process died before the ack
_DUE_AFTER_HOLD = "SELECT now() + :held * interval '1 second' AS at"  # PostgreSQL's clock says what is due
_BEGIN = """
WITH due AS (
    UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE id = :number AND status = 'todo' RETURNING id
)
SELECT pg_notify(:channel, :said) FROM due
"""
log = structlog.get_logger(__name__)


class PostgresEngine:
    """Implements `bot.queue.base.Engine`. A `Worker` does the jobs, in this process or another."""

    def __init__(self, database: PostgresDatabase, job_store: JobStore, now: Now) -> None:
        self._database = database
        self._job_store = job_store
        self._now = now
        # Never opened: it writes in the transactions of `database`.
        self._app = App(connector=SyncPsycopgConnector())
        self._held: dict[int, int] = {}  # by row ID: the number of Procrastinate's job
        self._beginning: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def running(self) -> bool:
        return not self._closed

    async def write(self, job: Job) -> int | None:
        self._check_open()
        new = await self._database.run(lambda sql: self._put(sql, job, held=HOLD_SECONDS))
        if new is None:
            return None
        row, self._held[row] = new
        return row

    def begin(self, id_: int, job: Job) -> None:
        """The job begins at once if a worker is free. If this call fails, it begins after HOLD_SECONDS."""
        task = asyncio.create_task(self._begin(self._held.pop(id_), _queue(job)))
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)

    async def add_all(self, make: Statement[Iterable[Job]]) -> int:
        self._check_open()

        def add(sql: Sql) -> int:
            return sum(self._put(sql, job, held=0) is not None for job in make(sql))

        return await self._database.run(add)

    async def add(self, job: Job) -> None:
        await self.add_all(lambda _: [job])

    def open_checks(self, sql: Sql) -> int:
        return self._job_store.looks(sql)

    async def drain(self, seconds: float) -> None:
        """Records nothing more. The recorded jobs are in the database, for the workers."""
        self._closed = True
        if self._beginning:
            await asyncio.wait(self._beginning, timeout=seconds)

    def _check_open(self) -> None:
        if self._closed:
            raise ShuttingDown

    def _put(self, sql: Sql, job: Job, *, held: int) -> tuple[int, int] | None:
        lane = hashlib.sha256(job.lock.encode()).hexdigest()[:32]
        sql.exclusive(lane)  # else a job with a lower number could be committed later, and be overtaken
        row = self._job_store.put(sql, job, self._now())
        if row is None:
            return None
        deferring = self._app.configure_task(
            TASK,
            allow_unknown=True,
            connection=cast("PostgresSql", sql).connection,
            queue=_queue(job),
            priority=0 if job.background else 1,  # else a waiting check holds up its lock
            lock=lane,
            schedule_at=sql.rows(_DUE_AFTER_HOLD, held=held)[0]["at"] if held else None,
        )
        try:
            return row, deferring.defer(row=row, lane=lane)
        except ConnectorException as error:  # the database module translates psycopg's error
            raise error.__cause__ or error from None

    async def _begin(self, number: int, queue: str) -> None:
        said = json.dumps({"type": "job_inserted", "job_id": number})
        try:
            await self._database.once(
                _BEGIN, number=number, channel=f"procrastinate_queue_v1#{queue}", said=said
            )
        except DatabaseFailed:
            log.warning("a job was delayed", seconds=HOLD_SECONDS)


async def workers(database: Database) -> int:
    """How many worker processes sent a heartbeat within the last minute. Raises DatabaseFailed."""
    alive = "SELECT 1 AS one FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'"
    return len(await database.run(lambda sql: sql.rows(alive))) // 2  # each runs two Procrastinate workers


def _queue(job: Job) -> str:
    return BACKGROUND_QUEUE if job.background else PEOPLE_QUEUE
