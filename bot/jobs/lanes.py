"""What runs beside what: jobs of one lane one after the other, so many at a time, people's before ours."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine

from bot.jobs.model import Job

Run = Callable[[int, Job], Awaitable[None]]


class Lanes:
    """`run` does one job and raises nothing; whatever it leaves to do later is begun again by others."""

    def __init__(self, run: Run, *, at_once: int) -> None:
        """`at_once` people's jobs, and as many of our own: whoever asks waits behind no sweep."""
        self._run = run
        self._people = asyncio.Semaphore(at_once)
        self._ours = asyncio.Semaphore(at_once)
        self._lanes: dict[str, deque[tuple[int, Job, asyncio.Event]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self.background: Counter[str] = Counter()
        """By lane: the jobs of our own that were begun and have not ended."""
        self.idle = asyncio.Event()
        """Set while nothing is being done."""
        self.idle.set()

    def begin(self, id_: int, job: Job) -> None:
        """Behind whatever waits in its lane.

        One of our own gets its place before it enters the lane: waiting for it there, it would hold up
        the people behind it.
        """
        if self._closed:
            return
        self.idle.clear()
        if job.background:
            self.background[job.lane] += 1
            self.keep(self._in_background(id_, job))
        else:
            self._queue(id_, job, asyncio.Event())

    def keep(self, work: Coroutine[None, None, None]) -> None:
        """As a task of ours; the loop itself holds only weak references to its tasks."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, seconds: float) -> None:
        """Finishes what runs, within `seconds`, and begins nothing more."""
        self._closed = True
        if self._tasks:
            _, unfinished = await asyncio.wait(self._tasks, timeout=seconds)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    async def _in_background(self, id_: int, job: Job) -> None:
        try:
            async with self._ours:
                if not self._closed:
                    ended = asyncio.Event()
                    self._queue(id_, job, ended)
                    await ended.wait()
        finally:
            self.background -= Counter([job.lane])
            self._rest()

    def _queue(self, id_: int, job: Job, ended: asyncio.Event) -> None:
        if job.lane in self._lanes:
            self._lanes[job.lane].append((id_, job, ended))
            return
        self._lanes[job.lane] = deque([(id_, job, ended)])
        self.keep(self._run_lane(job.lane))

    async def _run_lane(self, lane: str) -> None:
        waiting = self._lanes[lane]
        try:
            while waiting and not self._closed:
                id_, job, ended = waiting[0]
                async with contextlib.nullcontext() if job.background else self._people:
                    if not self._closed:
                        await self._run(id_, job)
                ended.set()
                waiting.popleft()
        finally:
            del self._lanes[lane]
            for _, _, ended in waiting:
                ended.set()
            self._rest()

    def _rest(self) -> None:
        if not self._lanes and not self.background:
            self.idle.set()
