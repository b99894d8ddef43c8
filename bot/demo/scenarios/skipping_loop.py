"""An event loop that skips idle time, so that a day takes only as long as the work in it.

The loop's clock runs in real time while there is work. When there is none, it jumps to the next timer. So
everything that waits by the loop waits its full time by this clock, and no real time: the sweep, rate
limits, pauses before the next attempt, timeouts. The bot needs no shorter settings.

Work, HTTP round trips and the disk are not shortened: they take the same time by both clocks. So nothing is
more crowded than in a real day, and the time of an answer is real.
"""

import asyncio
import selectors
from collections.abc import Callable
from datetime import UTC, datetime
from selectors import SelectorKey

Busy = Callable[[], bool]


class _Selector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0  # seconds
        self.busy: Busy | None = None

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self.busy is None or self.busy():
            return super().select(timeout)
        self.skipped += max(timeout, 0.0)
        return []


class SkippingLoop(asyncio.SelectorEventLoop):
    """Runs in real time until `skip_idle` is called."""

    def __init__(self) -> None:
        self._skipping_selector = _Selector()
        super().__init__(self._skipping_selector)

    def time(self) -> float:
        return super().time() + self._skipping_selector.skipped

    def skip_idle(self, busy: Busy) -> None:
        """Skip idle time from now on, but not while `busy()`: then a thread works, and time passes."""
        self._skipping_selector.busy = busy

    def stop_skipping(self) -> None:
        """Run in real time from now on."""
        self._skipping_selector.busy = None


class Clock:
    """The time of the bot and of both stand-ins: `begins` is now, and it runs with the loop's clock."""

    def __init__(self, begins: datetime) -> None:
        self._loop = asyncio.get_running_loop()
        self._begins = begins.timestamp()
        self._zero = self._loop.time()

    def __call__(self) -> float:
        return self._begins + self.passed

    @property
    def passed(self) -> float:
        """Seconds since it began."""
        return self._loop.time() - self._zero

    def now(self) -> datetime:
        return datetime.fromtimestamp(self(), UTC)

    async def until(self, passed: float) -> None:
        """Return `passed` seconds after the clock began, or at once if that time is past."""
        await asyncio.sleep(max(passed - self.passed, 0.0))
