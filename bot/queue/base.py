"""The engine, as the code that records jobs uses it."""

from collections.abc import Iterable
from typing import Protocol

from bot.jobs.models import Job
from bot.storage.database.base import Sql, Statement


class Engine(Protocol):
    """Does the jobs of one lock one after the other, in the order of recording. Other jobs run side by side.

    `write`, `add_all` and `add` raise ShuttingDown when the process is stopping, and DatabaseFailed.
    """

    async def write(self, job: Job) -> int | None:
        """The ID of the job's row, once it is on the disk. None if its key was recorded before."""

    def begin(self, id_: int, job: Job) -> None:
        """Lets a worker begin a job that was written. Without this call, the job begins later all the same.

        In PostgreSQL that is after `HOLD_SECONDS`, otherwise at the next start.
        """

    async def add_all(self, make: Statement[Iterable[Job]]) -> int:
        """Records the jobs that `make` returns, in the transaction that `make` runs in, and begins them.

        Returns how many were new.
        """

    async def add(self, job: Job) -> None:
        """Records and begins the job, unless its key was recorded before."""

    def open_checks(self, sql: Sql) -> int:
        """How many checks of watched orders have not ended."""
