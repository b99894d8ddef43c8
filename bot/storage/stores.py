"""What is remembered, beside the jobs: each table's own room, on one database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from bot.storage.channel_settings import Preferences
from bot.storage.database.base import Database
from bot.storage.due_watches import Agenda
from bot.storage.snapshots import Looks
from bot.storage.watches import Watches


@dataclass(frozen=True)
class Stores:
    looks: Looks
    watches: Watches
    agenda: Agenda
    preferences: Preferences

    @classmethod
    def on(cls, database: Database) -> Self:
        return cls(Looks(database), Watches(database), Agenda(database), Preferences(database))

    async def prune(self, now: datetime) -> None:
        """Forgets what is over since long; raises DatabaseFailed."""
        await self.looks.prune(now)
        await self.watches.prune(now)
