"""Clocks that a test can move."""

import time
from datetime import UTC, datetime


class Clock:
    """The real time, plus what the test moved it by."""

    def __init__(self) -> None:
        self._turned = 0.0

    def __call__(self) -> float:
        return time.time() + self._turned

    def now(self) -> datetime:
        return datetime.fromtimestamp(self(), UTC)

    def turn(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Moves it forwards, or backwards."""
        self._turned += seconds + 60 * minutes + 3600 * hours + 86400 * days


class StandingClock(Clock):
    """Shows `moment`, plus what the test moved it by, so that dates are the same in each run."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self._moment = moment.timestamp()

    def __call__(self) -> float:
        return self._moment + self._turned
