"""Does the jobs that a `PostgresEngine` recorded, beside other processes that do the same.

Procrastinate hands each job to one worker, those of one lock (its `lock`) one after the other, and
knows by their heartbeats which workers are gone. What those had begun is begun again by others.
"""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import psycopg
import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Handed
from psycopg import AsyncConnection

from bot.core.errors import DatabaseFailed
from bot.queue.postgres import OURS, PEOPLE, TASK
from bot.queue.procrastinate_jobs import FencedJobs
from bot.queue.runner import DATABASE_PAUSE, JobRunner
from bot.storage.database.postgres import CONNECTION, LIMITS, POOL

ONCE_A_YEAR = "0 0 1 1 *"  # nearly
RESTART = 1.0  # seconds until a worker that ended begins again
SAME_OUTAGE_SECONDS = 30.0  # seconds: one that ends sooner after another ends of the same, which was said
log = structlog.get_logger(__name__)


class _Again(Exception):
    """Not yet ended; in its lock again when `lane` is given, else outside of it: nobody waits behind it."""

    def __init__(self, seconds: float, lane: str | None = None) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.lock = lane


class _Retry(BaseRetryStrategy):
    """Everything is tried again: whether a job has ended is for the job store to say."""

    def get_retry_decision(self, *, exception: BaseException, job: Handed) -> RetryDecision:
        again = exception if isinstance(exception, _Again) else _Again(_pause(exception))
        at = datetime.now(UTC) + timedelta(seconds=again.seconds)
        return RetryDecision(retry_at=at, lock=again.lock or f"later {job.id}")


def _pause(exception: BaseException) -> float:
    """A process that stops leaves its jobs to the others at once."""
    return 0.0 if isinstance(exception, asyncio.CancelledError) else DATABASE_PAUSE


class Worker:
    """Two workers of Procrastinate's: one for those who ask, one for our own looks."""

    def __init__(
        self, url: str, job_runner: JobRunner, *, at_once: int, poll: float, beat: float, gone: float
    ) -> None:
        """`at_once` people's jobs, and as many of our own. All the times are in seconds.

        What is due is asked for every `poll`. A worker gives a sign of life every `beat`; others take
        over from one that gave none for `gone`.
        """
        connector = PsycopgConnector(conninfo=url, kwargs=CONNECTION, configure=_limit, min_size=2, **POOL)
        self._app = App(connector=connector)
        self._app.job_manager = FencedJobs(connector)
        self._app.task(name=TASK, pass_context=True, retry=_Retry())(self._do)
        # Where there is none, Procrastinate does not notice that it listens to nobody any more (3.10).
        self._app.periodic(cron=ONCE_A_YEAR)(self._app.task(name="calendar", queue=OURS)(_nothing))
        self._job_runner = job_runner
        self._at_once = at_once
        self._poll = poll
        self._beat = beat
        self._gone = gone
        self._workers: list[asyncio.Task[None]] = []
        self._closing = asyncio.Event()
        self._stack = contextlib.AsyncExitStack()

    async def start(self, drain: float) -> None:
        """Begins with whatever is due; what runs when it is stopped gets `drain` seconds.

        Raises DatabaseFailed when there is no connection to be had.
        """
        try:
            await self._stack.enter_async_context(self._app.open_async())
        except psycopg.Error as error:
            raise DatabaseFailed(type(error).__name__) from None
        self._workers = [asyncio.create_task(self._work(queue, drain)) for queue in (PEOPLE, OURS)]

    async def stop(self) -> None:
        """Finishes what runs, and gives the rest back."""
        self._closing.set()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._stack.aclose()

    async def rescue(self) -> None:
        """Gives the jobs of workers that are gone to the others; raises DatabaseFailed."""
        manager = self._app.job_manager
        try:
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._gone):
                await manager.retry_job(job, retry_at=datetime.now(UTC))
        except ConnectorException as error:
            raise DatabaseFailed(type(error.__cause__).__name__) from None

    async def _work(self, queue: str, drain: float) -> None:
        """A worker ends, by an error or without one, when its database is gone for long; we go on."""
        loop, ended = asyncio.get_running_loop(), -SAME_OUTAGE_SECONDS
        while not self._closing.is_set():
            try:
                await self._app.run_worker_async(
                    queues=[queue],
                    name=queue,
                    concurrency=self._at_once,
                    fetch_job_polling_interval=self._poll,
                    shutdown_graceful_timeout=drain,
                    install_signal_handlers=False,
                    update_heartbeat_interval=self._beat,
                    stalled_worker_timeout=self._gone,
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, people wait for the next one
                tell = log.debug if loop.time() - ended < SAME_OUTAGE_SECONDS else log.warning
                ended = loop.time()
                tell("a worker ended", queue=queue, why=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), RESTART)

    async def _do(self, context: JobContext, *, row: int, lane: str) -> None:
        """`row` and `lane` are names in Procrastinate's table: they stay."""
        if context.job.lock != lane:  # its pause is over: back to its lock
            raise _Again(0.0, lane)
        again = await self._job_runner.make(row)
        if again is not None:
            raise _Again(again)


async def _limit(connection: AsyncConnection) -> None:
    await connection.execute(LIMITS)
    await connection.commit()


async def _nothing(timestamp: int) -> None:
    """What is to be done once a year."""
