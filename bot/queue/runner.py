"""Makes one attempt at a recorded job, and records how it ended. Both engines use it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.core.errors import DatabaseFailed, Unstorable
from bot.core.logging import bound_reference, new_reference
from bot.core.metrics import Metrics
from bot.jobs.models import JOB, Job
from bot.jobs.outcomes import Abandon, JobHandler, Retry
from bot.storage.jobs import Attempt, JobStore

MAX_FAILED_ATTEMPTS = 3  # attempts that ended in a crash or a bug, before a job is given up
MAX_ATTEMPT_SECONDS = 300.0  # each wait in a job has a timeout, so a longer attempt hangs
UNREADABLE_KEPT_FOR = timedelta(minutes=30)  # during a deploy, a version that can read it runs too
UNREADABLE_PAUSE_SECONDS = 5.0
DATABASE_PAUSE_SECONDS = 5.0  # after the database failed
SUSPECT_PAUSE_SECONDS = 0.5  # until a suspect asks again whether no other one runs
LOG_EVENTS = {"done": "job done", "put_off": "job put off", "broke": "job broke", "dead": "job given up"}
log = structlog.get_logger(__name__)


class JobRunner:
    """A suspect is a job whose last attempt was cut off, as its process died. It may be what killed it.

    A process runs one suspect at a time, beside all other jobs. So whoever was running when it dies again is
    known, and only that one comes nearer to being given up.
    """

    def __init__(
        self,
        job_store: JobStore,
        worker: JobHandler,
        now: Callable[[], datetime],
        metrics: Metrics,
        *,
        first_pause: float = 1.0,
        max_seconds: float = MAX_ATTEMPT_SECONDS,
        jobs: TypeAdapter[Job] = JOB,
    ) -> None:
        """After an attempt that broke, the pause is `first_pause` seconds, and doubles each time.

        So it is before a suspect's third attempt and later ones: others are tried before.

        `jobs` reads the jobs that this version of the code knows.
        """
        self._job_store = job_store
        self._worker = worker
        self._now = now
        self._metrics = metrics
        self._first_pause = first_pause
        self._max_seconds = max_seconds
        self._jobs = jobs
        self._one_suspect = asyncio.Lock()
        self._not_before: dict[int, float] = {}  # by the ID of a suspect, in seconds of the loop's clock

    async def run_attempt(self, id_: int) -> float | None:
        """Seconds until the next attempt. None when the job has ended.

        Raises DatabaseFailed when the end of the attempt could not be recorded: then try again.
        """
        attempt = await self._job_store.take(id_)
        if attempt is None:
            return await self._run_suspect(id_)
        return await self._run(attempt)

    async def run_first(self, id_: int, job: Job, recorded_at: datetime) -> float | None:
        """As `run_attempt`, for an attempt that was counted when this process recorded the job."""
        attempt = Attempt(id_, "", recorded_at, number=1, broken=0, crashes=0)
        return await self._perform(attempt, job)

    async def _run_suspect(self, id_: int) -> float | None:
        """As `run_attempt`, for a job that has ended or whose last attempt was cut off."""
        crashes = await self._job_store.crashes(id_)
        if not crashes:
            return None
        if pause := self._pause_of(id_, crashes):
            return pause
        async with self._one_suspect:
            attempt = await self._job_store.take(id_, suspect=True)
            self._not_before.pop(id_, None)
            return None if attempt is None else await self._run(attempt)

    def _pause_of(self, id_: int, crashes: int) -> float:
        """Seconds until a suspect may run. 0 when it may run now."""
        now = asyncio.get_running_loop().time()
        pause = self._first_pause * 2.0**crashes if 1 < crashes < MAX_FAILED_ATTEMPTS else 0.0
        left = self._not_before.setdefault(id_, now + pause) - now
        if left > 0:
            return left
        return SUSPECT_PAUSE_SECONDS if self._one_suspect.locked() else 0.0

    async def _run(self, attempt: Attempt) -> float | None:
        try:
            job = self._jobs.validate_json(attempt.content)
        except ValidationError:
            return await self._unreadable(attempt)
        return await self._perform(attempt, job)

    async def _perform(self, attempt: Attempt, job: Job) -> float | None:
        job = replace(job, reference=job.reference or new_reference())
        with bound_reference(job.reference):
            # One crash charges nobody: others may have been running beside it. Later ones it had alone.
            if attempt.broken >= MAX_FAILED_ATTEMPTS and attempt.crashes != 1:
                await self._give_up(attempt, job, f"crashed {attempt.broken} times")
                return None
            try:
                async with asyncio.timeout(self._max_seconds):
                    await self._worker.perform(job, attempt=attempt.number)
            except asyncio.CancelledError:  # the process is stopping, so the attempt did not fail
                await asyncio.shield(self._job_store.put_off(attempt.id))
                raise
            except Exception as error:  # noqa: BLE001 - an error in one job must not stop the others
                return await self._not_done(attempt, job, error)
            await self._done(attempt, job)
        return None

    async def _not_done(self, attempt: Attempt, job: Job, error: Exception) -> float | None:
        """Seconds until the next attempt. None when the job was given up."""
        match error:
            case Abandon():
                await self._give_up(attempt, job, str(error))
                return None
            case Unstorable():  # it would be refused again
                await self._give_up(attempt, job, f"the database refused its data: {error}")
                return None
            case Retry(seconds=pause):
                pass
            case DatabaseFailed():  # nothing is wrong with the job
                pause = DATABASE_PAUSE_SECONDS
            case _:
                self._report(attempt, job, "broke", log.error, exc_info=error)
                await self._job_store.broke(attempt.id)
                return self._first_pause * 2.0**attempt.broken
        self._report(attempt, job, "put_off", log.debug, pause=pause)
        await self._job_store.put_off(attempt.id)
        return pause

    async def _done(self, attempt: Attempt, job: Job) -> None:
        now = self._now()
        if job.redelivered:
            await self._job_store.done(attempt.id, now)
        else:
            await self._job_store.forget(attempt.id)
        self._report(attempt, job, "done", log.debug if job.background else log.info)
        if not job.background:
            self._metrics.answer(max(0.0, (now - attempt.recorded_at).total_seconds()))

    async def _unreadable(self, attempt: Attempt) -> float | None:
        """For a job of another version of the code. During a deploy, another process may read it."""
        if self._now() - attempt.recorded_at < UNREADABLE_KEPT_FOR:
            self._metrics.job("other", "put_off", 0.0)
            await self._job_store.put_off(attempt.id)
            return UNREADABLE_PAUSE_SECONDS
        self._metrics.job("other", "dead", 0.0)
        why = "recorded by another version, which this one can't read"
        await self._job_store.dead(attempt.id, why, self._now())
        return None

    def _report(
        self, attempt: Attempt, job: Job, outcome: str, say: Callable[..., object], **more: object
    ) -> None:
        """Counts the attempt, and logs it."""
        seconds = perf_counter() - attempt.began
        self._metrics.job(job.kind, outcome, seconds)
        say(LOG_EVENTS[outcome], kind=job.kind, attempt=attempt.number, seconds=round(seconds, 3), **more)

    async def _give_up(self, attempt: Attempt, job: Job, reason: str) -> None:
        self._report(attempt, job, "dead", log.error, reason=reason)
        try:
            await self._worker.report_failure(job, job.reference)
        except Exception:
            log.exception("failure could not be reported")
        await self._job_store.dead(attempt.id, f"{reason} ({job.reference})", self._now())
