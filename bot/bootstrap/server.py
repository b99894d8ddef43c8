"""What runs until a signal: `serve` answers Slack, and `work` does jobs side by side with other workers."""

import asyncio
import gc
import signal
import threading
from collections.abc import Iterable

import structlog
import uvicorn

from bot.bootstrap.app import Served, open_app, open_worker
from bot.bootstrap.clients import Now, utc_now
from bot.bootstrap.timing import DEFAULT_TIMING, Timing
from bot.bootstrap.watchdog import watched
from bot.core.errors import DatabaseLost
from bot.core.settings import Settings
from bot.storage.database.sqlite_file import LOST
from bot.web.connections import Connections, descriptor_limit, max_connections

CLOSE_TIMEOUT_SECONDS = 5  # for open connections when the process stops
GC_THRESHOLD = 10_000  # new objects before a collection; Python's default of 700 suits smaller programs
MAX_BLOCKED_SECONDS = 15.0  # of the event loop; others take its jobs over later, after `Timing.gone`
log = structlog.get_logger(__name__)


async def serve(settings: Settings, *, now: Now = utc_now, timing: Timing = DEFAULT_TIMING) -> None:
    """Raises SettingsError and SlackBusy, also when the database's file is lost."""
    # uvicorn handles signals while it serves, and raises them again when it ends, before the app has closed.
    stop = stop_signal()
    async with open_app(settings, now=now, timing=timing) as app:
        if stop.is_set():
            return
        _freeze_garbage_collector()
        lost = app.storage.database.health.lost
        await _serve_web(app, settings, settings.port, timing, until=(stop, lost))
        if lost.is_set():
            raise DatabaseLost(LOST)


async def work(
    settings: Settings, *, at_once: int, now: Now = utc_now, timing: Timing = DEFAULT_TIMING
) -> None:
    """Raises SettingsError and SlackBusy."""
    stop = stop_signal()
    working = open_worker(settings, at_once=at_once, now=now, timing=timing)
    async with watched(MAX_BLOCKED_SECONDS), working as worker:
        _freeze_garbage_collector()
        log.info("worker started", concurrency=at_once)
        if settings.worker_port is not None and not stop.is_set():
            await _serve_web(worker, settings, settings.worker_port, timing, until=(stop,))
        await stop.wait()


async def _serve_web(
    served: Served, settings: Settings, port: int, timing: Timing, *, until: Iterable[asyncio.Event]
) -> None:
    """Serves until one of `until` is set. A signal from before uvicorn handles them is in an event only."""
    limit = max_connections(settings.max_connections, descriptor_limit())
    connections = Connections(limit, timing.request, served.metrics.connection_refused)
    config = uvicorn.Config(
        served.web,
        host=settings.host,
        port=port,
        http=connections.protocol(),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing asks who called
        ws="none",
        timeout_graceful_shutdown=CLOSE_TIMEOUT_SECONDS,
    )
    server = uvicorn.Server(config)

    async def stop_after(event: asyncio.Event) -> None:
        await event.wait()
        server.should_exit = True

    stopping = [asyncio.create_task(stop_after(each)) for each in until]
    try:
        await server.serve()
    finally:
        for each in stopping:
            each.cancel()
        connections.close()


def _freeze_garbage_collector() -> None:
    """Keeps later collections from visiting what was imported and built, about 50 ms each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM or Ctrl-C sets. Only the main thread gets signals: elsewhere it is never set."""
    stop = asyncio.Event()
    if threading.current_thread() is not threading.main_thread():
        return stop
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
