"""What is remembered, beside the jobs: each table's own room, on one database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from bot.database import Database
from bot.looks import Looks
from bot.watches.agenda import Agenda
from bot.watches.preferences import Preferences
from bot.watches.store import Watches


@dataclass(frozen=True)
class Stores:
    looks: Looks
    watches: Watches
    agenda: Agenda
    preferences: Preferences

    @classmethod
    async def prepared(cls, database: Database, now: datetime) -> Self:
        """With the tables that were missing."""
        stores = cls(Looks(database), Watches(database), Agenda(database), Preferences(database))
        await stores.looks.prepare(now)
        await stores.watches.prepare()
        await stores.preferences.prepare()
        return stores
