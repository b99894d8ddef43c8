"""The card of a watch: posted, adopted, edited."""

from contextlib import suppress
from dataclasses import replace

from bot.errors import Gone, SlackRefused, TooLong
from bot.jobs.model import Adopted
from bot.slack import cards, notices
from bot.slack.post import Post
from bot.slack.shown import Card, OrderView, Spot
from bot.watches.model import Home, Watch


class Posting:
    """Every method raises SlackError."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def card(self, watch: Watch, view: OrderView | None, adopt: Adopted | None = None) -> Home:
        """Posts the card, or makes the adopted message one, and says where the order lives from now on."""
        drawn = _draw(watch, view)
        channel = watch.place
        if adopt and adopt.card_ts:
            with suppress(Gone, SlackRefused):  # it is not there any more, or not ours: its thread is
                await self._post.edit(channel, adopt.card_ts, drawn)
                return Home(channel_id=channel, card_ts=adopt.card_ts, thread_ts=adopt.thread_ts)
        thread_ts = adopt.thread_ts if adopt else None
        posted = await self._post.message(channel, drawn, thread_ts=thread_ts)
        return Home(channel_id=posted.channel_id, card_ts=posted.ts, thread_ts=thread_ts or posted.ts)

    async def redraw(
        self, home: Home, watch: Watch, view: OrderView | None, *, by: str | None = None
    ) -> None:
        """Edits the card where it stands; Gone if somebody deleted it."""
        if home.card_ts is None:
            return
        try:
            await self._post.edit(home.channel_id, home.card_ts, _draw(watch, view, by=by))
        except TooLong:
            await self._post.edit(home.channel_id, home.card_ts, notices.brief_card(watch))

    async def last_word(self, watch: Watch) -> None:
        """That the watch has ended, where nobody can say how the order is now."""
        if watch.home and watch.home.card_ts:
            await self._post.edit(watch.home.channel_id, watch.home.card_ts, notices.brief_card(watch))


def _draw(watch: Watch, view: OrderView | None, *, by: str | None = None) -> Card:
    if view is None:
        return notices.gone_card(watch)
    shown = replace(view, watch=watch, before=watch.shown, by=by)
    return cards.orders_card([shown], Spot("message"))
