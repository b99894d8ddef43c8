"""Slack's own pace: about one message a second in a channel, fifty edits a minute in a workspace.

Documented at docs.slack.dev/apis/web-api/rate-limits. Whoever would have to wait for long is told to
come back instead: nobody is held up by another channel's queue.
"""

import asyncio
from collections.abc import Callable

from aiolimiter import AsyncLimiter

from bot.errors import SlackBusy

BETWEEN = 1.0  # seconds between two messages in one channel
PATIENT = 3.0  # seconds that we wait here
BURST, REFILL = 10, 15.0  # ten edits at once, and forty a minute after them
KEPT_FREE = 4  # edits that only the urgent ones may use
MOST = 5_000  # channels remembered

UPDATE, INFO = "chat.update", "conversations.info"


class Pacing:
    def __init__(
        self,
        between: float = BETWEEN,
        refill: float = REFILL,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """`clock` counts seconds, by default the event loop's."""
        self._between = between
        self._clock = clock or asyncio.get_running_loop().time
        self._free: dict[str, float] = {}  # when a channel may be posted to
        self._promised: dict[str, float] = {}  # to those who were told to come back
        self._resting: dict[str, float] = {}  # after a 429, until when
        self._edits = AsyncLimiter(BURST, refill)
        self._refill = refill
        self._edited = 0.0  # when the last of those who were told to come back may edit

    async def message(self, channel_id: str) -> None:
        """Returns when a message may be posted there; raises SlackBusy with when to ask again."""
        self.rested(channel_id)
        now = self._clock()
        at = max(now, self._free.get(channel_id, 0.0))
        if at - now > PATIENT:
            promised = max(at, self._promised.get(channel_id, 0.0)) + self._between
            self._promised[channel_id] = promised
            raise SlackBusy("paced", retry_after=promised - now)
        if len(self._free) >= MOST:
            self._free = {channel: free for channel, free in self._free.items() if free > now}
            self._promised = {channel: at for channel, at in self._promised.items() if at > now}
        self._free[channel_id] = at + self._between
        await asyncio.sleep(at - now)
        self.rested(channel_id)  # Slack may have said "too many" meanwhile

    def may_edit(self) -> bool:
        """Whether there is room for an edit that can as well be left out."""
        resting = self._resting.get(UPDATE, 0.0) > self._clock()
        return not resting and self._edits.has_capacity(KEPT_FREE + 1)

    async def edit(self, *, patient: bool = True) -> None:
        """Returns when a message may be edited; raises SlackBusy with when to ask again.

        Only the `patient` wait, as somebody waits for them; the others come back one after the other.
        """
        self.rested(UPDATE)
        if not patient and not self._edits.has_capacity():
            now = self._clock()
            self._edited = max(now, self._edited) + self._refill / BURST
            raise SlackBusy("paced", retry_after=self._edited - now)
        try:
            await asyncio.wait_for(self._edits.acquire(), PATIENT)
        except TimeoutError:
            raise SlackBusy("paced", retry_after=self._refill) from None

    def rest(self, what: str, busy: SlackBusy) -> None:
        """After Slack said "too many": not again before its time, for a channel or for a method."""
        if busy.retry_after is not None and not busy.maybe_done:
            self._resting[what] = self._clock() + busy.retry_after

    def rested(self, what: str) -> None:
        """Raises SlackBusy while Slack has asked us to leave this alone."""
        left = self._resting.get(what, 0.0) - self._clock()
        if left > 0:
            raise SlackBusy("ratelimited", retry_after=left)
        self._resting.pop(what, None)
