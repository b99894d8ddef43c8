"""Clocks that a test can turn."""

import time
from datetime import UTC, datetime


class Clock:
    """Goes like the real one, plus what it was turned."""

    def __init__(self) -> None:
        self._turned = 0.0

    def __call__(self) -> float:
        return time.time() + self._turned

    def now(self) -> datetime:
        return datetime.fromtimestamp(self(), UTC)

    def turn(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Forwards, or backwards."""
        self._turned += seconds + 60 * minutes + 3600 * hours + 86400 * days


class StandingClock(Clock):
    """Stands still at `moment` but for what it was turned, so that what is dated is the same each time."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self._moment = moment.timestamp()

    def __call__(self) -> float:
        return self._moment + self._turned
