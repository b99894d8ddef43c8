"""The engine for one process: a ledger, and a task for each lane that has work.

Nobody shares the ledger, so there are no leases and no heartbeats: whatever is open when the process
starts was left over by the one before, and is due at once.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from datetime import datetime

import structlog
from pydantic import ValidationError

from bot.errors import DeskClosed
from bot.jobs.lanes import Lanes
from bot.jobs.ledger import Ledger, Row
from bot.jobs.model import JOB, Job
from bot.jobs.worker import CannotSucceed, PutOff, Worker
from bot.logs import new_reference

MOST_BROKEN = 3  # tries that ended in a crash or a bug, before a job is given up
log = structlog.get_logger(__name__)


class EmbeddedEngine:
    def __init__(
        self,
        ledger: Ledger,
        *,
        now: Callable[[], datetime],
        at_once: int = 32,
        first_pause: float = 1.0,
    ) -> None:
        """One that broke is tried again after `first_pause` seconds, then after twice that."""
        self._ledger = ledger
        self._worker: Worker  # from `start` on
        self._now = now
        self._first_pause = first_pause
        self._closing = asyncio.Event()
        self.lanes = Lanes(self._run, at_once=at_once)

    @property
    def running(self) -> bool:
        return not self._closing.is_set()

    async def start(self, worker: Worker) -> None:
        """Takes up everything that was left over; `worker` does it."""
        self._worker = worker
        await self._ledger.prepare()
        self.lanes.keep(self._tidy())
        for row in await self._ledger.open_jobs():
            if job := await self._read(row):
                self.begin(row.id, job)

    async def write(self, job: Job) -> int | None:
        """The job's row, once it is on the disk; None if its key was recorded before.

        Raises DeskClosed when the process is stopping, and sqlite3.Error when it cannot be written.
        """
        if self._closing.is_set():
            raise DeskClosed
        return await self._ledger.record(job, self._now())

    def begin(self, id_: int, job: Job) -> None:
        """Behind whatever waits in its lane; when the process is stopping, at the next start."""
        if self.running:
            self.lanes.begin(id_, job)

    async def add(self, job: Job) -> None:
        """Writes and begins it, unless it is known already; raises like `write`."""
        id_ = await self.write(job)
        if id_ is not None:
            self.begin(id_, job)

    async def drain(self, seconds: float) -> None:
        """Finishes what runs, within `seconds`; what waits stays in the ledger for the next start."""
        self._closing.set()
        await self.lanes.close(seconds)

    async def _read(self, row: Row) -> Job | None:
        try:
            return JOB.validate_json(row.content)
        except ValidationError:
            await self._ledger.dead(
                row.id, "recorded by another version, which this one cannot read", self._now()
            )
            return None

    async def _tidy(self) -> None:
        while not self._closing.is_set():
            try:
                await self._ledger.prune(self._now())
            except sqlite3.Error:
                log.exception("ledger cannot be written")
            await self._sleep(3600)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _run(self, id_: int, job: Job) -> None:
        """One try. A job that is put off leaves its lane meanwhile: nobody waits behind it."""
        try:
            again = await self._try(id_, job)
        except sqlite3.Error:  # a full disk, say: the job is still open, and the disk may get room
            log.exception("ledger cannot be written")
            again = 5.0
        if again is not None:
            self.lanes.keep(self._later(id_, job, again))

    async def _later(self, id_: int, job: Job, seconds: float) -> None:
        await self._sleep(seconds)
        self.begin(id_, job)

    async def _try(self, id_: int, job: Job) -> float | None:
        """Seconds until the next try; None when the job has ended."""
        take = await self._ledger.take(id_)
        if take.broken >= MOST_BROKEN:
            await self._give_up(id_, job, f"broke {take.broken} times")
            return None
        try:
            await self._worker.perform(job, attempt=take.attempt)
        except PutOff as later:
            await self._ledger.put_off(id_)
            return later.seconds
        except CannotSucceed as end:
            await self._give_up(id_, job, str(end))
            return None
        except asyncio.CancelledError:  # the process is stopping: no fault of the job's
            await asyncio.shield(self._ledger.put_off(id_))
            raise
        except Exception:
            reference = new_reference()
            log.exception("job broke", kind=job.kind, reference=reference, attempt=take.attempt)
            return self._first_pause * 2.0**take.broken
        if job.redelivered:
            await self._ledger.done(id_, self._now())
        else:
            await self._ledger.forget(id_)
        return None

    async def _give_up(self, id_: int, job: Job, reason: str) -> None:
        reference = new_reference()
        log.error("job given up", kind=job.kind, reference=reference, reason=reason)
        try:
            await self._worker.apologise(job, reference)
        except Exception:
            log.exception("nobody could be told", reference=reference)
        await self._ledger.dead(id_, f"{reason} ({reference})", self._now())
