"""What runs until it is told to stop: serving Slack, and doing the work beside others."""

import asyncio
import gc
import signal
import threading

import structlog
import uvicorn
from starlette.applications import Starlette

from bot.bootstrap.app import open_app, open_worker
from bot.bootstrap.clients import Now, utc_now
from bot.bootstrap.timing import DEFAULT_TIMING, Timing
from bot.bootstrap.watchdog import watched
from bot.core.settings import Settings

CLOSE_TIMEOUT = 5  # seconds for open connections when the process is asked to stop
GC_THRESHOLD = 10_000  # objects until the youngest are collected; Python's 700 is for smaller programs
WATCHDOG_SECONDS = 15.0  # seconds in which nothing runs; before others take its jobs over
log = structlog.get_logger(__name__)


async def serve(settings: Settings, *, now: Now = utc_now, timing: Timing = DEFAULT_TIMING) -> None:
    """Raises SettingsError and SlackBusy."""
    # uvicorn takes the signals over while it serves, and raises them again when it has ended, before we have
    stop = stop_signal()
    async with open_app(settings, now=now, timing=timing) as app:
        if stop.is_set():
            return
        _freeze_garbage_collector()
        await _served(app.web, settings.host, settings.port)


async def work(settings: Settings, *, at_once: int) -> None:
    """Raises SettingsError and SlackBusy."""
    stop = stop_signal()
    async with watched(WATCHDOG_SECONDS), open_worker(settings, at_once=at_once) as web:
        _freeze_garbage_collector()
        log.info("working", at_once=at_once)
        if settings.worker_port is not None and not stop.is_set():
            await _served(web, settings.host, settings.worker_port)
        await stop.wait()


async def _served(web: Starlette, host: str, port: int) -> None:
    """Until a signal ends it."""
    config = uvicorn.Config(
        web,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=CLOSE_TIMEOUT,
    )
    await uvicorn.Server(config).serve()


def _freeze_garbage_collector() -> None:
    """From now on no collection walks through what was imported and built: some 50 ms each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)


def stop_signal() -> asyncio.Event:
    """Set by SIGTERM or Ctrl-C, which Python hears in the main thread alone."""
    stop = asyncio.Event()
    if threading.current_thread() is not threading.main_thread():
        return stop
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
