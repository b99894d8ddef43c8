"""One try of a recorded job, and what its end means: the same in every engine."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.core.errors import DatabaseFailed
from bot.core.logging import bound_reference, new_reference
from bot.core.metrics import Metrics
from bot.jobs.models import JOB, Job
from bot.jobs.outcomes import Abandon, JobHandler, Retry
from bot.storage.jobs import Attempt, JobStore

MAX_FAILED_ATTEMPTS = 3  # tries that ended in a crash or a bug, before a job is given up
MAX_ATTEMPT_SECONDS = (
    300.0  # seconds for one try: each wait of ours has an end, so one that takes longer hangs
)
UNREADABLE_KEPT = timedelta(minutes=30)  # for a version that can read it: while a deploy rolls, both run
UNREADABLE_PAUSE = 5.0  # seconds
DATABASE_PAUSE = 5.0  # seconds, when the database failed
SAID = {"done": "job done", "put_off": "job put off", "broke": "job broke", "dead": "job given up"}
log = structlog.get_logger(__name__)


class JobRunner:
    def __init__(
        self,
        job_store: JobStore,
        worker: JobHandler,
        now: Callable[[], datetime],
        metrics: Metrics,
        *,
        first_pause: float = 1.0,
        longest: float = MAX_ATTEMPT_SECONDS,
        jobs: TypeAdapter[Job] = JOB,
    ) -> None:
        """One that broke is tried again after `first_pause` seconds, then after twice that.

        `jobs` are those that this version of the code can read.
        """
        self._job_store = job_store
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
        attempt = await self._job_store.take(id_)
        if attempt is None:
            return None
        try:
            job = self._jobs.validate_json(attempt.content)
        except ValidationError:
            return await self._strange(attempt)
        job = replace(job, reference=job.reference or new_reference())
        with bound_reference(job.reference):
            if attempt.broken >= MAX_FAILED_ATTEMPTS:
                await self._give_up(attempt, job, f"broke {attempt.broken} times")
                return None
            try:
                async with asyncio.timeout(self._longest):
                    await self._worker.perform(job, attempt=attempt.number)
            except asyncio.CancelledError:  # the process is stopping: no fault of the job's
                await asyncio.shield(self._job_store.put_off(id_))
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
                return await self._not_done(attempt, job, error)
            await self._done(attempt, job)
        return None

    async def _not_done(self, attempt: Attempt, job: Job, error: Exception) -> float | None:
        """Seconds until the next try; None when there is none."""
        match error:
            case Abandon():
                await self._give_up(attempt, job, str(error))
                return None
            case Retry(seconds=pause):
                pass
            case DatabaseFailed():  # nothing is wrong with the job
                pause = DATABASE_PAUSE
            case _:
                self._tell(attempt, job, "broke", log.error, exc_info=error)
                return self._first_pause * 2.0**attempt.broken
        self._tell(attempt, job, "put_off", log.debug, pause=pause)
        await self._job_store.put_off(attempt.id)
        return pause

    async def _done(self, attempt: Attempt, job: Job) -> None:
        now = self._now()
        if job.redelivered:
            await self._job_store.done(attempt.id, now)
        else:
            await self._job_store.forget(attempt.id)
        self._tell(attempt, job, "done", log.debug if job.background else log.info)
        if not job.background:
            self._metrics.answer(max(0.0, (now - attempt.recorded_at).total_seconds()))

    async def _strange(self, attempt: Attempt) -> float | None:
        """Of another version: while one is rolled out, a process that knows it may be beside us."""
        if self._now() - attempt.recorded_at < UNREADABLE_KEPT:
            self._metrics.job("other", "put_off", 0.0)
            await self._job_store.put_off(attempt.id)
            return UNREADABLE_PAUSE
        self._metrics.job("other", "dead", 0.0)
        why = "recorded by another version, which this one cannot read"
        await self._job_store.dead(attempt.id, why, self._now())
        return None

    def _tell(
        self, attempt: Attempt, job: Job, outcome: str, say: Callable[..., object], **more: object
    ) -> None:
        """Counts it, and writes a line about it."""
        seconds = perf_counter() - attempt.began
        self._metrics.job(job.kind, outcome, seconds)
        say(SAID[outcome], kind=job.kind, attempt=attempt.number, seconds=round(seconds, 3), **more)

    async def _give_up(self, attempt: Attempt, job: Job, reason: str) -> None:
        self._tell(attempt, job, "dead", log.error, reason=reason)
        try:
            await self._worker.apologise(job, job.reference)
        except Exception:
            log.exception("nobody could be told")
        await self._job_store.dead(attempt.id, f"{reason} ({job.reference})", self._now())
