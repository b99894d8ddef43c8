"""Makes one job for each last call that is due."""

from collections.abc import Callable
from datetime import datetime

from bot.core.logging import new_reference
from bot.jobs.background import LastCall
from bot.queue.base import Engine
from bot.storage.database.base import Sql
from bot.storage.last_calls import LastCalls

MAX_PER_ROUND = 20  # a channel takes a post a second, and the next round is minutes away


class LastCallRounds:
    def __init__(self, last_calls: LastCalls, engine: Engine, now: Callable[[], datetime]) -> None:
        self._last_calls = last_calls
        self._engine = engine
        self._now = now

    async def round(self) -> None:
        """A job is recorded in the transaction that claims its row. After a kill, both are there or neither.

        Raises DatabaseFailed, and ShuttingDown when the process is stopping.
        """
        await self._engine.add_all(self._jobs)

    def _jobs(self, sql: Sql) -> list[LastCall]:
        due = self._last_calls.take(sql, self._now(), MAX_PER_ROUND)
        return [LastCall.at(each.team_id, each.place, each.order, new_reference("W")) for each in due]
