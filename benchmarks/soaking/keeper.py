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

MAX_STOP_SECONDS = 60.0
RESTART_SECONDS = 0.5  # before a process that ended is started again
READY = b"Uvicorn running on "
WORKING = b'"event": "worker started"'


@dataclass(frozen=True)
class Sample:
    """What a process held just before it was killed."""

    age: float  # seconds
    memory: int  # bytes
    handles: int


@dataclass
class Kept:
    """One process that is started again whenever it ends."""

    process: asyncio.subprocess.Process
    began: float
    ready: bool = False

    @property
    def runs(self) -> bool:
        return self.process.returncode is None


@dataclass
class Keeper:
    """Keeps one process that serves, and so many workers beside it, which need PostgreSQL."""

    sandbox: Sandbox
    workers: int = 0
    samples: list[Sample] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)  # by the clock of the stand-ins
    refused: int = 0  # starts that ended by themselves
    unstopped: int = 0  # processes that did not end by SIGTERM
    _kept: dict[int, Kept] = field(default_factory=dict)  # by number; 0 serves

    @asynccontextmanager
    async def running(self, off: Sequence[float]) -> AsyncIterator[None]:
        """Keep the bot running. Each start uses the next of these clock errors, in seconds."""
        keeping = [asyncio.create_task(self._keep(number, off)) for number in range(1 + self.workers)]
        try:
            yield
        finally:
            for task in keeping:
                task.cancel()
            await self._end()

    async def all_ready(self) -> bool:
        return len(self._kept) == 1 + self.workers and all(kept.ready for kept in self._kept.values())

    async def _keep(self, number: int, clocks: Sequence[float]) -> None:
        for off in cycle(clocks):
            await self._run(number, off)
            await asyncio.sleep(RESTART_SECONDS)

    async def _run(self, number: int, off: float) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.soaking.bot", f"--off={off}", *(["--worker"] if number else []),
            cwd=tempfile.gettempdir(),
            env=environment(self.sandbox.settings) | {"PYTHONPATH": str(ROOT)},
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._kept[number] = kept = Kept(process, time.monotonic())
        async for line in cast("asyncio.StreamReader", process.stderr):
            if READY in line:
                kept.ready = True
                url = line.split(READY)[1].split()[0].decode().strip('"')
                self.sandbox.slack.events_url = f"{url}/slack/events"
            elif WORKING in line:
                kept.ready = True
            elif b'"level": "error"' in line or b"Traceback" in line:
                sys.stderr.buffer.write(line)
        await process.wait()
        self.refused += not kept.ready

    async def kill(self, every: float) -> None:
        """Kill one of them after the other. One that is not ready yet is left to start."""
        for number in cycle(range(1 + self.workers)):
            await asyncio.sleep(every)
            kept = self._kept.get(number)
            if kept and kept.runs and kept.ready:
                if not number:
                    with suppress(psutil.Error):
                        self._sample(kept)
                self.kills.append(self.sandbox.slack.workspace.now())
                kept.process.kill()

    def _sample(self, kept: Kept) -> None:
        process = psutil.Process(kept.process.pid)
        age = time.monotonic() - kept.began
        self.samples.append(Sample(age, process.memory_info().rss, process.num_fds()))

    async def _end(self) -> None:
        for kept in self._kept.values():
            if kept.runs:
                kept.process.terminate()
                try:
                    await asyncio.wait_for(kept.process.wait(), MAX_STOP_SECONDS)
                except TimeoutError:
                    self.unstopped += 1
                    kept.process.kill()
                    await kept.process.wait()
