"""Slack's own pace: about one message a second in a channel, fifty edits a minute in a workspace.

Documented at docs.slack.dev/apis/web-api/rate-limits. Whoever would have to wait for long is told to
come back instead: nobody is held up by another channel's queue.
"""

import asyncio

from bot.core.errors import SlackBusy
from bot.storage.rate_limits.base import RateLimiter, Turn

SECONDS_BETWEEN_POSTS = 1.0  # seconds between two messages in one channel
MAX_WAIT_SECONDS = 3.0  # seconds that we wait here
BURST, EDITS_REFILL_SECONDS = 10, 15.0  # ten edits at once, and forty a minute after them
RESERVED_EDITS = 4  # edits that only the urgent ones may use

UPDATE, UNFURL, INFO = "chat.update", "chat.unfurl", "conversations.info"


class Pacing:
    def __init__(
        self,
        rate_limiter: RateLimiter,
        between: float = SECONDS_BETWEEN_POSTS,
        refill: float = EDITS_REFILL_SECONDS,
    ) -> None:
        self._rate_limiter = rate_limiter
        self._between = between
        self._refill = refill
        self._edit = refill / BURST  # seconds

    async def wait_to_post(self, channel_id: str) -> None:
        """Returns when a message may be posted there; raises SlackBusy with when to ask again."""
        turn = await self._rate_limiter.take(channel_id, every=self._between, within=MAX_WAIT_SECONDS)
        if not turn.booked:
            raise await self._come_back(channel_id, turn, self._between)
        if turn.seconds:
            await asyncio.sleep(turn.seconds)
            await self.rested(channel_id)  # Slack may have said "too many" meanwhile

    async def has_room_to_update(self) -> bool:
        """Whether there is room for an edit that can as well be left out."""
        return await self._rate_limiter.has_room(
            UPDATE, every=self._edit, burst=BURST, turns=RESERVED_EDITS + 1
        )

    async def wait_to_update(self, *, patient: bool = True) -> None:
        """Returns when a message may be edited; raises SlackBusy with when to ask again.

        Only the `patient` wait, as a person waits for them; the others come back one after the other.
        """
        within = MAX_WAIT_SECONDS if patient else 0.0
        turn = await self._rate_limiter.take(UPDATE, every=self._edit, burst=BURST, within=within)
        if not turn.booked:
            raise await self._come_back(UPDATE, turn, self._edit)
        await asyncio.sleep(turn.seconds)

    async def rest(self, what: str, busy: SlackBusy) -> None:
        """After Slack said "too many": not again before its time, for a channel or for a method."""
        if busy.retry_after is not None and not busy.maybe_done:
            await self._rate_limiter.rest(what, busy.retry_after)

    async def rested(self, what: str) -> None:
        """Raises SlackBusy while Slack has asked us to leave this alone."""
        if left := await self._rate_limiter.resting(what):
            raise SlackBusy("ratelimited", retry_after=left)

    async def _come_back(self, name: str, turn: Turn, every: float) -> SlackBusy:
        """Each who is sent away at a moment of their own: all at once, all but one would be again."""
        if turn.resting:
            return SlackBusy("ratelimited", retry_after=turn.seconds)
        later = await self._rate_limiter.take(f"{name}, later", every=every, after=turn.seconds + every)
        return SlackBusy("paced", retry_after=later.seconds)
