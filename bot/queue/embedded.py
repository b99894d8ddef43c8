"""The engine for one process: a ledger, and a task for each lane that has work.

Nobody shares the ledger, so there are no leases and no heartbeats: whatever is open when the process
starts was left over by the one before, and is due at once.
"""

import asyncio
import contextlib
from collections.abc import Iterable

import structlog
from pydantic import ValidationError

from bot.core.errors import DatabaseFailed, DeskClosed
from bot.jobs.models import JOB, Job
from bot.jobs.outcomes import Now
from bot.queue.lanes import Lanes, Ticket
from bot.queue.runner import BLIND_PAUSE, Attempts
from bot.storage.database.base import Database, Sql, Statement
from bot.storage.jobs import Ledger, Row

log = structlog.get_logger(__name__)


class EmbeddedEngine:
    """`bot.queue.base.Engine`, which also does the jobs."""

    def __init__(self, database: Database, ledger: Ledger, *, now: Now, at_once: int = 32) -> None:
        self._database = database
        self._ledger = ledger
        self._attempts: Attempts  # from `start` on
        self._now = now
        self._closing = asyncio.Event()
        self.lanes = Lanes(self._run, at_once=at_once)

    @property
    def running(self) -> bool:
        return not self._closing.is_set()

    async def start(self, attempts: Attempts) -> None:
        """Takes up everything that was left over; `attempts` does it."""
        self._attempts = attempts
        for row in await self._ledger.open_jobs():
            self.lanes.begin(_ticket(row))

    async def write(self, job: Job) -> int | None:
        if self._closing.is_set():
            raise DeskClosed
        return await self._database.run(lambda sql: self._ledger.put(sql, job, self._now()))

    def begin(self, id_: int, job: Job) -> None:
        """Behind whatever waits in its lane; when the process is stopping, at the next start."""
        if self.running:
            self.lanes.begin(Ticket(id_, job.lane, background=job.background))

    async def add_all(self, make: Statement[Iterable[Job]]) -> int:
        if self._closing.is_set():
            raise DeskClosed

        def add(sql: Sql) -> list[tuple[int | None, Job]]:
            return [(self._ledger.put(sql, job, self._now()), job) for job in make(sql)]

        new = [(id_, job) for id_, job in await self._database.run(add) if id_ is not None]
        for id_, job in new:
            self.begin(id_, job)
        return len(new)

    async def add(self, job: Job) -> None:
        await self.add_all(lambda _: [job])

    def looks(self, sql: Sql) -> int:
        return self._ledger.looks(sql)

    async def drain(self, seconds: float) -> None:
        """Finishes what runs, within `seconds`; what waits stays in the ledger for the next start."""
        self._closing.set()
        await self.lanes.close(seconds)

    async def _run(self, ticket: Ticket) -> None:
        """One try. A job that is put off leaves its lane meanwhile: nobody waits behind it."""
        try:
            again = await self._attempts.make(ticket.id)
        except DatabaseFailed:  # a full disk, say: the job is still open, and the disk may get room
            log.debug("ledger cannot be written")
            again = BLIND_PAUSE
        if again is not None:
            self.lanes.keep(self._later(ticket, again))

    async def _later(self, ticket: Ticket, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)
        if self.running:
            self.lanes.begin(ticket)


def _ticket(row: Row) -> Ticket:
    """One that this version cannot read has a lane of its own."""
    try:
        job = JOB.validate_json(row.content)
    except ValidationError:
        return Ticket(row.id, f"strange {row.id}", background=True)
    return Ticket(row.id, job.lane, background=job.background)
