"""What those who make jobs know of an engine."""

from collections.abc import Iterable
from typing import Protocol

from bot.jobs.models import Job
from bot.storage.database.base import Sql, Statement


class Engine(Protocol):
    """Jobs of one lock are done one after the other, as they were recorded; the others side by side.

    All that records raises ShuttingDown when the process is stopping, and DatabaseFailed when it could not.
    """

    async def write(self, job: Job) -> int | None:
        """The job's row, once it is on the disk; None if its key was recorded before."""

    def begin(self, id_: int, job: Job) -> None:
        """What was written may be done from now on. Nobody who forgets this loses it: see the engine."""

    async def add_all(self, make: Statement[Iterable[Job]]) -> int:
        """Records what `make` returns, in the transaction in which it ran, and begins it.

        How many of them were new.
        """

    async def add(self, job: Job) -> None:
        """Records and begins it, unless its key was recorded before."""

    def looks(self, sql: Sql) -> int:
        """How many looks at watched orders have not ended."""
