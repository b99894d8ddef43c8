"""Slack's rate limits: about one message a second in a channel, fifty edits a minute in a workspace.

Documented at docs.slack.dev/apis/web-api/rate-limits. A job that would wait long gets a SlackBusy with
the time to retry. So one channel's queue does not hold up jobs for other channels.
"""

import asyncio

from bot.core.errors import SlackBusy
from bot.storage.rate_limits.base import RateLimiter, Turn

SECONDS_BETWEEN_POSTS = 1.0  # in one channel
MAX_WAIT_SECONDS = 3.0  # a longer wait becomes a SlackBusy
MAX_EDITS_AT_ONCE = 10
EDITS_REFILL_SECONDS = 15.0  # for MAX_EDITS_AT_ONCE edits: forty a minute
RESERVED_EDITS = 4  # edits of MAX_EDITS_AT_ONCE that only urgent ones use

UPDATE, UNFURL, CHANNEL_INFO = "chat.update", "chat.unfurl", "conversations.info"


class SlackRateLimits:
    def __init__(
        self,
        rate_limiter: RateLimiter,
        between: float = SECONDS_BETWEEN_POSTS,
        refill: float = EDITS_REFILL_SECONDS,
    ) -> None:
        self._rate_limiter = rate_limiter
        self._between = between
        self._refill = refill
        self._seconds_between_edits = refill / MAX_EDITS_AT_ONCE

    async def wait_to_post(self, channel_id: str) -> None:
        """Returns when a message may be posted there. Raises SlackBusy with the seconds until a retry."""
        turn = await self._rate_limiter.take(channel_id, every=self._between, within=MAX_WAIT_SECONDS)
        if not turn.booked:
            raise await self._busy_until_turn(channel_id, turn, self._between)
        if turn.seconds:
            await asyncio.sleep(turn.seconds)
            await self.raise_if_paused(channel_id)  # Slack may have said "ratelimited" meanwhile

    async def has_room_to_update(self) -> bool:
        """Whether an edit that is not urgent fits, with RESERVED_EDITS left for urgent ones."""
        return await self._rate_limiter.has_room(
            UPDATE, every=self._seconds_between_edits, burst=MAX_EDITS_AT_ONCE, turns=RESERVED_EDITS + 1
        )

    async def wait_to_update(self, *, patient: bool = True) -> None:
        """Returns when a message may be edited. Raises SlackBusy with the seconds until a retry.

        Only `patient` edits wait here, because a person waits for them. Other edits raise at once if it is
        not their turn, and each gets a later retry of its own.
        """
        within = MAX_WAIT_SECONDS if patient else 0.0
        turn = await self._rate_limiter.take(
            UPDATE, every=self._seconds_between_edits, burst=MAX_EDITS_AT_ONCE, within=within
        )
        if not turn.booked:
            raise await self._busy_until_turn(UPDATE, turn, self._seconds_between_edits)
        await asyncio.sleep(turn.seconds)

    async def pause(self, what: str, busy: SlackBusy) -> None:
        """After Slack said "ratelimited": no call for this channel or method before its `retry_after`.

        Does nothing where Slack named no time, or may have done what was asked.
        """
        if busy.retry_after is not None and not busy.maybe_done:
            await self._rate_limiter.pause(what, busy.retry_after)

    async def raise_if_paused(self, what: str) -> None:
        """Raises SlackBusy while Slack's `retry_after` for this channel or method lasts."""
        if left := await self._rate_limiter.paused_for(what):
            raise SlackBusy("ratelimited", retry_after=left)

    async def _busy_until_turn(self, name: str, turn: Turn, every: float) -> SlackBusy:
        """The error for a turn that is too far away, with Slack's own time to retry if it named one.

        Otherwise each job gets a different time. If all retried at once, all but one would be refused.
        """
        if turn.paused:
            return SlackBusy("ratelimited", retry_after=turn.seconds)
        later = await self._rate_limiter.take(f"{name}, later", every=every, after=turn.seconds + every)
        return SlackBusy("paced", retry_after=later.seconds)
