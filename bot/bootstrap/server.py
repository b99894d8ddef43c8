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
from bot.bootstrap.timing import USUAL, Pace
from bot.bootstrap.watchdog import watched
from bot.core.settings import Settings

GRACE = 5  # seconds for open connections when the process is asked to stop
NEW = 10_000  # objects until the youngest are collected; Python's 700 is for smaller programs
HUNG = 15.0  # seconds in which nothing runs; before others take its jobs over
log = structlog.get_logger(__name__)


async def serve(settings: Settings, *, now: Now = utc_now, pace: Pace = USUAL) -> None:
    """Raises SettingsError and SlackBusy."""
    # uvicorn takes the signals over while it serves, and raises them again when it has ended, before we have
    stop = stop_signal()
    async with open_app(settings, now=now, pace=pace) as app:
        if stop.is_set():
            return
        _spare_what_stays()
        await _served(app.web, settings.host, settings.port)


async def work(settings: Settings, *, at_once: int) -> None:
    """Raises SettingsError and SlackBusy."""
    stop = stop_signal()
    async with watched(HUNG), open_worker(settings, at_once=at_once) as web:
        _spare_what_stays()
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
        timeout_graceful_shutdown=GRACE,
    )
    await uvicorn.Server(config).serve()


def _spare_what_stays() -> None:
    """From now on no collection walks through what was imported and built: some 50 ms each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW)


def stop_signal() -> asyncio.Event:
    """Set by SIGTERM or Ctrl-C, which Python hears in the main thread alone."""
    stop = asyncio.Event()
    if threading.current_thread() is not threading.main_thread():
        return stop
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
