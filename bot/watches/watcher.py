"""The sweep: what is due becomes one job per order, however many watch it."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.errors import DeskClosed
from bot.jobs.embedded import EmbeddedEngine
from bot.jobs.model import LookAtWatched
from bot.stores import Stores

AT_ONCE = 200  # looks that are under way or waiting for their turn; the other orders stay in the table
JUMP = 5.0  # seconds back: more than a clock is put right by in passing
TIDY = 3600.0  # seconds between two prunings
log = structlog.get_logger(__name__)


class Watcher:
    def __init__(
        self,
        stores: Stores,
        engine: EmbeddedEngine,
        now: Callable[[], datetime],
        *,
        tick: float,
    ) -> None:
        """Sweeps every `tick` seconds."""
        self._stores = stores
        self._engine = engine
        self._now = now
        self._tick = tick
        self._closing = asyncio.Event()

    async def sweep(self) -> int:
        """Makes the jobs for what is due, and says how many orders that were.

        A job is recorded before its watches are claimed: killed in between, the order is looked at once
        more than needed, and not once less.
        """
        now = self._now()
        under_way = self._engine.lanes.background
        due = await self._stores.agenda.due(now, AT_ONCE - under_way.total())
        looks = [LookAtWatched.due(each.team_id, each.order, now) for each in due]
        looks = [look for look in looks if look.lane not in under_way]
        rows = await asyncio.gather(*map(self._engine.write, looks))
        try:
            if due:
                await self._stores.agenda.claim(due, now)
        finally:
            for row, look in zip(rows, looks, strict=True):
                if row is not None:  # begun last: a look that has ended takes its claim back
                    self._engine.begin(row, look)
        return len(looks)

    async def run(self) -> None:
        """Until `close`. A full disk is tried again at the next tick; a clock that goes back delays none."""
        tidied = -TIDY
        clock = asyncio.get_running_loop().time
        wall, steady = self._now(), clock()
        while not self._closing.is_set():
            try:
                back = clock() - steady - (self._now() - wall).total_seconds()
                wall, steady = self._now(), clock()
                if back > JUMP:
                    await self._stores.agenda.put_back(back)
                if clock() - tidied > TIDY:
                    await self._stores.watches.prune(self._now())
                    tidied = clock()
                await self.sweep()
            except DeskClosed:
                return
            except sqlite3.Error:
                log.exception("watches cannot be swept")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._tick)

    def close(self) -> None:
        self._closing.set()
