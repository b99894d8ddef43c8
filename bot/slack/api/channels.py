"""Who sees what in a channel, asked of Slack seldom."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum, auto

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import NotInChannel, SlackBusy, SlackError, TokenRefused
from bot.slack.api.pacing import INFO, Pacing
from bot.slack.api.responses import checked

CACHED_FOR = timedelta(minutes=5)
MAX_CACHED_CHANNELS = 5_000


class Audience(StrEnum):
    """Who sees what is posted in a channel."""

    OWN = auto()  # people of this workspace only
    SHARED = auto()  # people of another company too
    HIDDEN = auto()  # private, and the bot is not in it
    UNKNOWN = auto()  # Slack does not say, for want of a scope


class Channels:
    def __init__(self, web: AsyncWebClient, pacing: Pacing, now: Callable[[], datetime]) -> None:
        self._web = web
        self._pacing = pacing
        self._now = now
        self._known: dict[str, tuple[Audience, datetime]] = {}
        self._asking: dict[str, asyncio.Task[Audience]] = {}

    async def audience(self, channel_id: str | None) -> Audience:
        """As Slack said within the last five minutes; raises SlackBusy and TokenRefused.

        A direct message is its two people's own, and None is no channel at all.
        """
        if channel_id is None or channel_id.startswith("D"):
            return Audience.OWN
        audience, until = self._known.get(channel_id, (Audience.UNKNOWN, self._now()))
        return audience if self._now() < until else await self.audience_now(channel_id)

    async def audience_now(self, channel_id: str | None) -> Audience:
        """As Slack says this moment: for what others are going to see. Raises SlackBusy and TokenRefused.

        Many orders that end together ask once.
        """
        if channel_id is None or channel_id.startswith("D"):
            return Audience.OWN
        if channel_id not in self._asking:
            self._asking[channel_id] = asyncio.create_task(self._ask(channel_id))
        return await asyncio.shield(self._asking[channel_id])

    async def _ask(self, channel_id: str) -> Audience:
        """What Slack hid is not remembered: the next thing a person does is to invite the bot."""
        try:
            await self._pacing.rested(INFO)
            audience = await self._asked(channel_id)
        finally:
            del self._asking[channel_id]
        if audience in {Audience.OWN, Audience.SHARED}:
            if len(self._known) >= MAX_CACHED_CHANNELS:
                self._known.clear()
            self._known[channel_id] = (audience, self._now() + CACHED_FOR)
        return audience

    async def _asked(self, channel_id: str) -> Audience:
        try:
            info = await checked(self._web.conversations_info(channel=channel_id))
        except SlackBusy as busy:
            await self._pacing.rest(INFO, busy)
            raise
        except TokenRefused:
            raise
        except NotInChannel:
            return Audience.HIDDEN
        except SlackError:
            return Audience.UNKNOWN
        shared = any(info["channel"].get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared"))
        return Audience.SHARED if shared else Audience.OWN
