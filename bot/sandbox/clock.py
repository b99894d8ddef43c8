"""The clock of the demo, which a person can move ahead."""

import time
from datetime import UTC, datetime, timedelta

DAY_SECONDS = timedelta(days=1).total_seconds()


class MovableClock:
    """The time of this machine, and the days that were added. It never goes back."""

    def __init__(self) -> None:
        self.days_ahead = 0

    def __call__(self) -> float:
        return time.time() + self.days_ahead * DAY_SECONDS

    def now(self) -> datetime:
        return datetime.fromtimestamp(self(), UTC)

    def add_day(self) -> None:
        self.days_ahead += 1
