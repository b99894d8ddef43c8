"""A process that is told to end before it serves."""

import asyncio

from bot.demo.demo import Sandbox
from tests.support import stopped_early
from tests.support.process import environment, running


async def ends(sandbox: Sandbox, command: str, **extra: str) -> bool:
    """Whether it ends by SIGTERM that comes when all is built and nothing is served yet."""
    env = environment(sandbox.settings) | extra
    async with running(command, env=env, program=stopped_early.__file__) as process:
        return await asyncio.wait_for(process.process.wait(), 30) == 0


async def test_sigterm_just_before_it_serves(sandbox: Sandbox) -> None:
    """It ends, as after any other SIGTERM: its platform would wait for it in vain."""
    assert await ends(sandbox, "serve")


async def test_sigterm_just_before_a_worker_serves(sandbox: Sandbox, postgres_url: str) -> None:
    """The same where it has a port."""
    assert await ends(sandbox, "worker", DATABASE_URL=postgres_url, WORKER_PORT="0")
