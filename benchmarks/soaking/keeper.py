"""Restarts the bot when it ends, as a platform does, and kills it again and again."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import cast

import psutil

from bot.demo.demo import Sandbox
from tests.support.process import ROOT, environment

RESTART_SECONDS = 0.5  # before a process that ended is started again
READY = b"Uvicorn running on "


@dataclass(frozen=True)
class Sample:
    """What a process held just before it was killed."""

    age: float  # seconds
    memory: int  # bytes
    handles: int


@dataclass
class Keeper:
    sandbox: Sandbox
    samples: list[Sample] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)  # by the clock of the stand-ins
    refused: int = 0  # starts that ended by themselves
    _process: asyncio.subprocess.Process | None = None
    _began: float = 0.0

    @asynccontextmanager
    async def running(self, off: Sequence[float]) -> AsyncIterator[None]:
        """Keep the bot running. Each start uses the next of these clock errors, in seconds."""
        keeping = asyncio.create_task(self._keep(off))
        try:
            yield
        finally:
            keeping.cancel()
            await self._end()

    async def _keep(self, clocks: Sequence[float]) -> None:
        for off in cycle(clocks):
            await self._run(off)
            await asyncio.sleep(RESTART_SECONDS)

    async def _run(self, off: float) -> None:
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.soaking.bot", f"--off={off}",
            cwd=tempfile.gettempdir(),
            env=environment(self.sandbox.settings) | {"PYTHONPATH": str(ROOT)},
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._began = time.monotonic()
        served = False
        async for line in cast("asyncio.StreamReader", process.stderr):
            if READY in line:
                served = True
                url = line.split(READY)[1].split()[0].decode().strip('"')
                self.sandbox.slack.events_url = f"{url}/slack/events"
            elif b'"level": "error"' in line or b"Traceback" in line:
                sys.stderr.buffer.write(line)
        await process.wait()
        self.refused += not served

    async def kill(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            if self._process is not None and self._process.returncode is None:
                with suppress(psutil.Error):
                    self._sample(psutil.Process(self._process.pid))
                self.kills.append(self.sandbox.slack.workspace.now())
                self._process.kill()

    def _sample(self, process: psutil.Process) -> None:
        age = time.monotonic() - self._began
        self.samples.append(Sample(age, process.memory_info().rss, process.num_fds()))

    async def _end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
