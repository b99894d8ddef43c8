"""The card of a watch: posted, adopted, edited; a short one where Slack finds it too long."""

from contextlib import suppress
from dataclasses import replace

from bot.core.errors import CannotPost, Gone, SlackRefused
from bot.jobs.models import Adopted
from bot.slack.api.sender import Post
from bot.slack.render import cards, notices
from bot.slack.render.models import Card, OrderView, Spot
from bot.watches.models import Ending, Home, Watch


class Posting:
    """Every method raises SlackError."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def card(self, watch: Watch, view: OrderView, adopt: Adopted | None = None) -> Home:
        """Posts the card, or makes the adopted message one, and says where the order lives from now on.

        In a conversation of two others the bot can be no third: there the one with the asker is left.
        """
        if adopt:
            try:
                return await self._adopted(adopt, watch, view)
            except CannotPost:
                if not watch.is_direct:
                    raise
        posted = await self._post.post(watch.place, draw(watch, view), brief=notices.brief_card(watch))
        return Home(channel_id=posted.channel_id, card_ts=posted.ts, thread_ts=posted.ts)

    async def _adopted(self, adopt: Adopted, watch: Watch, view: OrderView) -> Home:
        channel, thread, ts = adopt.channel_id, adopt.thread_ts, adopt.card_ts
        card, brief = draw(watch, view), notices.brief_card(watch)
        if ts:
            with suppress(Gone, SlackRefused):  # it is not there any more, or not ours: its thread is
                await self._post.update(channel, ts, card, brief=brief)
                return Home(channel_id=channel, card_ts=ts, thread_ts=thread)
        posted = await self._post.post(channel, card, thread_ts=thread, brief=brief)
        return Home(channel_id=posted.channel_id, card_ts=posted.ts, thread_ts=thread)

    async def anew(self, watch: Watch, view: OrderView | None) -> Home:
        """A card in place of a deleted one; for whoever waited for the turn, and counts the tries."""
        brief = notices.brief_card(watch)
        posted = await self._post.post_once(watch.place, draw(watch, view), brief=brief)
        return Home(channel_id=posted.channel_id, card_ts=posted.ts, thread_ts=posted.ts)

    async def redraw(
        self,
        home: Home,
        watch: Watch,
        view: OrderView | None,
        *,
        by: str | None = None,
        patient: bool = True,
    ) -> None:
        """Edits the card where it stands; Gone if somebody deleted it."""
        if ts := home.card_ts:
            shown = replace(view, by=by) if view else None
            card, brief = draw(watch, shown), notices.brief_card(watch)
            await self._post.update(home.channel_id, ts, card, brief=brief, patient=patient)


def draw(watch: Watch, view: OrderView | None) -> Card:
    """With what is known of the watch alone, where there is no `view` of its order."""
    if view is None:
        gone = watch.ending is Ending.DELETED
        return notices.gone_card(watch) if gone else notices.brief_card(watch)
    return cards.orders_card([replace(view, watch=watch, before=watch.shown)], Spot("message"))
