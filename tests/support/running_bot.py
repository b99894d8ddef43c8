"""The whole bot in the test's own process, on either database."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from bot.bootstrap.app import App, open_worker
from bot.bootstrap.clients import utc_now
from bot.bootstrap.timing import Timing
from bot.demo.demo import Sandbox, open_app_in


@asynccontextmanager
async def running_bot(
    sandbox: Sandbox, *, timing: Timing, now: Callable[[], datetime] = utc_now
) -> AsyncIterator[App]:
    """A bot that the sandbox's Slack calls from now on. On PostgreSQL it is a server and a worker."""
    async with AsyncExitStack() as opened:
        if sandbox.settings.on_postgres:
            await opened.enter_async_context(open_worker(sandbox.settings, timing=timing, now=now))
        yield await opened.enter_async_context(open_app_in(sandbox, timing=timing, now=now))
