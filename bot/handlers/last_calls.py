"""Posts a last call: the photos of a finished order that nobody has downloaded, before they are deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.autoenhance.client import Autoenhance
from bot.core.errors import (
    AutoenhanceError,
    CannotPost,
    Gone,
    NotAllowed,
    SlackBusy,
    SlackError,
    is_gone,
)
from bot.core.metrics import Metrics
from bot.handlers.key_use import KeyUse
from bot.handlers.notifier import MAX_POSTS_PER_NOTICE, may_be_posted
from bot.handlers.order_views import order_view
from bot.jobs.background import LastCall
from bot.jobs.models import CardLine
from bot.orders.progress import State
from bot.slack.api.channels import Channels
from bot.slack.api.pacing import SlackRateLimits
from bot.slack.api.sender import Sender
from bot.slack.render.expiry import last_call
from bot.slack.render.models import Card
from bot.storage.channel_settings import ChannelSettings
from bot.storage.last_calls import LastCalls
from bot.watches.last_calls import PlannedCall
from bot.watches.models import is_direct

NOTICE_KIND = "last_call"  # in the metrics
_WORKING = {State.GROUPING, State.ENHANCING}
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LastCallPosts:
    autoenhance: Autoenhance
    key_use: KeyUse
    last_calls: LastCalls
    channel_settings: ChannelSettings
    channels: Channels
    sender: Sender
    pacing: SlackRateLimits
    metrics: Metrics
    now: Callable[[], datetime]
    several_processes: bool

    async def make(self, job: LastCall, _attempt: int) -> None:
        """A row that is still there is due again later: the round that made this job planned that."""
        call = await self.last_calls.of(job.team_id, job.place, job.order)
        if call and await self._is_settled(call):
            await self.last_calls.remove(call)

    async def _is_settled(self, call: PlannedCall) -> bool:
        """Whether it was posted, or never can or need be. False while Autoenhance or Slack cannot say."""
        off = await self.channel_settings.lines_off(call.team_id, call.place)
        if CardLine.EXPIRY in off or self.now() >= call.expires or call.posts >= MAX_POSTS_PER_NOTICE:
            return True
        try:
            keys = self.key_use.at(call.team_id, call.place)
            fetched = await self.autoenhance.order(call.order, fresh=self.several_processes, keys=keys)
        except AutoenhanceError as error:
            return is_gone(error)
        view = order_view(fetched, call.order)
        if view.progress.tally.state in _WORKING:
            return False
        card = last_call(call, view.expiry)
        return card is None or await self._is_sent(call, card)

    async def _is_sent(self, call: PlannedCall, card: Card) -> bool:
        """Also true where the place or the thread is gone for good. Without a thread, nothing is posted."""
        try:
            await self.channels.require_own(None if is_direct(call.place) else call.place)
            await self._post(call, card)
        except (SlackBusy, NotAllowed):
            return False
        except (CannotPost, Gone):
            return True
        except SlackError as error:  # a bug, or an error code that the bot does not know
            log.warning("slack refused a last call", slack=error.code)
            return True
        self.metrics.notice(NOTICE_KIND)
        return True

    async def _post(self, call: PlannedCall, card: Card) -> None:
        """Counts the post before it is made. A post that Slack refused does not count."""
        channel = call.home.channel_id
        broadcast = await self.channel_settings.broadcast(call.team_id, call.place)
        await self.pacing.wait_to_post(channel)
        await self.last_calls.count_post(call, call.posts + 1)
        try:
            await self.sender.post_once(channel, card, thread_ts=call.home.thread_ts, broadcast=broadcast)
        except SlackError as error:
            if not may_be_posted(error):
                await self.last_calls.count_post(call, call.posts)
            raise
