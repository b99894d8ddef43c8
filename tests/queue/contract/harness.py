"""An engine under test, and a worker that records what it did."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import TypeAdapter

from bot.core.errors import DatabaseFailed
from bot.core.metrics import Metrics
from bot.jobs.models import JOB, Job, Say
from bot.jobs.requests import Asker, Ephemeral, Message
from bot.queue.base import Engine
from bot.queue.embedded import EmbeddedEngine
from bot.queue.runner import JobRunner
from bot.storage.database.base import Database
from bot.storage.database.sqlite import SqliteDatabase
from bot.storage.jobs import JobStore

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKER = Asker(team_id="T1", user_id="U1", user_team_id="T1", channel_id="C1", at=NOW)


def say(key: str, text: str = "", ts: str = "") -> Say:
    """A job with its own lock, or with a `ts` under the lock of that message."""
    url = "https://hooks.slack.test/1"
    place = Message(channel_id="C1", ts=ts, response_url=url) if ts else Ephemeral(response_url=url)
    return Say(key=key, asker=ASKER, place=place, text=text or key)


class RecordingWorker:
    """A worker that records its attempts. `act` decides how an attempt ends."""

    def __init__(self, act: Callable[[Job, int], None] = lambda _job, _attempt: None) -> None:
        self.attempts: list[tuple[str, int]] = []
        self.ended: list[str] = []
        self.apologies: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.changed = asyncio.Condition()
        self._act = act

    async def perform(self, job: Job, *, attempt: int) -> None:
        async with self.changed:
            self.attempts.append((job.key, attempt))
            self.changed.notify_all()
        await self.gate.wait()
        self._act(job, attempt)
        async with self.changed:
            self.ended.append(job.key)
            self.changed.notify_all()

    async def report_failure(self, job: Job, reference: str) -> None:
        assert reference.startswith("E-")
        async with self.changed:
            self.apologies.append(job.key)
            self.changed.notify_all()

    async def until(self, seen: Callable[[], bool]) -> None:
        """Raises TimeoutError with what was done instead."""
        try:
            async with asyncio.timeout(20), self.changed:
                await self.changed.wait_for(seen)
        except TimeoutError:
            raise TimeoutError(f"tried {self.attempts[-20:]}, ended {self.ended[-20:]}") from None


@dataclass
class Harness:
    """One kind of engine on this test's database. A test moves `now`, the time."""

    database: Database
    url: str
    now: datetime = NOW
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def job_store(self) -> JobStore:
        return JobStore(self.database)

    @property
    def embedded(self) -> bool:
        return isinstance(self.database, SqliteDatabase)

    def job_runner(
        self,
        worker: RecordingWorker,
        *,
        jobs: TypeAdapter[Job] = JOB,
        max_seconds: float = 60.0,
        first_pause: float = 0.001,
    ) -> JobRunner:
        return JobRunner(
            self.job_store,
            worker,
            lambda: self.now,
            self.metrics,
            first_pause=first_pause,
            max_seconds=max_seconds,
            jobs=jobs,
        )

    @asynccontextmanager
    async def works(
        self,
        worker: RecordingWorker,
        *,
        drain: float = 5.0,
        jobs: TypeAdapter[Job] = JOB,
        max_seconds: float = 60.0,
        poll: float = 0.02,
        first_pause: float = 0.001,
    ) -> AsyncIterator[Engine]:
        """A process that records jobs and does them. At the end it has `drain` seconds to stop."""
        job_runner = self.job_runner(worker, jobs=jobs, max_seconds=max_seconds, first_pause=first_pause)
        if self.embedded:
            engine = EmbeddedEngine(self.database, self.job_store, now=lambda: self.now)
            await engine.start(job_runner)
            try:
                yield engine
            finally:
                await engine.drain(drain)
            return
        async with self._shared(job_runner, drain, poll) as engine_:
            yield engine_

    @asynccontextmanager
    async def records(self) -> AsyncIterator[Engine]:
        """A process that records jobs and has no place to do them."""
        if not self.embedded:
            async with self.works(RecordingWorker()) as engine_:
                yield engine_
            return
        engine = EmbeddedEngine(self.database, self.job_store, now=lambda: self.now, at_once=0)
        await engine.start(self.job_runner(RecordingWorker()))
        yield engine
        await engine.drain(0)

    @asynccontextmanager
    async def _shared(self, job_runner: JobRunner, drain: float, poll: float) -> AsyncIterator[Engine]:
        from bot.queue.postgres import PostgresEngine  # noqa: PLC0415
        from bot.queue.worker import Worker  # noqa: PLC0415
        from bot.storage.database.postgres import PostgresDatabase  # noqa: PLC0415

        assert isinstance(self.database, PostgresDatabase)
        engine = PostgresEngine(self.database, self.job_store, lambda: self.now)
        worker = Worker(self.url, job_runner, at_once=32, poll=poll, beat=0.5, gone=5)
        await worker.start(drain)
        try:
            yield engine
        finally:
            await worker.stop()
            await engine.drain(drain)

    async def open_jobs(self) -> int:
        return len(await self.job_store.open_jobs())


async def record(engine: Engine, jobs: Iterable[Job]) -> list[bool]:
    """Records and begins the jobs. Whether each was new."""
    new = []
    for job in jobs:
        id_ = await engine.write(job)
        if id_ is not None:
            engine.begin(id_, job)
        new.append(id_ is not None)
    return new


async def listening(engine: Engine, worker: RecordingWorker) -> None:
    """Returns when the workers listen for new jobs: while they start, they only poll."""
    for number in range(100):
        key = f"are you there, {number} {len(worker.attempts)}"
        with contextlib.suppress(TimeoutError, DatabaseFailed):
            await record(engine, [say(key)])
            async with asyncio.timeout(0.2):
                await worker.until(lambda key=key: key in worker.ended)  # type: ignore[misc]  # bound in this iteration
                return
    raise TimeoutError("no worker hears of what is recorded")
