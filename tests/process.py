"""`python app.py serve` as a process of its own, to be killed."""

import asyncio
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.demo import Sandbox
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
_SERVING = re.compile(r"Uvicorn running on (http://[\d.:]+)")


@dataclass
class Serving:
    """`log` is what it has written so far."""

    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def logged(self, words: str) -> None:
        """Returns once a line with these words has been written; raises TimeoutError."""
        async with asyncio.timeout(10), self.grown:
            await self.grown.wait_for(lambda: any(words in line for line in self.log))

    async def kill(self) -> None:
        """By kill -9: nothing of it gets to run any more."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM, as a platform stops it; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


@dataclass
class Ran:
    code: int
    out: str
    err: str


async def start(*arguments: str, env: dict[str, str] | None = None) -> asyncio.subprocess.Process:
    """`python app.py …`, with nothing of our own environment but the path."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "app.py"),
        *arguments,
        cwd=tempfile.gettempdir(),  # where there is no .env
        env={"PATH": os.environ["PATH"]} | (env or {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(*arguments: str, env: dict[str, str] | None = None) -> Ran:
    """The same, to its end."""
    process = await start(*arguments, env=env)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), err.decode())


@asynccontextmanager
async def serving_process(sandbox: Sandbox, **extra: str) -> AsyncIterator[Serving]:
    """Ready, and called by the sandbox's Slack from now on."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "app.py",
        "serve",
        cwd=ROOT,
        env=environment(sandbox.settings) | extra,
        stderr=asyncio.subprocess.PIPE,
    )
    running = Serving(process)
    assert process.stderr is not None
    readers: list[asyncio.Task[None]] = []
    try:
        url = await asyncio.wait_for(_url(process.stderr, running.log), 20)
        readers.append(asyncio.create_task(_read(process.stderr, running)))
        sandbox.slack.events_url = f"{url}/slack/events"
        sandbox.autoenhance.webhook_url = f"{url}/autoenhance/webhook"
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.gather(*readers)
        await process.communicate()


def environment(settings: Settings) -> dict[str, str]:
    """These settings as a process reads them, and nothing of our own environment but the path."""
    return {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": _secret(settings.slack_bot_token),
        "SLACK_SIGNING_SECRET": _secret(settings.slack_signing_secret),
        "SLACK_API_URL": settings.slack_api_url,
        "AUTOENHANCE_API_URL": settings.autoenhance_api_url,
        "AUTOENHANCE_API_KEY": _secret(settings.autoenhance_api_key),
        "AUTOENHANCE_WEBHOOK_TOKEN": _secret(settings.autoenhance_webhook_token),
        "DATABASE_URL": settings.database_url,
        "HOST": "127.0.0.1",
        "PORT": "0",
        "LOG_LEVEL": "DEBUG",
    }


def _secret(value: object) -> str:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else ""


async def _url(stream: asyncio.StreamReader, log: list[str]) -> str:
    async for line in stream:
        log.append(line.decode())
        if found := _SERVING.search(log[-1]):
            return found[1]
    raise AssertionError("it did not start:\n" + "".join(log))


async def _read(stream: asyncio.StreamReader, running: Serving) -> None:
    async for line in stream:
        async with running.grown:
            running.log.append(line.decode())
            running.grown.notify_all()
