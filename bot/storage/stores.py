"""All stores but the jobs', on one database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from bot.storage.accounts import Accounts
from bot.storage.channel_settings import ChannelSettings
from bot.storage.database.base import Database
from bot.storage.due_watches import DueWatches
from bot.storage.history import History
from bot.storage.last_calls import LastCalls
from bot.storage.people import People
from bot.storage.pictures import Pictures
from bot.storage.snapshots import Snapshots
from bot.storage.watches import Watches


@dataclass(frozen=True)
class Stores:
    snapshots: Snapshots
    watches: Watches
    due_watches: DueWatches
    channel_settings: ChannelSettings
    last_calls: LastCalls
    people: People
    history: History
    accounts: Accounts
    pictures: Pictures

    @classmethod
    def on(cls, database: Database) -> Self:
        return cls(
            Snapshots(database),
            Watches(database),
            DueWatches(database),
            ChannelSettings(database),
            LastCalls(database),
            People(database),
            History(database),
            Accounts(database),
            Pictures(database),
        )

    async def prune(self, now: datetime) -> None:
        """Deletes what is kept no longer. Raises DatabaseFailed."""
        await self.snapshots.prune(now)
        await self.watches.prune(now)
        await self.last_calls.prune(now)
        await self.history.prune(now)
        await self.pictures.prune(now)
