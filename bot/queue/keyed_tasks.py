"""Runs the jobs of one lock one after the other, and jobs of different locks side by side up to a limit."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass


@dataclass(frozen=True)
class QueuedJob:
    """A recorded job that may begin. No person waits for a `background` job."""

    id: int
    lock: str
    background: bool


Run = Callable[[QueuedJob], Awaitable[None]]


class KeyedTasks:
    """`run` makes one attempt at a job and raises nothing. To retry, its owner begins the job again."""

    def __init__(self, run: Run, *, at_once: int) -> None:
        """At most `at_once` jobs of people and as many background jobs, so people do not wait for a sweep."""
        self._run = run
        self._people_slots = asyncio.Semaphore(at_once)
        self._background_slots = asyncio.Semaphore(at_once)
        self._waiting: dict[str, deque[tuple[QueuedJob, asyncio.Event]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._open_background = 0  # background jobs that were begun and have not ended
        self.idle = asyncio.Event()
        """Set while no job runs or waits."""
        self.idle.set()

    def begin(self, queued: QueuedJob) -> None:
        """The job waits for the earlier jobs of its lock.

        A background job takes its slot before it enters the lock. If it waited for the slot inside the lock,
        it would hold up people's jobs.
        """
        if self._closed:
            return
        self.idle.clear()
        if queued.background:
            self._open_background += 1
            self.keep(self._in_background(queued))
        else:
            self._queue(queued, asyncio.Event())

    def waits(self, lock: str) -> bool:
        """Whether a job of this lock would wait for another one."""
        return lock in self._waiting

    def keep(self, work: Coroutine[None, None, None]) -> None:
        """Runs `work` as a task, outside the request's context.

        Keeps a reference, because the event loop holds tasks only weakly.
        """
        task = asyncio.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, seconds: float) -> None:
        """Finishes what runs within `seconds`, cancels the rest, and begins nothing more."""
        self._closed = True
        if self._tasks:
            _, unfinished = await asyncio.wait(self._tasks, timeout=seconds)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    async def _in_background(self, queued: QueuedJob) -> None:
        try:
            async with self._background_slots:
                if not self._closed:
                    ended = asyncio.Event()
                    self._queue(queued, ended)
                    await ended.wait()
        finally:
            self._open_background -= 1
            self._update_idle()

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
                async with contextlib.nullcontext() if queued.background else self._people_slots:
                    if not self._closed:
                        await self._run(queued)
                ended.set()
                waiting.popleft()
        finally:
            del self._waiting[lock]
            for _, ended in waiting:
                ended.set()
            self._update_idle()

    def _update_idle(self) -> None:
        if not self._waiting and not self._open_background:
            self.idle.set()
