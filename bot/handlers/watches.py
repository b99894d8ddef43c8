"""Starts and stops a watch."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.autoenhance.client import Autoenhance
from bot.core.errors import (
    CannotPost,
    Gone,
    NotAllowed,
    SlackBusy,
    SlackError,
    SlackRefused,
    Unconfirmed,
)
from bot.handlers.card_pictures import CardPictures
from bot.handlers.key_use import KeyUse
from bot.handlers.order_views import add_brackets, as_chosen, order_name, order_view
from bot.handlers.outages import Retries
from bot.handlers.time_zones import TimeZones
from bot.jobs.models import ChooseOrder, StartWatch, ThreadToUse
from bot.jobs.requests import View
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.render import cards, modals, notices
from bot.slack.render.models import Card, OrderView
from bot.slack.render.permalinks import Permalinks
from bot.slack.text import watches as watch_text
from bot.storage.channel_settings import ChannelSettings
from bot.storage.watches import Watches
from bot.watches import schedule
from bot.watches.lateness import next_check, with_due
from bot.watches.models import (
    DELETED_STATES,
    NOT_GROUPED_STATES,
    CardLocation,
    Condition,
    Delay,
    Level,
    Watch,
    Watcher,
    is_finished,
)
from bot.watches.uploads import with_brackets

MAX_WATCHES_PER_CHANNEL = 100  # or in one direct message
MAX_ORDERS_TO_CHOOSE_FROM = 20  # whose names are looked up for one message
UNPROMISED_WATCH_CHECKED_AFTER = timedelta(minutes=10)  # if its card could not be posted by then


@dataclass(frozen=True)
class WatchCommands:
    autoenhance: Autoenhance
    key_use: KeyUse
    watches: Watches
    channel_settings: ChannelSettings
    card_pictures: CardPictures
    sender: Sender
    responder: Responder
    retries: Retries
    permalinks: Permalinks
    time_zones: TimeZones
    now: Callable[[], datetime]
    several_processes: bool
    """Other processes edit the same cards. An answer from before this job began may be older than theirs."""

    async def start(self, job: StartWatch, attempt: int) -> None:
        """Starts the watch once the time by which the order is wanted is known, if there is one."""
        if ready := await self.time_zones.with_due_time(job):
            await self._start(ready, attempt)

    async def _start(self, job: StartWatch, attempt: int) -> None:
        """Stores the watch, posts its card, and only then promises.

        After a kill in between, the card is posted again. If the order ended before the card could be
        posted, the watch still begins: its first check posts the end in the thread.
        """
        keys = self.key_use.at(job.team_id, job.watch_place)
        asking = self.autoenhance.order(job.order, fresh=self.several_processes, keys=keys)
        fetched = await self.retries.ask(asking, job, attempt)
        known = await self.watches.known(job.team_id, job.watch_place, job.order)
        if fetched is None:  # the asker has read why
            await self.forget(job)
            return
        view = order_view(fetched, job.order, job.asker.user_id)
        if view.progress.tally.state not in NOT_GROUPED_STATES:
            seen = await add_brackets(self.autoenhance, fetched, view, keys)
            view = await as_chosen(self.channel_settings, job.team_id, job.watch_place, seen)
        view = await self._with_picture(job, known, view)
        if _has_ended(view) and (known is None or known.promised):
            await self.responder.give(job, lambda placement: notices.nothing_to_wait_for(view, placement))
        elif known and known.home and known.condition is Condition.OPEN:
            await self._join(job, known, view)
        elif known:
            reopened = _reopened(job, known, view, self.now())
            if known.condition is Condition.ENDING:  # before a check writes its end on the card
                await self._save_and_check(reopened)
            await self._settle(job, reopened, view)
        elif added := await self.watches.add(_new_watch(job, view, self.now()), most=MAX_WATCHES_PER_CHANNEL):
            await self._settle(job, added, view)
        else:
            await self.responder.say(job, watch_text.too_many(MAX_WATCHES_PER_CHANNEL))

    async def _with_picture(self, job: StartWatch, known: Watch | None, view: OrderView) -> OrderView:
        """The picture of the card that the watch has, or that it makes its own."""
        if known and known.home:
            place = known.home.channel_id, known.home.card_ts or ""
        elif job.adopt and job.to == "channel":
            place = job.adopt.channel_id, job.adopt.card_ts or ""
        else:
            place = job.watch_place, ""
        return await self.card_pictures.added(view, job.team_id, *place)

    async def forget(self, job: StartWatch) -> None:
        """Removes the watch that an attempt of this job stored, if its card was not posted yet."""
        known = await self.watches.known(job.team_id, job.watch_place, job.order)
        if known and not known.promised and known.watchers[0].since == job.asker.at:
            await self.watches.remove(known)

    async def ask_which(self, job: ChooseOrder, _attempt: int) -> None:
        """Shows the names of the orders in the modal that is already open, unless it was closed.

        An order that Autoenhance does not have is left out, if it has another one.
        """
        shown = job.orders[:MAX_ORDERS_TO_CHOOSE_FROM]
        keys = self.key_use.at(job.team_id, job.asker.place)
        names = await asyncio.gather(*(order_name(self.autoenhance, each, keys) for each in shown))
        named = [(order, name) for order, name in zip(shown, names, strict=True) if name is not None]
        found = named or [(order, "") for order in shown]
        if isinstance(job.place, View):
            with suppress(Gone):
                drawn = modals.choose_to_watch(found, len(job.orders), job.thread)
                await self.sender.update_view(job.place.view_id, drawn)

    async def _join(self, job: StartWatch, watch: Watch, view: OrderView) -> None:
        """Adds the asker to a watch that has a card. A check at once edits that card."""
        known = watch.watcher(job.asker.user_id)
        wanted = _watcher(job, known)
        joined = _with_asker(job, watch)
        if not known:  # the new watcher has not read what the thread was told
            joined = _news_for_all(joined, view)
        link = self.permalinks.thread(watch.home)
        if joined != watch:
            await self._save_and_check(joined)
        joined = replace(joined, shown=view.glimpse)  # for the answer
        if known and known.since == job.asker.at:  # a retry of this job
            await self.responder.give(job, lambda _: _started_card(job, joined, wanted.level, link))
        elif known:
            await self.responder.say(job, watch_text.already_watching(joined, wanted, link))
        else:
            await self.responder.say(job, watch_text.joined(joined, wanted.level, link))

    async def _save_and_check(self, watch: Watch) -> None:
        await self.watches.save(replace(watch, next_look=self.now()))

    async def _settle(self, job: StartWatch, watch: Watch, view: OrderView) -> None:
        """Posts or edits the card, saves the watch and answers the asker.

        If the card cannot be posted, a watch that was not promised yet is removed.
        """
        try:
            location = await self._place_card(job, watch, view)
        except Unconfirmed:
            await self.watches.save(self._settled(watch, None, view))
            await self.responder.say(job, watch_text.UNCONFIRMED)
            return
        except SlackBusy:
            raise
        except SlackError as error:
            if not watch.promised:
                await self.watches.remove(watch)
            if not isinstance(error, CannotPost | NotAllowed):
                raise
            refusal = cards.not_watched(error, job.order)
            await self.responder.give(job, lambda _: refusal)
            return
        settled = self._settled(watch, location, view)
        await self.watches.save(settled)
        level = _watcher(job, settled.watcher(job.asker.user_id)).level
        card = _started_card(job, settled, level, self.permalinks.thread(location))
        await self.responder.give(job, lambda _: card)

    async def _place_card(self, job: StartWatch, watch: Watch, view: OrderView) -> CardLocation:
        """Edits the card that the watch had before it was stopped or paused. Otherwise makes a new one.

        A new card is the message of the shortcut, or a reply to it, or a new post.
        """
        brief = partial(notices.brief_card, watch)
        if location := watch.home:
            with suppress(Gone):
                if location.card_ts:
                    card = notices.watch_card(watch, replace(view, by=None))
                    await self.sender.update(location.channel_id, location.card_ts, card, brief=brief)
                return location
        if job.adopt and job.to == "channel":
            try:
                return await self._adopted(job.adopt, watch, view)
            except CannotPost:
                if not watch.is_direct:  # the bot can still post to the asker, if not between two others
                    raise
        channel, ts = await self.sender.post(watch.place, notices.watch_card(watch, view), brief=brief)
        return CardLocation(channel_id=channel, card_ts=ts, thread_ts=ts)

    async def _adopted(self, adopt: ThreadToUse, watch: Watch, view: OrderView) -> CardLocation:
        """Turns the message into the card if Slack allows it. Otherwise posts a card in its thread."""
        channel, thread = adopt.channel_id, adopt.thread_ts
        card, brief = notices.watch_card(watch, view), partial(notices.brief_card, watch)
        if ts := adopt.card_ts:
            with suppress(Gone, SlackRefused):  # deleted, or not from the bot: its thread remains
                await self.sender.update(channel, ts, card, brief=brief)
                return CardLocation(channel_id=channel, card_ts=ts, thread_ts=thread)
        posted = await self.sender.post(channel, card, thread_ts=thread, brief=brief)
        return CardLocation(channel_id=posted.channel_id, card_ts=posted.ts, thread_ts=thread)

    def _settled(self, watch: Watch, location: CardLocation | None, view: OrderView) -> Watch:
        """Promised. If the order ended while Slack took no card, its check is due, with the reason."""
        pause, now = schedule.pause(watch, view.progress.tally), self.now()
        settled = replace(
            with_brackets(watch, view.brackets),
            promised=True,
            home=location,
            card_tries=0,
            shown=view.glimpse,
            shown_as=watch.face,
            delay=None,
            late_since=None,
            pause=pause,
            next_look=next_check(watch, now, schedule.at(watch, now, pause)),
        )
        if not _has_ended(view):
            return settled
        return replace(
            settled, delay=Delay.SLACK, late_since=watch.watchers[0].since, pause=0.0, next_look=now
        )


def _started_card(job: StartWatch, watch: Watch, level: Level, link: str) -> Card:
    choice = not isinstance(job.place, View)  # a click in a modal does not name its channel
    return notices.started_card(watch_text.started(watch, level, link), watch.order, level, choice=choice)


def _has_ended(view: OrderView) -> bool:
    tally = view.progress.tally
    return is_finished(tally) or tally.state in DELETED_STATES


def _watcher(job: StartWatch, known: Watcher | None) -> Watcher:
    """The asker as a watcher, with the level they ask for now."""
    asker = job.asker
    if known:
        return replace(known, level=job.level or known.level)
    return Watcher(user_id=asker.user_id, name=asker.name, level=job.level or Level.ALL, since=asker.at)


def _with_asker(job: StartWatch, watch: Watch) -> Watch:
    """The asker keeps their position among the watchers, or comes last. A new deadline is for all of them."""
    wanted = _watcher(job, watch.watcher(job.asker.user_id))
    kept = {each.user_id: each for each in watch.watchers} | {wanted.user_id: wanted}
    return replace(with_due(watch, job.due_by), watchers=tuple(kept.values()))


def _reopened(job: StartWatch, watch: Watch, view: OrderView, now: datetime) -> Watch:
    """A paused watch, or one without a card, is open again. One that was just stopped keeps only its card."""
    if watch.condition is Condition.ENDING:
        return replace(_new_watch(job, view, now), id=watch.id, home=watch.home, promised=True)
    return replace(_with_asker(job, watch), condition=Condition.OPEN, reason="")


def _news_for_all(watch: Watch, view: OrderView) -> Watch:
    """The end is posted again, and the next new failure too. The failures so far are in the answer."""
    again = replace(watch, told_over=None)
    failed = view.progress.tally.failed
    return replace(again, told_failure=False, known_failed=failed) if watch.told_failure else again


def _new_watch(job: StartWatch, view: OrderView, now: datetime) -> Watch:
    tally = view.progress.tally
    return Watch(
        team_id=job.team_id,
        place=job.watch_place,
        order=job.order,
        watchers=(_watcher(job, None),),
        name=view.name,
        seen=view.glimpse,
        first=view.glimpse,
        moved_at=view.at,
        known_failed=tally.failed,  # the answer and the first card say so
        due_by=job.due_by,
        next_look=now + UNPROMISED_WATCH_CHECKED_AFTER,
    )
