"""Ends a process whose event loop hangs, so that a supervisor starts it again."""

import asyncio
import contextlib
import faulthandler
import os
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def watched(seconds: float) -> AsyncIterator[None]:
    """Ends the process with exit code 1 and a traceback when the event loop has not run for `seconds`.

    Also ends a process that was suspended, as soon as it continues: others have taken its jobs over by then.
    """
    faulthandler.dump_traceback_later(seconds, exit=True)
    keeping_alive = asyncio.create_task(_keep_alive(seconds, asyncio.get_running_loop().time()))
    try:
        yield
    finally:
        keeping_alive.cancel()
        faulthandler.cancel_dump_traceback_later()


async def _keep_alive(seconds: float, last_alive: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(seconds / 10)
        now = loop.time()
        if now - last_alive > seconds:  # after SIGCONT this may run before the thread of faulthandler
            faulthandler.cancel_dump_traceback_later()  # two tracebacks at once crash Python 3.13
            faulthandler.dump_traceback()
            os._exit(1)
        faulthandler.dump_traceback_later(seconds, exit=True)
        last_alive = now  # read above: the next round sees a suspension since then
