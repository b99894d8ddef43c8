"""What an engine and those who do its jobs know of each other."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.jobs.models import Job

Now = Callable[[], datetime]


class Retry(Exception):
    """Raised by work that cannot be done yet; `seconds` from now is a good time to try again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


class Abandon(Exception):
    """Raised by work that will never succeed; the message is kept with the job, so it names no order."""


class JobHandler(Protocol):
    async def perform(self, job: Job, *, attempt: int) -> None:
        """Does the work; raises Retry or Abandon. It may be done twice."""

    async def apologise(self, job: Job, reference: str) -> None:
        """Tells the asker that the job was given up; what it raises is logged."""
