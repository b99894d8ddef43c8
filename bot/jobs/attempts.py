"""One try of a recorded job, and what its end means: the same in every engine."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.errors import DatabaseFailed
from bot.jobs.ledger import Ledger, Take
from bot.jobs.model import JOB, Job
from bot.jobs.worker import CannotSucceed, PutOff, Worker
from bot.logs import new_reference

MOST_BROKEN = 3  # tries that ended in a crash or a bug, before a job is given up
LONGEST = 300.0  # seconds for one try: each wait of ours has an end, so one that takes longer hangs
STRANGE_KEPT = timedelta(minutes=30)  # for a version that can read it: while a deploy rolls, both run
STRANGE_PAUSE = 5.0  # seconds
BLIND_PAUSE = 5.0  # seconds, when the database failed
log = structlog.get_logger(__name__)


class Attempts:
    def __init__(
        self,
        ledger: Ledger,
        worker: Worker,
        now: Callable[[], datetime],
        *,
        first_pause: float = 1.0,
        longest: float = LONGEST,
        jobs: TypeAdapter[Job] = JOB,
    ) -> None:
        """One that broke is tried again after `first_pause` seconds, then after twice that.

        `jobs` are those that this version of the code can read.
        """
        self._ledger = ledger
        self._worker = worker
        self._now = now
        self._first_pause = first_pause
        self._longest = longest
        self._jobs = jobs

    async def make(self, id_: int) -> float | None:
        """Seconds until the next try; None when the job has ended.

        Raises DatabaseFailed when it is not known how the try ended: it has to be made again.
        """
        take = await self._ledger.take(id_)
        if take is None:
            return None
        try:
            job = self._jobs.validate_json(take.content)
        except ValidationError:
            return await self._strange(id_, take)
        if take.broken >= MOST_BROKEN:
            await self._give_up(id_, job, f"broke {take.broken} times")
            return None
        return await self._perform(id_, job, take)

    async def _perform(self, id_: int, job: Job, take: Take) -> float | None:
        try:
            async with asyncio.timeout(self._longest):
                await self._worker.perform(job, attempt=take.attempt)
        except PutOff as later:
            await self._ledger.put_off(id_)
            return later.seconds
        except CannotSucceed as end:
            await self._give_up(id_, job, str(end))
            return None
        except DatabaseFailed:  # nothing is wrong with the job
            await self._ledger.put_off(id_)
            return BLIND_PAUSE
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

    async def _strange(self, id_: int, take: Take) -> float | None:
        """Of another version: while one is rolled out, a process that knows it may be beside us."""
        if self._now() - take.recorded_at < STRANGE_KEPT:
            await self._ledger.put_off(id_)
            return STRANGE_PAUSE
        why = "recorded by another version, which this one cannot read"
        await self._ledger.dead(id_, why, self._now())
        return None

    async def _give_up(self, id_: int, job: Job, reason: str) -> None:
        reference = new_reference()
        log.error("job given up", kind=job.kind, reference=reference, reason=reason)
        try:
            await self._worker.apologise(job, reference)
        except Exception:
            log.exception("nobody could be told", reference=reference)
        await self._ledger.dead(id_, f"{reason} ({reference})", self._now())
