"""The engine for one process: a job store, and a task for each lock that has work.

No other process shares the job store, so there are no leases and no heartbeats. A job that is open when
the process starts was left by the process before, and is due at once.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from pydantic import ValidationError

from bot.core.errors import DatabaseFailed, ShuttingDown
from bot.jobs.models import JOB, Job
from bot.jobs.outcomes import Now
from bot.queue.keyed_tasks import KeyedTasks, QueuedJob
from bot.queue.runner import DATABASE_PAUSE_SECONDS, JobRunner
from bot.storage.database.base import Database, Sql, Statement
from bot.storage.jobs import JobStore, OpenJob

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _First:
    """A job whose first attempt is counted already."""

    job: Job
    recorded_at: datetime


class EmbeddedEngine:
    """Implements `bot.queue.base.Engine`, and does the jobs too."""

    def __init__(self, database: Database, job_store: JobStore, *, now: Now, at_once: int = 32) -> None:
        self._database = database
        self._job_store = job_store
        self._job_runner: JobRunner  # from `start` on
        self._now = now
        self._closing = asyncio.Event()
        self._at_once = at_once
        self._counted = 0  # first attempts that were counted when recorded, and have not ended
        self._first: dict[int, _First] = {}  # those of them that have not begun, by the job's ID
        self.keyed_tasks = KeyedTasks(self._run, at_once=at_once)

    @property
    def running(self) -> bool:
        return not self._closing.is_set()

    async def start(self, job_runner: JobRunner) -> None:
        """Begins the jobs that the process before left; `job_runner` does them."""
        self._job_runner = job_runner
        for row in await self._job_store.open_jobs():
            self.keyed_tasks.begin(_queued(row))

    async def write(self, job: Job) -> int | None:
        """Counts the first attempt at once where the job will hardly wait: one commit less before it begins.

        At most as many as run at once: after a crash, each of them is a suspect. None that may be withdrawn:
        a counted attempt does not look at the job store again.
        """
        if self._closing.is_set():
            raise ShuttingDown
        now = self._now()
        begins_at_once = self._counted < self._at_once and not self.keyed_tasks.waits(job.lock)
        counted = begins_at_once and not job.withdrawable
        self._counted += counted
        id_ = None
        try:
            id_ = await self._database.run(lambda sql: self._job_store.put(sql, job, now, taken=counted))
        finally:
            if counted and id_ is not None:
                self._first[id_] = _First(job, now)
            else:
                self._counted -= counted
        return id_

    def begin(self, id_: int, job: Job) -> None:
        """The job waits for earlier jobs of its lock. A process that stops leaves it for the next start."""
        if self.running:
            self.keyed_tasks.begin(QueuedJob(id_, job.lock, background=job.background))

    async def add_all(self, make: Statement[Iterable[Job]]) -> int:
        if self._closing.is_set():
            raise ShuttingDown

        def add(sql: Sql) -> list[tuple[int | None, Job]]:
            return [(self._job_store.put(sql, job, self._now()), job) for job in make(sql)]

        new = [(id_, job) for id_, job in await self._database.run(add) if id_ is not None]
        for id_, job in new:
            self.begin(id_, job)
        return len(new)

    async def add(self, job: Job) -> None:
        await self.add_all(lambda _: [job])

    def open_checks(self, sql: Sql) -> int:
        return self._job_store.looks(sql)

    async def drain(self, seconds: float) -> None:
        """Finishes what runs within `seconds`. Waiting jobs stay in the job store for the next start."""
        self._closing.set()
        await self.keyed_tasks.close(seconds)
        waiting, self._first = list(self._first), {}
        if waiting:
            await self._job_store.put_back(waiting)

    async def _run(self, queued: QueuedJob) -> None:
        """One attempt. A job that is put off leaves its lock meanwhile, so it holds up no other job."""
        try:
            again = await self._attempt(queued.id)
        except DatabaseFailed:  # say, a full disk: the job is still open, and space may be freed
            log.debug("the end of an attempt could not be recorded")
            again = DATABASE_PAUSE_SECONDS
        if again is not None:
            self.keyed_tasks.keep(self._later(queued, again))

    async def _attempt(self, id_: int) -> float | None:
        first = self._first.pop(id_, None)
        if first is None:
            return await self._job_runner.run_attempt(id_)
        try:
            return await self._job_runner.run_first(id_, first.job, first.recorded_at)
        finally:
            self._counted -= 1

    async def _later(self, queued: QueuedJob, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)
        if self.running:
            self.keyed_tasks.begin(queued)


def _queued(row: OpenJob) -> QueuedJob:
    """A job that this version of the code cannot read has a lock of its own."""
    try:
        job = JOB.validate_json(row.content)
    except ValidationError:
        return QueuedJob(row.id, f"unreadable {row.id}", background=True)
    return QueuedJob(row.id, job.lock, background=job.background)
