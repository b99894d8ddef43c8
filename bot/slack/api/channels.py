"""Who sees what is posted in a channel. What Slack says is cached for five minutes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import CannotPost, NotInChannel, ScopeMissing, SlackBusy, SlackError, TokenRefused
from bot.slack.api.pacing import CHANNEL_INFO, SlackRateLimits
from bot.slack.api.responses import checked

MAX_CACHE_AGE = timedelta(minutes=5)
MAX_CACHED_CHANNELS = 5_000
GROUP_MESSAGE_SCOPES = {"mpim:read"}
"""Slack names this scope for a group direct message. The bot does not ask for it: it cannot be a member."""


class Audience(StrEnum):
    """Who sees what is posted in a channel."""

    OWN = auto()  # only people of this workspace
    SHARED = auto()  # also people of another company
    HIDDEN = auto()  # private, and the bot is not in it
    GROUP_MESSAGE = auto()  # a direct message between several people, to which no bot can be added
    UNKNOWN = auto()  # Slack does not say, mostly because a scope is missing


@dataclass(frozen=True)
class _Seen:
    """What Slack says of a channel. The bot may look up orders in a public one without being in it."""

    audience: Audience
    has_bot: bool = True


class Channels:
    def __init__(self, web: AsyncWebClient, pacing: SlackRateLimits, now: Callable[[], datetime]) -> None:
        self._web = web
        self._pacing = pacing
        self._now = now
        self._cached: dict[str, tuple[Audience, datetime]] = {}
        self._in_flight: dict[str, asyncio.Task[_Seen]] = {}

    async def audience(self, channel_id: str | None) -> Audience:
        """As Slack said within the last five minutes. Raises SlackBusy and TokenRefused.

        OWN for a direct message, and for None, which means no channel.
        """
        if channel_id is None or channel_id.startswith("D"):
            return Audience.OWN
        audience, until = self._cached.get(channel_id, (Audience.UNKNOWN, self._now()))
        return audience if self._now() < until else await self.audience_now(channel_id)

    async def audience_now(self, channel_id: str | None) -> Audience:
        """As Slack says now, for what other people will see. Raises SlackBusy and TokenRefused.

        Callers that ask at the same time share one request, such as when many orders finish together.
        """
        if channel_id is None or channel_id.startswith("D"):
            return Audience.OWN
        return (await self._seen_now(channel_id)).audience

    async def is_lost(self, channel_id: str) -> bool:
        """Whether another company sees it, or the bot is not in it, as Slack says now. Raises the same."""
        seen = await self._seen_now(channel_id)
        return seen.audience in {Audience.SHARED, Audience.HIDDEN} or not seen.has_bot

    async def _seen_now(self, channel_id: str) -> _Seen:
        if channel_id not in self._in_flight:
            self._in_flight[channel_id] = asyncio.create_task(self._ask(channel_id))
        return await asyncio.shield(self._in_flight[channel_id])

    async def require_own(self, channel_id: str | None) -> None:
        """Raises CannotPost in a channel shared with another company, ScopeMissing if Slack does not say.

        Asks Slack now. Raises SlackBusy and TokenRefused too.
        """
        audience = await self.audience_now(channel_id)
        if audience is Audience.SHARED:
            raise CannotPost("shared")
        if audience is Audience.UNKNOWN:
            raise ScopeMissing("missing_scope")

    async def _ask(self, channel_id: str) -> _Seen:
        """HIDDEN and UNKNOWN are not cached, because a person may invite the bot next."""
        try:
            await self._pacing.raise_if_paused(CHANNEL_INFO)
            seen = await self._fetch(channel_id)
        finally:
            del self._in_flight[channel_id]
        if seen.audience in {Audience.OWN, Audience.SHARED}:
            if len(self._cached) >= MAX_CACHED_CHANNELS:
                self._cached.clear()
            self._cached[channel_id] = (seen.audience, self._now() + MAX_CACHE_AGE)
        return seen

    async def _fetch(self, channel_id: str) -> _Seen:
        try:
            info = await checked(self._web.conversations_info(channel=channel_id))
        except SlackBusy as busy:
            await self._pacing.pause(CHANNEL_INFO, busy)
            raise
        except TokenRefused:
            raise
        except NotInChannel:
            return _Seen(Audience.HIDDEN)
        except ScopeMissing as error:
            return _Seen(Audience.GROUP_MESSAGE if error.lacks == GROUP_MESSAGE_SCOPES else Audience.UNKNOWN)
        except SlackError:
            return _Seen(Audience.UNKNOWN)
        channel = info["channel"]
        shared = any(channel.get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared"))
        return _Seen(Audience.SHARED if shared else Audience.OWN, channel.get("is_member") is not False)


async def channel_name(web: AsyncWebClient, channel_id: str) -> str:
    """Such as `#shoots`. Raises SlackError where Slack does not say."""
    info = await checked(web.conversations_info(channel=channel_id))
    return f"#{info['channel']['name']}"
