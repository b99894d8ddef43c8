"""The card of a watch: posted, adopted, edited."""

from contextlib import suppress
from dataclasses import replace

from bot.errors import CannotPost, Gone, SlackRefused, TooLong
from bot.jobs.model import Adopted
from bot.slack import cards, notices
from bot.slack.post import Post
from bot.slack.shown import Card, OrderView, Spot
from bot.watches.model import Ending, Home, Watch


class Posting:
    """Every method raises SlackError."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def card(self, watch: Watch, view: OrderView, adopt: Adopted | None = None) -> Home:
        """Posts the card, or makes the adopted message one, and says where the order lives from now on."""
        drawn = draw(watch, view)
        direct = watch.place.startswith(("U", "W"))
        try:
            return await self._adopted(adopt, drawn) if adopt else await self._posted(watch.place, drawn)
        except TooLong:
            return await self._posted(watch.place, notices.brief_card(watch))
        except CannotPost:
            if not (adopt and direct):
                raise
        return await self._posted(
            watch.place, drawn
        )  # a conversation of two others: ours with the asker is left

    async def _adopted(self, adopt: Adopted, drawn: Card) -> Home:
        if adopt.card_ts:
            with suppress(Gone, SlackRefused):  # it is not there any more, or not ours: its thread is
                await self._post.edit(adopt.channel_id, adopt.card_ts, drawn)
                return Home(channel_id=adopt.channel_id, card_ts=adopt.card_ts, thread_ts=adopt.thread_ts)
        posted = await self._post.message(adopt.channel_id, drawn, thread_ts=adopt.thread_ts)
        return Home(channel_id=posted.channel_id, card_ts=posted.ts, thread_ts=adopt.thread_ts)

    async def _posted(self, place: str, drawn: Card) -> Home:
        posted = await self._post.message(place, drawn)
        return Home(channel_id=posted.channel_id, card_ts=posted.ts, thread_ts=posted.ts)

    async def anew(self, watch: Watch, view: OrderView | None) -> Home:
        """A card in place of a deleted one; for whoever waited for the turn, and counts the tries."""
        posted = await self._post.in_turn(watch.place, draw(watch, view))
        return Home(channel_id=posted.channel_id, card_ts=posted.ts, thread_ts=posted.ts)

    async def redraw(
        self, home: Home, watch: Watch, view: OrderView | None, *, by: str | None = None
    ) -> None:
        """Edits the card where it stands; Gone if somebody deleted it."""
        if home.card_ts is None:
            return
        try:
            await self._post.edit(home.channel_id, home.card_ts, draw(watch, view, by=by))
        except TooLong:
            await self._post.edit(home.channel_id, home.card_ts, notices.brief_card(watch))


def draw(watch: Watch, view: OrderView | None, *, by: str | None = None) -> Card:
    """With what is known of the watch alone, where there is no `view` of its order."""
    if view is None:
        gone = watch.ending is Ending.DELETED
        return notices.gone_card(watch) if gone else notices.brief_card(watch)
    shown = replace(view, watch=watch, before=watch.shown, by=by)
    return cards.orders_card([shown], Spot("message"))
