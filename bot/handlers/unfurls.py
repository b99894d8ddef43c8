"""Unfurls: small cards below pasted links. No one asked for them, so errors stay silent."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.autoenhance.client import Autoenhance
from bot.core.errors import CannotPost, Gone, SlackRefused, TryLater
from bot.handlers.key_use import KeyUse
from bot.handlers.order_views import fetch_view
from bot.handlers.outages import Retries
from bot.jobs.background import Unfurl
from bot.jobs.models import UnfurlLinks
from bot.jobs.outcomes import Retry
from bot.slack.api.channels import Audience, Channels
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.render import modals
from bot.slack.render.models import OrderView
from bot.slack.text import refusals
from bot.slack.text import settings as settings_text
from bot.storage.channel_settings import ChannelSettings

log = structlog.get_logger(__name__)
MAX_UNFURL_AGE = timedelta(minutes=10)  # a later card would be below an old message


@dataclass(frozen=True)
class Unfurls:
    autoenhance: Autoenhance
    key_use: KeyUse
    channel_settings: ChannelSettings
    channels: Channels
    sender: Sender
    responder: Responder
    retries: Retries
    now: Callable[[], datetime]

    async def unfurl(self, job: Unfurl, attempt: int) -> None:
        """Draws nothing in a channel shared with another company, because everyone in the channel sees it.

        Raises Retry while Autoenhance does not answer for one of the orders.
        """
        age = self.now() - job.at
        if age > MAX_UNFURL_AGE or not await self._is_wanted(job):
            return
        orders = list(dict.fromkeys(link.order for link in job.links))
        keys = self.key_use.at(job.team_id, job.channel_id)
        seen = await asyncio.gather(
            *(fetch_view(self.autoenhance, order, with_brackets=False, keys=keys) for order in orders)
        )
        late = [
            view.error
            for view in seen
            if not isinstance(view, OrderView) and isinstance(view.error, TryLater)
        ]
        await self._draw(job, [view for view in seen if isinstance(view, OrderView)])
        if late:  # the retry draws all the cards again
            raise Retry(max(error.retry_after or self.retries.back_off(attempt) for error in late))

    async def _draw(self, job: Unfurl, seen: list[OrderView]) -> None:
        shown = {view.order: modals.unfurl(view) for view in seen}
        cards = {link.url: shown[link.order] for link in job.links if link.order in shown}
        try:
            if cards:
                await self.sender.unfurl(job.unfurl_id, cards)
        except (Gone, CannotPost, SlackRefused) as refused:  # say, a deleted message or a forbidden link
            log.info("slack refused an unfurl", slack=refused.code)

    async def _is_wanted(self, job: Unfurl) -> bool:
        if not await self.channel_settings.unfurls(job.team_id, job.channel_id):
            return False
        return await self.channels.audience_now(job.channel_id) is Audience.OWN

    async def choose(self, job: UnfurlLinks, _attempt: int) -> None:
        """Turns unfurls on or off, or says which. Only for channels whose audience Slack shows to the bot."""
        place = job.asker.place
        if place == job.asker.user_id:
            await self.responder.say(job, settings_text.UNFURLS_IN_CHANNELS)
            return
        if job.on:
            match await self.channels.audience_now(place):
                case Audience.HIDDEN:
                    await self.responder.say(job, settings_text.NOT_IN_CHANNEL_TO_UNFURL)
                    return
                case Audience.GROUP_MESSAGE:
                    await self.responder.say(job, settings_text.UNFURLS_IN_CHANNELS)
                    return
                case Audience.UNKNOWN:
                    await self.responder.say(job, refusals.CANNOT_TELL_SHARED)
                    return
        if job.on is not None:
            await self.channel_settings.set_unfurls(job.team_id, place, on=job.on)
        on = await self.channel_settings.unfurls(job.team_id, place)
        await self.responder.say(job, settings_text.unfurling(on=on))
