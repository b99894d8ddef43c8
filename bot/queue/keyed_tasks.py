"""What runs beside what: jobs of one lock one after the other, so many at a time, people's before ours."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass


@dataclass(frozen=True)
class QueuedJob:
    """A recorded job that may begin; `background`: nobody waits for it."""

    id: int
    lock: str
    background: bool


Run = Callable[[QueuedJob], Awaitable[None]]


class KeyedTasks:
    """`run` does one job and raises nothing; whatever it leaves to do later is begun again by others."""

    def __init__(self, run: Run, *, at_once: int) -> None:
        """`at_once` people's jobs, and as many of our own: people do not wait behind a sweep."""
        self._run = run
        self._people = asyncio.Semaphore(at_once)
        self._ours = asyncio.Semaphore(at_once)
        self._waiting: dict[str, deque[tuple[QueuedJob, asyncio.Event]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._background = 0  # of our own that were begun and have not ended
        self.idle = asyncio.Event()
        """Set while nothing is being done."""
        self.idle.set()

    def begin(self, queued: QueuedJob) -> None:
        """Behind whatever waits in its lock.

        One of our own gets its place before it enters the lock: waiting for it there, it would hold up
        the people behind it.
        """
        if self._closed:
            return
        self.idle.clear()
        if queued.background:
            self._background += 1
            self.keep(self._in_background(queued))
        else:
            self._queue(queued, asyncio.Event())

    def keep(self, work: Coroutine[None, None, None]) -> None:
        """As a task of ours, not of the request that began it; the loop itself holds tasks only weakly."""
        task = asyncio.create_task(work, context=Context())
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

    async def _in_background(self, queued: QueuedJob) -> None:
        try:
            async with self._ours:
                if not self._closed:
                    ended = asyncio.Event()
                    self._queue(queued, ended)
                    await ended.wait()
        finally:
            self._background -= 1
            self._rest()

    def _queue(self, queued: QueuedJob, ended: asyncio.Event) -> None:
        if queued.lock in self._waiting:
            self._waiting[queued.lock].append((queued, ended))
            return
        self._waiting[queued.lock] = deque([(queued, ended)])
        self.keep(self._run_in_turn(queued.lock))

    async def _run_in_turn(self, lock: str) -> None:
        waiting = self._waiting[lock]
        try:
            while waiting and not self._closed:
                queued, ended = waiting[0]
                async with contextlib.nullcontext() if queued.background else self._people:
                    if not self._closed:
                        await self._run(queued)
                ended.set()
                waiting.popleft()
        finally:
            del self._waiting[lock]
            for _, ended in waiting:
                ended.set()
            self._rest()

    def _rest(self) -> None:
        if not self._waiting and not self._background:
            self.idle.set()
