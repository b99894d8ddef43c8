"""A process whose event loop stands still does nothing for anybody: it had better be started anew."""

import asyncio
import contextlib
import faulthandler
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def watched(seconds: float) -> AsyncIterator[None]:
    """Ends the process with code 1 and a traceback when nothing has run for so long meanwhile.

    Also one that was suspended, as soon as it goes on: others have taken its work over by then.
    """
    faulthandler.dump_traceback_later(seconds, exit=True)
    feeding = asyncio.create_task(_feed(seconds))
    try:
        yield
    finally:
        feeding.cancel()
        faulthandler.cancel_dump_traceback_later()


async def _feed(seconds: float) -> None:
    while True:
        faulthandler.dump_traceback_later(seconds, exit=True)
        await asyncio.sleep(seconds / 10)
