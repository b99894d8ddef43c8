"""Orders that somebody asked for: looked up, shared, listed."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bot.autoenhance.client import Look
from bot.core.errors import (
    CannotPost,
    DatabaseFailed,
    OrderNotFound,
    SlackBusy,
    SlackError,
    TryLater,
    Unconfirmed,
)
from bot.handlers.context import Tools
from bot.handlers.polling import Following
from bot.handlers.retries import PATIENCE, Patience, tells
from bot.handlers.views import given_up, order_view, see
from bot.jobs.models import Find, LookUp, Share, ShowPhotos
from bot.jobs.outcomes import PutOff
from bot.jobs.requests import Message, Wanted
from bot.orders.ids import as_order_id
from bot.slack.render import cards
from bot.slack.render import modals as views
from bot.slack.render.models import Card, OrderView, Spot, TroubleView
from bot.slack.text import orders as words
from bot.slack.text import refusals

HITS = 10


class Looking:
    def __init__(self, tools: Tools, following: Following, patience: Patience) -> None:
        self._tools = tools
        self._following = following
        self._patience = patience

    async def look_up(self, job: LookUp, attempt: int) -> None:
        """Told first and remembered then: whoever asked does not wait for the disk."""
        seen = await asyncio.gather(*(self._see(wanted, job) for wanted in job.wanted))
        try:
            await self._tell(job, attempt, seen)
        finally:
            with suppress(DatabaseFailed):  # it is for outages only: for this, nothing is told twice
                await self._remember(job.team_id, seen)

    async def _tell(self, job: LookUp, attempt: int, seen: Sequence[OrderView | TroubleView]) -> None:
        late = [
            view.error for view in seen if isinstance(view, TroubleView) and isinstance(view.error, TryLater)
        ]
        if late and self._patience.lasts(job):
            if tells(job, attempt):
                await self._show(job, seen)
            raise PutOff(max(self._patience.pause(job, error, attempt) for error in late))
        if len(seen) == 1 and await self._is_told(job, seen[0]):
            return
        await self._show(job, [given_up(view, PATIENCE // timedelta(minutes=1)) for view in seen])

    async def _is_told(self, job: LookUp, view: OrderView | TroubleView) -> bool:
        """The card of a watch is its own to edit: a click on it is a look like any other, told at once."""
        if not isinstance(job.place, Message):
            return False
        if isinstance(view, OrderView):
            try:
                return await self._following.clicked(job.asker, view.order, view, job.place)
            except SlackBusy:
                raise
            except SlackError:  # the card cannot be edited: whoever clicked has theirs, for themselves
                await self._tools.answers.give(job, lambda spot: cards.orders_card([view], spot), aside=True)
                return True
        if not isinstance(view.error, OrderNotFound):
            return False
        told = await self._following.clicked(job.asker, view.order, None, job.place)
        if told:
            await self._tools.answers.say(job, view.sentence, aside=True)
        return told

    async def _see(self, wanted: Wanted, job: LookUp) -> OrderView | TroubleView:
        """With what the team saw last, for when Autoenhance does not answer."""
        asker, anew = job.asker, self._tools.beside_others and isinstance(job.place, Message)
        view = await see(self._tools.orders, wanted.order, asker.user_id, wanted.before, anew=anew)
        if isinstance(view, OrderView):
            return replace(view, watch=await self._following.watched(asker.team_id, asker.place, view.order))
        return replace(
            view, last=await self._tools.stores.looks.last(asker.team_id, wanted.order) or view.last
        )

    async def _remember(self, team_id: str, seen: Sequence[OrderView | TroubleView]) -> None:
        looks, views = self._tools.stores.looks, [view for view in seen if isinstance(view, OrderView)]
        await asyncio.gather(*(looks.remember(team_id, view.order, view.glimpse) for view in views))

    async def _show(self, job: LookUp, seen: Sequence[OrderView | TroubleView]) -> None:
        """A card that others see is not replaced by "not answering"; that an order is gone, they see."""
        aside = any(
            isinstance(view, TroubleView) and not isinstance(view.error, OrderNotFound) for view in seen
        )
        await self._tools.answers.give(
            job,
            lambda spot: cards.orders_card(
                seen, replace(spot, in_thread=job.in_thread, shared_by=job.shared_by), skipped=job.skipped
            ),
            aside=aside,
        )

    async def share(self, job: Share, attempt: int) -> None:
        look = await self._patience.ask(self._tools.orders.order(job.order), job, attempt)
        if look is None:
            return
        by = job.asker.user_id if job.to == "channel" else None
        view = order_view(look, job.order, job.asker.user_id)
        place = job.asker.place if job.to == "channel" else job.asker.user_id
        watched = await self._following.watched(job.team_id, place, job.order)
        card = cards.orders_card([replace(view, watch=watched)], Spot("message", shared_by=by))
        try:
            await self._post_shared(job, card)
        except CannotPost as error:
            refusal = cards.not_posted(error, job.order)
            await self._tools.answers.give(job, lambda _: refusal)
        except Unconfirmed:
            await self._tools.answers.say(job, refusals.UNCONFIRMED)

    async def _post_shared(self, job: Share, card: Card) -> None:
        if job.to == "channel":
            await self._tools.post.post(job.asker.channel_id or "", card, thread_ts=job.in_thread)
            return
        await self._tools.post.post(job.asker.user_id, card)
        with suppress(SlackError):  # the card is there; for the word about it, nothing is done twice
            await self._tools.answers.say(job, words.SENT_TO_YOU)

    async def show_photos(self, job: ShowPhotos, attempt: int) -> None:
        look = await self._patience.ask(self._tools.orders.order(job.order), job, attempt)
        if look is not None:
            card = views.photos(order_view(look, job.order, job.asker.user_id))
            await self._tools.answers.give(job, lambda _: card)

    async def find(self, job: Find, attempt: int) -> None:
        found = await self._patience.ask(self._tools.orders.orders(words=job.words, limit=HITS), job, attempt)
        if found is not None:
            now = self._tools.now()
            hits = [
                order_view(Look(order, now), id_) for order in found if (id_ := as_order_id(order.order_id))
            ]
            await self._tools.answers.give(job, lambda _: views.hits(hits, job.words))
