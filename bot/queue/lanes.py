"""What runs beside what: jobs of one lane one after the other, so many at a time, people's before ours."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass


@dataclass(frozen=True)
class Ticket:
    """A recorded job that may begin; `background`: nobody waits for it."""

    id: int
    lane: str
    background: bool


Run = Callable[[Ticket], Awaitable[None]]


class Lanes:
    """`run` does one job and raises nothing; whatever it leaves to do later is begun again by others."""

    def __init__(self, run: Run, *, at_once: int) -> None:
        """`at_once` people's jobs, and as many of our own: whoever asks waits behind no sweep."""
        self._run = run
        self._people = asyncio.Semaphore(at_once)
        self._ours = asyncio.Semaphore(at_once)
        self._lanes: dict[str, deque[tuple[Ticket, asyncio.Event]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._background = 0  # of our own that were begun and have not ended
        self.idle = asyncio.Event()
        """Set while nothing is being done."""
        self.idle.set()

    def begin(self, ticket: Ticket) -> None:
        """Behind whatever waits in its lane.

        One of our own gets its place before it enters the lane: waiting for it there, it would hold up
        the people behind it.
        """
        if self._closed:
            return
        self.idle.clear()
        if ticket.background:
            self._background += 1
            self.keep(self._in_background(ticket))
        else:
            self._queue(ticket, asyncio.Event())

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

    async def _in_background(self, ticket: Ticket) -> None:
        try:
            async with self._ours:
                if not self._closed:
                    ended = asyncio.Event()
                    self._queue(ticket, ended)
                    await ended.wait()
        finally:
            self._background -= 1
            self._rest()

    def _queue(self, ticket: Ticket, ended: asyncio.Event) -> None:
        if ticket.lane in self._lanes:
            self._lanes[ticket.lane].append((ticket, ended))
            return
        self._lanes[ticket.lane] = deque([(ticket, ended)])
        self.keep(self._run_lane(ticket.lane))

    async def _run_lane(self, lane: str) -> None:
        waiting = self._lanes[lane]
        try:
            while waiting and not self._closed:
                ticket, ended = waiting[0]
                async with contextlib.nullcontext() if ticket.background else self._people:
                    if not self._closed:
                        await self._run(ticket)
                ended.set()
                waiting.popleft()
        finally:
            del self._lanes[lane]
            for _, ended in waiting:
                ended.set()
            self._rest()

    def _rest(self) -> None:
        if not self._lanes and not self._background:
            self.idle.set()
