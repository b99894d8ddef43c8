"""Makes one job for each file in Slack that is to be deleted, and for each channel that has pictures."""

from collections.abc import Callable
from datetime import datetime

from bot.core.logging import new_reference
from bot.jobs.pictures import CheckPictureChannel, DeletePicture
from bot.queue.base import Engine
from bot.storage.database.base import Sql
from bot.storage.pictures import Pictures

MAX_PER_ROUND = 40  # Slack takes about 50 calls of files.delete a minute


class PictureRounds:
    def __init__(self, pictures: Pictures, engine: Engine, now: Callable[[], datetime]) -> None:
        self._pictures = pictures
        self._engine = engine
        self._now = now

    async def round(self) -> None:
        """A job is recorded in the transaction that plans its row again. After a kill, both are done or none.

        Raises DatabaseFailed, and ShuttingDown when the process is stopping.
        """
        await self._engine.add_all(self._jobs)

    async def check_channels(self) -> None:
        """Raises the same. A channel with a job that is still open gets no other."""
        await self._engine.add_all(self._checks)

    def _checks(self, sql: Sql) -> list[CheckPictureChannel]:
        there = self._pictures.channels(sql)
        return [CheckPictureChannel.of(team, channel, new_reference("W")) for team, channel in there]

    def _jobs(self, sql: Sql) -> list[DeletePicture]:
        due = self._pictures.take(sql, self._now(), MAX_PER_ROUND)
        return [DeletePicture.of(each.team_id, each.file_id, new_reference("W")) for each in due]
