"""A process whose event loop stands still does nothing: it ends itself, to be started again."""

import asyncio
import contextlib
import faulthandler
import os
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def watched(seconds: float) -> AsyncIterator[None]:
    """Ends the process with code 1 and a traceback when nothing has run for so long meanwhile.

    Also one that was suspended, as soon as it goes on: others have taken its work over by then.
    """
    faulthandler.dump_traceback_later(seconds, exit=True)
    feeding = asyncio.create_task(_feed(seconds, asyncio.get_running_loop().time()))
    try:
        yield
    finally:
        feeding.cancel()
        faulthandler.cancel_dump_traceback_later()


async def _feed(seconds: float, fed: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(seconds / 10)
        now = loop.time()
        if now - fed > seconds:  # after SIGCONT we may be here before the thread that is to end us
            faulthandler.cancel_dump_traceback_later()  # two tracebacks at once crash Python 3.13
            faulthandler.dump_traceback()
            os._exit(1)
        faulthandler.dump_traceback_later(seconds, exit=True)
        fed = now  # the time of the question: a suspension between it and here is seen in the next round
