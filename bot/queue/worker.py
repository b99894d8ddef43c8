"""Does the jobs that a `PostgresEngine` recorded, side by side with other worker processes.

Procrastinate hands each job to one worker, and the jobs of one lock one after the other. It knows by the
heartbeats which workers have died. Other workers then begin their jobs again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as ProcrastinateJob
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from bot.core.errors import DatabaseFailed
from bot.queue.postgres import BACKGROUND_QUEUE, PEOPLE_QUEUE, TASK
from bot.queue.procrastinate_jobs import FencedJobs
from bot.queue.runner import DATABASE_PAUSE_SECONDS, JobRunner
from bot.storage.database.postgres import CONNECTION, LIMITS, POOL, is_dead_end, says_something

ONCE_A_YEAR = "0 0 1 1 *"
RESTART_PAUSE_SECONDS = 1.0  # until a worker that ended begins again
SAME_OUTAGE_SECONDS = 30.0  # a worker that ends again this soon ends by the same outage, which was logged
log = structlog.get_logger(__name__)


class _RunAgain(Exception):
    """The job has not ended, and runs again in `seconds`.

    With `lane` it returns to that lock. Otherwise it stays outside the lock, so it holds up no other job.
    """

    def __init__(self, seconds: float, lane: str | None = None) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.lock = lane


class _Retry(BaseRetryStrategy):
    """Tries every job again: the job store says whether it has ended."""

    def get_retry_decision(self, *, exception: BaseException, job: ProcrastinateJob) -> RetryDecision:
        again = exception if isinstance(exception, _RunAgain) else _RunAgain(_pause(exception))
        at = datetime.now(UTC) + timedelta(seconds=again.seconds)
        return RetryDecision(retry_at=at, lock=again.lock or f"later {job.id}")


def _pause(exception: BaseException) -> float:
    """Seconds; 0 when this process is stopping, so that others take its jobs at once."""
    return 0.0 if isinstance(exception, asyncio.CancelledError) else DATABASE_PAUSE_SECONDS


class Worker:
    """Two Procrastinate workers: one for people's jobs, one for background jobs."""

    def __init__(
        self, url: str, job_runner: JobRunner, *, at_once: int, poll: float, beat: float, gone: float
    ) -> None:
        """At most `at_once` jobs of people, and as many background jobs.

        All times are in seconds. A worker asks every `poll` what is due, and sends a heartbeat every `beat`.
        After `gone` without one, others take its jobs over.
        """
        connector = PsycopgConnector(
            pool_factory=_pool, conninfo=url, kwargs=CONNECTION, configure=_limit, min_size=2, **POOL
        )
        self._app = App(connector=connector)
        self._jobs = self._app.job_manager = FencedJobs(connector, at_once)
        self._app.task(name=TASK, pass_context=True, retry=_Retry())(self._do)
        # Without a periodic task, Procrastinate 3.10 does not notice that its LISTEN connection is lost.
        self._app.periodic(cron=ONCE_A_YEAR)(
            self._app.task(name="calendar", queue=BACKGROUND_QUEUE)(_yearly_task)
        )
        self._job_runner = job_runner
        self._at_once = at_once
        self._poll = poll
        self._beat = beat
        self._gone = gone
        self._drain = 0.0
        self._workers: list[asyncio.Task[None]] = []
        self._closing = asyncio.Event()
        self._stack = contextlib.AsyncExitStack()

    async def start(self, drain: float) -> None:
        """Begins the jobs that are due. On `stop`, running jobs get `drain` seconds.

        Raises DatabaseFailed when no connection can be opened.
        """
        try:
            await self._stack.enter_async_context(self._app.open_async())
        except psycopg.Error as error:
            raise DatabaseFailed(type(error).__name__) from None
        self._drain = drain
        self._workers = [
            asyncio.create_task(self._work(queue, drain)) for queue in (PEOPLE_QUEUE, BACKGROUND_QUEUE)
        ]

    async def stop(self) -> None:
        """Finishes the running jobs, and gives the rest back to the queue."""
        self._closing.set()
        running = set(self._workers)
        while running:  # a worker that connects may lose it: psycopg_pool uses `wait_for` of Python 3.11
            for worker in running:
                worker.cancel()
            _, running = await asyncio.wait(running, timeout=self._drain + 1.0)
        await self._stack.aclose()

    async def rescue(self) -> None:
        """Gives the jobs of dead workers to the others. Raises DatabaseFailed."""
        try:
            for job in await self._jobs.get_stalled_jobs(seconds_since_heartbeat=self._gone):
                await self._jobs.put_back(job)
        except ConnectorException as error:
            raise DatabaseFailed(type(error.__cause__).__name__) from None

    async def _work(self, queue: str, drain: float) -> None:
        """Runs a worker, and starts it again when it ends.

        In a long database outage it ends, with an error or without one.
        """
        loop, last_end = asyncio.get_running_loop(), -SAME_OUTAGE_SECONDS
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
            except Exception as error:  # noqa: BLE001 - people wait for the next worker
                write = log.debug if loop.time() - last_end < SAME_OUTAGE_SECONDS else log.warning
                last_end = loop.time()
                write("a worker ended", queue=queue, why=type(error).__name__)
            finally:
                with contextlib.suppress(ConnectorException):  # others take them over, as from a dead worker
                    await self._jobs.give_back(queue)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), RESTART_PAUSE_SECONDS)

    async def _do(self, context: JobContext, *, row: int, lane: str) -> None:
        """The names `row` and `lane` are stored in Procrastinate's table, so they cannot change."""
        if context.job.lock != lane:  # its pause has ended: back to its lock
            raise _RunAgain(0.0, lane)
        again = await self._job_runner.run_attempt(row)
        if again is not None:
            raise _RunAgain(again)


class _Pool(AsyncConnectionPool):
    """Drops its connections when one turns out to be a dead end, as `PostgresDatabase` does."""

    @contextlib.asynccontextmanager
    async def connection(  # its name and its arguments are those of psycopg's
        self,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncIterator[AsyncConnection]:
        async with super().connection(timeout) as connection:
            try:
                yield connection
            except psycopg.Error as error:
                if is_dead_end(error):
                    await self.drain()
                raise


def _pool(**options: Any) -> _Pool:
    """Procrastinate would ask the server before each statement whether the connection still works."""
    return _Pool(**(options | {"check": _check}))


async def _check(connection: AsyncConnection) -> None:
    if says_something(connection):
        await AsyncConnectionPool.check_connection(connection)


async def _limit(connection: AsyncConnection) -> None:
    """Each of Procrastinate's statements is its own transaction."""
    await connection.set_autocommit(True)
    await connection.execute(LIMITS)


async def _yearly_task(timestamp: int) -> None:
    """Does nothing."""
