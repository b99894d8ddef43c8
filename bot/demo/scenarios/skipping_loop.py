"""Time without its idle moments: a day is over as soon as all that happens in it is done.

The clock of the loop goes like the one on the wall while anything is being done, and leaps to the next
timer when there is nothing to do. So everything that waits by the loop waits as long as ever by this
clock, and for no time by the one on the wall: the sweep, rate limiters, pauses before another try, timeouts.
Nothing of the bot has to be told a shorter time.

Work, HTTP round-trips and the disk are not shortened: they take as long as they take, by both clocks.
So nothing is more crowded than it would be in a real day, and an answer's time is its real one.
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
        self.leapt = 0.0  # seconds
        self.busy: Busy | None = None

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self.busy is None or self.busy():
            return super().select(timeout)
        self.leapt += max(timeout, 0.0)
        return []


class SkippingLoop(asyncio.SelectorEventLoop):
    """Goes like any other until it is told to `leap`."""

    def __init__(self) -> None:
        self._waits = _Selector()
        super().__init__(self._waits)

    def time(self) -> float:
        return super().time() + self._waits.leapt

    def leap(self, busy: Busy) -> None:
        """From now on; but not while `busy()`: then a thread is at work for us, and time is passing."""
        self._waits.busy = busy

    def walk(self) -> None:
        """Leap no more."""
        self._waits.busy = None


class Clock:
    """The time of the bot and of both stand-ins: `begins` now, and on as the loop's clock goes."""

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
        """Returns so many seconds after it began, or at once if that was earlier."""
        await asyncio.sleep(max(passed - self.passed, 0.0))
