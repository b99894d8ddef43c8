"""What `python app.py` runs: the app, which answers Slack, or a worker, which only does jobs."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp

from bot.bootstrap.clients import Now, utc_now
from bot.bootstrap.handlers import open_job_runner
from bot.bootstrap.services import open_services, periodic_tasks
from bot.bootstrap.storage import Storage
from bot.bootstrap.timing import DEFAULT_TIMING, DRAIN_SECONDS, Timing
from bot.bootstrap.web import open_web, worker_web
from bot.core.errors import SettingsError
from bot.core.metrics import Metrics
from bot.core.settings import Settings
from bot.queue.embedded import EmbeddedEngine
from bot.queue.periodic import PeriodicTask
from bot.slack.api.identity import Identity

MAX_CONCURRENT_JOBS = 32  # of people, and as many background jobs
WORKER_NEEDS_POSTGRES = (
    "`worker` needs PostgreSQL. On SQLite, run only `python app.py serve`, which also runs the jobs."
)


@dataclass(frozen=True)
class Served:
    """What the caller serves, and where it counts."""

    web: ASGIApp
    metrics: Metrics


@dataclass(frozen=True)
class App(Served):
    """The running app."""

    storage: Storage
    identity: Identity


@asynccontextmanager
async def open_app(
    settings: Settings, *, now: Now = utc_now, timing: Timing = DEFAULT_TIMING
) -> AsyncIterator[App]:
    """Connects to Slack where Socket Mode is used. On SQLite it does the jobs too, the ones left over first.

    Raises SettingsError when Slack refuses a token or the database cannot be used, and SlackBusy when
    Slack does not answer. On leaving, finishes the running jobs. Waiting jobs stay for the next start.
    """
    async with AsyncExitStack() as opened:
        services = await opened.enter_async_context(open_services(settings, now, timing))
        engine = services.storage.engine
        opened.push_async_callback(engine.drain, DRAIN_SECONDS)
        if isinstance(engine, EmbeddedEngine):
            await engine.start(await opened.enter_async_context(open_job_runner(services)))
            opened.push_async_callback(engine.drain, DRAIN_SECONDS)
            await opened.enter_async_context(periodic_tasks(services))
        web = await opened.enter_async_context(open_web(services))
        yield App(web, services.metrics, services.storage, services.identity)


@asynccontextmanager
async def open_worker(
    settings: Settings,
    *,
    at_once: int = MAX_CONCURRENT_JOBS,
    now: Now = utc_now,
    timing: Timing = DEFAULT_TIMING,
) -> AsyncIterator[Served]:
    """Does the jobs that apps on the same PostgreSQL record, side by side with other workers.

    The caller may serve what it yields: health and metrics. Raises the same errors as `open_app`. On leaving,
    finishes the running jobs. Other workers do the rest.
    """
    if not settings.on_postgres:
        raise SettingsError([WORKER_NEEDS_POSTGRES])
    async with AsyncExitStack() as opened:
        services = await opened.enter_async_context(open_services(settings, now, timing))
        job_runner = await opened.enter_async_context(open_job_runner(services))
        from bot.queue.worker import Worker  # noqa: PLC0415 - an extra, installed if PostgreSQL is used

        times = {"poll": timing.poll, "beat": timing.beat, "gone": timing.gone}
        worker = Worker(settings.database_url, job_runner, at_once=at_once, **times)
        await worker.start(DRAIN_SECONDS)
        opened.push_async_callback(worker.stop)
        rescue = PeriodicTask(
            "rescue", services.storage.rate_limiter, worker.rescue, services.metrics, every=timing.beat
        )
        await opened.enter_async_context(periodic_tasks(services, rescue))
        yield Served(worker_web(services), services.metrics)
