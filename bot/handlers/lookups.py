"""Look-ups, shared cards and photo lists: what a person asks for once."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from bot.autoenhance.client import Autoenhance
from bot.core.errors import (
    AutoenhanceError,
    CannotPost,
    DatabaseFailed,
    KeyMissing,
    OrderNotFound,
    SlackError,
    TryLater,
    Unconfirmed,
    is_gone,
)
from bot.handlers.card_pictures import CardPictures, is_channel
from bot.handlers.key_use import KeyUse
from bot.handlers.order_views import (
    as_chosen,
    fetch_view,
    order_seen,
    order_view,
    with_usual_forecast,
    with_watch,
)
from bot.handlers.outages import SLOW, Retries, says_not_answering
from bot.handlers.picture_needs import PictureNeeds
from bot.handlers.polling import Polling
from bot.handlers.searches import Searches
from bot.jobs.models import LookUp, Say, Share, ShowPhotos
from bot.jobs.outcomes import Retry
from bot.jobs.requests import Ephemeral, Message, Reply, Wanted
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.names import has_letters
from bot.orders.search import Found
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.blocks import escape
from bot.slack.render import cards, modals
from bot.slack.render.models import Card, FailedLookUp, OrderView, Placement
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from bot.slack.text import search as search_text
from bot.storage.channel_settings import ChannelSettings
from bot.storage.history import History
from bot.storage.snapshots import Snapshots
from bot.storage.watches import Watches
from bot.watches.models import is_finished


@dataclass(frozen=True)
class Lookups:
    autoenhance: Autoenhance
    key_use: KeyUse
    searches: Searches
    snapshots: Snapshots
    watches: Watches
    history: History
    channel_settings: ChannelSettings
    card_pictures: CardPictures
    picture_needs: PictureNeeds
    polling: Polling
    sender: Sender
    responder: Responder
    retries: Retries
    now: Callable[[], datetime]
    several_processes: bool
    """Other processes edit the same cards. An answer from before this job began may be older than theirs."""

    async def look_up(self, job: LookUp, attempt: int) -> None:
        """Answers first and stores the snapshots after that: the asker does not wait for the disk."""
        fetching = asyncio.gather(*(self._fetch_view(wanted, job) for wanted in job.wanted))
        told = await self.retries.tell_if_slow(fetching, job, attempt, lambda: self._say_slow(job, SLOW))
        seen = await fetching
        failed = [view for view in seen if isinstance(view, FailedLookUp)]
        late = [view.retried for view in failed if view.retried]
        try:
            if late:
                if not told and says_not_answering(job, attempt):
                    await self._say_not_answering(job, seen, late[0])
                raise Retry(max(self.retries.pause(job, error, attempt) for error in late))
            card = job.place if len(seen) == 1 and isinstance(job.place, Message) else None
            if card and await self.polling.recheck(job, card, seen[0]):
                return
            await self._answer(job, seen)
        finally:
            with suppress(DatabaseFailed):  # snapshots only help in outages: a retry would answer twice
                await self._remember(job.team_id, [view for view in seen if isinstance(view, OrderView)])

    async def _say_not_answering(
        self, job: LookUp, seen: Sequence[OrderView | FailedLookUp], error: TryLater
    ) -> None:
        """On the card or in the modal that the answer will replace. Elsewhere one line, because it stays."""
        if isinstance(job.place, Reply) or (isinstance(job.place, Ephemeral) and not job.place.replace):
            await self._say_slow(job, error)
        else:
            await self._show(job, seen)

    async def _say_slow(self, job: LookUp, error: TryLater) -> None:
        """With what was last known of the order, if it is one."""
        if len(job.wanted) > 1:
            await self.responder.say(job, refusals.several_late(error), alone=True)
            return
        [wanted] = job.wanted
        last = await self._last(job, wanted.order)
        await self.responder.say(job, refusals.trouble(error, wanted.order, last), alone=True)

    async def _fetch_view(self, wanted: Wanted, job: LookUp) -> OrderView | FailedLookUp:
        """With the order's watch here, or with the team's last snapshot if Autoenhance does not answer."""
        asker, fresh = job.asker, self.several_processes and isinstance(job.place, Message)
        keys = self.key_use.at(asker.team_id, asker.place)
        view = await fetch_view(
            self.autoenhance, wanted.order, asker.user_id, wanted.before, fresh=fresh, keys=keys
        )
        if isinstance(view, OrderView):
            watched = with_watch(view, await self.watches.live(asker.team_id, asker.place, view.order))
            watched = await with_usual_forecast(self.history, asker.team_id, watched)
            chosen = await as_chosen(self.channel_settings, asker.team_id, asker.place, watched)
            return await self._with_picture(chosen, job)
        if is_gone(view.error) and isinstance(job.place, Message):
            await self.card_pictures.order_gone(asker.team_id, job.place.channel_id, view.order)
        last = None if isinstance(view.error, KeyMissing) else await self._last(job, wanted.order)
        last = last or view.last
        over = isinstance(view.error, TryLater) and not self.retries.may_retry(job, view.error)
        return replace(view, last=last, gave_up=self.retries.minutes(job) if over else None)

    async def _with_picture(self, view: OrderView, job: LookUp) -> OrderView:
        """A card with one order, for all in a channel, may have one. It is a message there, or will be."""
        match job.place:
            case Message(channel_id=channel, ts=ts) if len(job.wanted) == 1:
                return await self.card_pictures.added(view, job.team_id, channel, ts)
            case Reply(channel_id=channel) if len(job.wanted) == 1:
                return await self.card_pictures.added(view, job.team_id, channel)
        return view

    async def _last(self, job: LookUp, order: OrderId) -> Snapshot | None:
        """None where Autoenhance demands keys: another place of the team may have seen it with its own."""
        if self.autoenhance.demands_keys:
            return None
        return await self.snapshots.last(job.team_id, order)

    async def _remember(self, team_id: str, seen: Sequence[OrderView]) -> None:
        finished = [view for view in seen if is_finished(view.progress.tally)]
        await asyncio.gather(
            *(
                self.snapshots.remember(team_id, view.order, view.glimpse)
                for view in seen
                if not view.with_key  # it is shown in other places too, in an outage
            ),
            *(self.history.looked(team_id, view.order, order_seen(view)) for view in finished),
        )

    async def _answer(self, job: LookUp, seen: Sequence[OrderView | FailedLookUp]) -> None:
        """If a word is no order's ID, it may be a part of a name."""
        order = job.wanted[0].order
        found = await self._found_by_name(job, seen)
        if found and found.orders:
            card = self.searches.card(found, order, typed=order, note=search_text.no_such_id(order))
            await self.responder.give(job, lambda _: card)
        else:
            await self._show(job, seen, note=search_text.no_name_either(order, found) if found else "")

    async def _found_by_name(self, job: LookUp, seen: Sequence[OrderView | FailedLookUp]) -> Found | None:
        """None where no search helps, or none is possible."""
        order = job.wanted[0].order
        missing = isinstance(seen[0], FailedLookUp) and isinstance(seen[0].error, OrderNotFound)
        if len(seen) > 1 or not missing or order.is_uuid or isinstance(job.place, Message):
            return None
        if not has_letters(order):
            return None
        with suppress(AutoenhanceError):  # the order is not found in any case
            return await self.searches.search(job.asker, order)
        return None

    async def _show(self, job: LookUp, seen: Sequence[OrderView | FailedLookUp], *, note: str = "") -> None:
        """Sends the card. "Not answering" never replaces a card that others see, but "not found" does."""
        errors = [view.error for view in seen if isinstance(view, FailedLookUp)]

        def draw(placement: Placement) -> Card:
            placement = replace(placement, in_thread=job.in_thread, shared_by=job.shared_by)
            card = cards.orders_card(seen, placement, skipped=job.skipped)
            return cards.with_note(card, note) if note else card

        alone = isinstance(job.place, Message) and not all(map(is_gone, errors))
        await self.responder.give(job, draw, alone=alone)

    async def share(self, job: Share, attempt: int) -> None:
        keys = self.key_use.at(job.team_id, job.asker.place)
        asking = self.autoenhance.order_with_brackets(job.order, keys=keys)
        fetched = await self.retries.ask(asking, job, attempt)
        if fetched is None:
            return
        by = job.asker.user_id if job.to == "channel" else None
        place = job.asker.place if job.to == "channel" else job.asker.user_id
        watch = await self.watches.live(job.team_id, place, job.order)
        shared = with_watch(order_view(fetched, job.order, job.asker.user_id), watch)
        shared = await with_usual_forecast(self.history, job.team_id, shared)
        view = await as_chosen(self.channel_settings, job.team_id, place, shared)
        view = await self.card_pictures.added(view, job.team_id, place)
        try:
            await self._post_shared(job, cards.orders_card([view], Placement("message", shared_by=by)))
        except CannotPost as error:
            refusal = cards.not_posted(error, job.order)
            await self.responder.give(job, lambda _: refusal)
        except Unconfirmed:
            await self.responder.say(job, refusals.UNCONFIRMED)

    async def _post_shared(self, job: Share, card: Card) -> None:
        if job.to == "channel":
            await self.sender.post(job.asker.channel_id or "", card, thread_ts=job.in_thread)
            return
        await self.sender.post(job.asker.user_id, card)
        with suppress(SlackError):  # the card is posted: a retry for this sentence would post it twice
            await self.responder.say(job, order_text.SENT_TO_YOU)

    async def show_photos(self, job: ShowPhotos, attempt: int) -> None:
        keys = self.key_use.at(job.team_id, job.asker.place)
        fetched = await self.retries.ask(self.autoenhance.order(job.order, keys=keys), job, attempt)
        if fetched is not None:
            thread = await self._thread(job)
            card = modals.photos(order_view(fetched, job.order, job.asker.user_id), thread)
            await self.responder.give(job, lambda _: card)

    async def _thread(self, job: ShowPhotos) -> tuple[str, str] | None:
        """The thread in which a photo may be posted before and after. None where none may."""
        place = job.asker.place
        if not job.thread_ts or not is_channel(place):
            return None
        return (place, job.thread_ts) if await self.picture_needs.are_met(job.team_id, place) else None

    async def say(self, job: Say, _attempt: int) -> None:
        text = job.text if job.has_markup else escape(job.text)
        await self.responder.say(job, text, alone=not isinstance(job.place, Reply))
