"""What the queue and the handlers of its jobs know of each other."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.jobs.models import Job

Now = Callable[[], datetime]


class Retry(Exception):
    """Raised by work that cannot be done yet. The next attempt is in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


class Abandon(Exception):
    """Raised by work that can never succeed. Its message is stored with the job, so it names no order."""


class JobHandler(Protocol):
    async def perform(self, job: Job, *, attempt: int) -> None:
        """Does the work, possibly twice for one job. Raises Retry or Abandon."""

    async def report_failure(self, job: Job, reference: str) -> None:
        """Sends the asker a message that the job was given up. What it raises is only logged."""
