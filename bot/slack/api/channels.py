"""Who sees what in a channel, asked of Slack seldom."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.slack.api.sender import Audience, Post

KEPT = timedelta(minutes=5)
MOST = 5_000


class Channels:
    def __init__(self, post: Post, now: Callable[[], datetime]) -> None:
        self._post = post
        self._now = now
        self._known: dict[str, tuple[Audience, datetime]] = {}
        self._asking: dict[str, asyncio.Task[Audience]] = {}

    async def audience(self, channel_id: str | None) -> Audience:
        """As Slack said within the last five minutes; raises SlackBusy.

        A direct message is its two people's own, and None is no channel at all.
        """
        if channel_id is None or channel_id.startswith("D"):
            return Audience.OWN
        audience, until = self._known.get(channel_id, (Audience.UNKNOWN, self._now()))
        return audience if self._now() < until else await self.audience_now(channel_id)

    async def audience_now(self, channel_id: str | None) -> Audience:
        """As Slack says this moment: for what others are going to see. Raises SlackBusy.

        Many orders that end together ask once.
        """
        if channel_id is None or channel_id.startswith("D"):
            return Audience.OWN
        if channel_id not in self._asking:
            self._asking[channel_id] = asyncio.create_task(self._ask(channel_id))
        return await asyncio.shield(self._asking[channel_id])

    async def _ask(self, channel_id: str) -> Audience:
        try:
            audience = await self._post.audience(channel_id)
        finally:
            del self._asking[channel_id]
        self._remember(channel_id, audience)
        return audience

    def _remember(self, channel_id: str, audience: Audience) -> None:
        """What Slack hid is asked again: the next thing a person does is to invite the bot."""
        if len(self._known) >= MOST:
            self._known.clear()
        if audience in {Audience.OWN, Audience.SHARED}:
            self._known[channel_id] = (audience, self._now() + KEPT)
