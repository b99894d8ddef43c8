"""`python app.py` as a process of its own, which tests can kill."""

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from bot.cli.main import cli
from bot.core import logging
from bot.core.settings import Settings
from bot.demo.demo import Sandbox

ROOT = Path(__file__).parents[2]
APP = str(ROOT / "app.py")
START_SECONDS = 20.0  # seconds for a process to start
SERVING, WORKING = "Uvicorn running on", '"event": "worker started"'
LOGS: list[list[str]] = []  # of all processes of this test; `tests/support/leaks.py` empties it
MIN_SECRET = 12  # characters; a test may set a shorter text, which stands anywhere
SECRETS = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "AUTOENHANCE_API_KEY",
    "AUTOENHANCE_WEBHOOK_TOKEN",
    "ENCRYPTION_KEYS",
    "METRICS_TOKEN",
)
_SERVING = re.compile(SERVING + r" (http://[\d.:]+)")


@dataclass
class Running:
    """`log` is what it has written so far. `ended` is set when it will write no more."""

    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def logged(self, words: str, *, within: float = 10) -> str:
        """The first line with these words, once it is written. Raises TimeoutError."""
        async with asyncio.timeout(within), self.grown:
            await self.grown.wait_for(lambda: self.line(words) or self.ended.is_set())
        line = self.line(words)
        assert line, "it ended:\n" + "".join(self.log)
        return line

    async def serves(self) -> str:
        """Its URL, once it answers."""
        found = _SERVING.search(await self.logged(SERVING, within=START_SECONDS))
        assert found
        return found[1]

    def line(self, words: str) -> str:
        """The first line with these words so far, empty without one."""
        return next((line for line in self.log if words in line), "")

    async def kill(self) -> None:
        """Kills it with kill -9."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Stops it with SIGTERM, as a platform does. Its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()

    def suspend(self) -> None:
        """SIGSTOP: it keeps its running jobs, and does nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@dataclass
class CommandResult:
    code: int
    out: str
    err: str


async def start(
    *arguments: str, env: dict[str, str] | None = None, program: str = APP, out: int = PIPE
) -> asyncio.subprocess.Process:
    """Starts `python app.py …`, or another program, with no variable of this environment but the path."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        program,
        *arguments,
        cwd=tempfile.gettempdir(),  # where there is no .env
        env={"PATH": os.environ["PATH"]} | (env or {}),
        stdout=out,
        stderr=PIPE,
    )


async def run(*arguments: str, env: dict[str, str] | None = None) -> CommandResult:
    """Runs it to its end."""
    process = await start(*arguments, env=env)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return _without_secrets(CommandResult(process.returncode, out.decode(), err.decode()), env or {})


async def invoke(*arguments: str, env: dict[str, str] | None = None) -> CommandResult:
    """Runs it in a thread of this process, ten times as fast, for commands that end by themselves.

    Not for `worker`, whose watchdog writes to a real stderr.
    """
    if arguments[0] == "worker":
        return await run(*arguments, env=env)
    return await asyncio.wait_for(asyncio.to_thread(_invoked, arguments, env or {}), 30)


def _invoked(arguments: Sequence[str], env: dict[str, str]) -> CommandResult:
    nothing_else: dict[str, str | None] = dict.fromkeys(set(os.environ) - {"PATH"})
    try:
        with contextlib.chdir(tempfile.gettempdir()):
            result = CliRunner().invoke(cli, arguments, env={**nothing_else, **env})
    finally:
        logging.configure("WARNING")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return _without_secrets(CommandResult(result.exit_code, result.stdout, result.stderr), env)


def _without_secrets(result: CommandResult, env: Mapping[str, str]) -> CommandResult:
    """The result. Fails if the command printed one of its own tokens or keys."""
    secrets = [secret for name in SECRETS for secret in env.get(name, "").split(",")]
    said = result.out + result.err
    assert [f"{each[:4]}…" for each in secrets if len(each) >= MIN_SECRET and each in said] == []
    return result


@asynccontextmanager
async def serving_process(sandbox: Sandbox, **extra: str) -> AsyncIterator[Running]:
    """A process that is ready and is called by the sandbox's Slack from now on."""
    async with running("serve", env=environment(sandbox.settings) | extra) as serving:
        url = await serving.serves()
        sandbox.slack.events_url = f"{url}/slack/events"
        sandbox.autoenhance.webhook_url = f"{url}/autoenhance/webhook"
        yield serving


@asynccontextmanager
async def working_process(settings: Settings, *arguments: str, **extra: str) -> AsyncIterator[Running]:
    """A process that does the jobs of this PostgreSQL."""
    async with running("worker", *arguments, env=environment(settings) | extra) as working:
        await working.logged(WORKING, within=START_SECONDS)
        yield working


@asynccontextmanager
async def several_processes(sandbox: Sandbox, *, workers: int = 2) -> AsyncIterator[list[Running]]:
    """One process that serves, and so many that work."""
    async with AsyncExitStack() as opened:
        started = [await opened.enter_async_context(serving_process(sandbox))]
        for _ in range(workers):
            each = working_process(sandbox.settings)
            started.append(await opened.enter_async_context(each))
        yield started


@asynccontextmanager
async def running(*arguments: str, env: dict[str, str], program: str = APP) -> AsyncIterator[Running]:
    """A process that is killed at the end of the block. Its stdout is discarded."""
    process = await start(*arguments, env=env, program=program, out=DEVNULL)
    started = Running(process)
    LOGS.append(started.log)
    reader = asyncio.create_task(_read(started))
    try:
        yield started
    finally:
        if process.returncode is None:
            process.kill()
        await reader
        await process.communicate()


def environment(settings: Settings) -> dict[str, str]:
    """These settings as a process reads them, with no variable of this environment but the path."""
    return {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": _secret(settings.slack_bot_token),
        "SLACK_SIGNING_SECRET": _secret(settings.slack_signing_secret),
        "SLACK_API_URL": settings.slack_api_url,
        "AUTOENHANCE_API_URL": settings.autoenhance_api_url,
        "AUTOENHANCE_API_KEY": _secret(settings.autoenhance_api_key),
        "AUTOENHANCE_WEBHOOK_TOKEN": _secret(settings.autoenhance_webhook_token),
        "ENCRYPTION_KEYS": _secret(settings.encryption_keys),
        "DATABASE_URL": settings.database_url,
        "HOST": "127.0.0.1",
        "PORT": "0",
        "LOG_LEVEL": "DEBUG",
    }


def _secret(value: object) -> str:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else ""


async def _read(running: Running) -> None:
    assert running.process.stderr is not None
    async for line in running.process.stderr:
        async with running.grown:
            running.log.append(line.decode())
            running.grown.notify_all()
    async with running.grown:
        running.ended.set()
        running.grown.notify_all()
