"""One try of a recorded job, and what its end means: the same in every engine."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.core.errors import DatabaseFailed
from bot.core.logging import new_reference, referred_to
from bot.core.metrics import Metrics
from bot.jobs.models import JOB, Job
from bot.jobs.outcomes import CannotSucceed, PutOff, Worker
from bot.storage.jobs import Ledger, Take

MOST_BROKEN = 3  # tries that ended in a crash or a bug, before a job is given up
LONGEST = 300.0  # seconds for one try: each wait of ours has an end, so one that takes longer hangs
STRANGE_KEPT = timedelta(minutes=30)  # for a version that can read it: while a deploy rolls, both run
STRANGE_PAUSE = 5.0  # seconds
BLIND_PAUSE = 5.0  # seconds, when the database failed
SAID = {"done": "job done", "put_off": "job put off", "broke": "job broke", "dead": "job given up"}
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Try:
    """`began` is by `perf_counter`."""

    id: int
    job: Job
    take: Take
    reference: str
    began: float


class Attempts:
    def __init__(
        self,
        ledger: Ledger,
        worker: Worker,
        now: Callable[[], datetime],
        metrics: Metrics,
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
        self._metrics = metrics
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
        reference = job.reference or new_reference()
        with referred_to(reference):
            return await self._perform(_Try(id_, job, take, reference, perf_counter()))

    async def _perform(self, trying: _Try) -> float | None:
        job, take = trying.job, trying.take
        if take.broken >= MOST_BROKEN:
            await self._give_up(trying, f"broke {take.broken} times")
            return None
        try:
            async with asyncio.timeout(self._longest):
                await self._worker.perform(job, attempt=take.attempt)
        except PutOff as later:
            self._tell(trying, "put_off", log.debug, pause=later.seconds)
            await self._ledger.put_off(trying.id)
            return later.seconds
        except CannotSucceed as end:
            await self._give_up(trying, str(end))
            return None
        except DatabaseFailed:  # nothing is wrong with the job
            self._tell(trying, "put_off", log.debug, pause=BLIND_PAUSE)
            await self._ledger.put_off(trying.id)
            return BLIND_PAUSE
        except asyncio.CancelledError:  # the process is stopping: no fault of the job's
            await asyncio.shield(self._ledger.put_off(trying.id))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            self._tell(trying, "broke", log.error, exc_info=error)
            return self._first_pause * 2.0**take.broken
        await self._done(trying)
        return None

    async def _done(self, trying: _Try) -> None:
        ours, now = trying.job.background, self._now()
        if trying.job.redelivered:
            await self._ledger.done(trying.id, now)
        else:
            await self._ledger.forget(trying.id)
        self._tell(trying, "done", log.debug if ours else log.info)
        if not ours:
            self._metrics.answer(max(0.0, (now - trying.take.recorded_at).total_seconds()))

    async def _strange(self, id_: int, take: Take) -> float | None:
        """Of another version: while one is rolled out, a process that knows it may be beside us."""
        if self._now() - take.recorded_at < STRANGE_KEPT:
            self._metrics.job("other", "put_off", 0.0)
            await self._ledger.put_off(id_)
            return STRANGE_PAUSE
        self._metrics.job("other", "dead", 0.0)
        why = "recorded by another version, which this one cannot read"
        await self._ledger.dead(id_, why, self._now())
        return None

    def _tell(self, trying: _Try, outcome: str, say: Callable[..., object], **more: object) -> None:
        """Counts it, and writes a line about it."""
        kind, seconds = trying.job.kind, perf_counter() - trying.began
        self._metrics.job(kind, outcome, seconds)
        say(SAID[outcome], kind=kind, attempt=trying.take.attempt, seconds=round(seconds, 3), **more)

    async def _give_up(self, trying: _Try, reason: str) -> None:
        self._tell(trying, "dead", log.error, reason=reason)
        try:
            await self._worker.apologise(trying.job, trying.reference)
        except Exception:
            log.exception("nobody could be told")
        await self._ledger.dead(trying.id, f"{reason} ({trying.reference})", self._now())
