"""Beginning and ending a watch."""

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
from bot.handlers.order_views import order_view
from bot.handlers.overviews import Overviews
from bot.handlers.retries import Retries
from bot.jobs.models import Adopted, StartWatch, StopWatch
from bot.jobs.requests import HomeTab, View
from bot.slack import blocks, constants
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.render import cards, notices
from bot.slack.render.buttons import block_id
from bot.slack.render.models import Card, OrderView
from bot.slack.render.permalinks import Permalinks
from bot.slack.text import watches as watch_text
from bot.storage.watches import Watches
from bot.watches import schedule
from bot.watches.models import GONE, CardLocation, Condition, Ending, Level, Watch, Watcher, is_over
from bot.watches.transitions import ended

MAX_WATCHES_PER_CHANNEL = 100  # watches in one place
UNSETTLED = timedelta(minutes=10)  # a watch whose card did not come to stand is looked at then


@dataclass(frozen=True)
class WatchCommands:
    autoenhance: Autoenhance
    watches: Watches
    sender: Sender
    responder: Responder
    overviews: Overviews
    retries: Retries
    permalinks: Permalinks
    now: Callable[[], datetime]
    beside_others: bool
    """Other processes draw on the same cards: an answer from before our turn may be older than theirs."""

    async def start(self, job: StartWatch, attempt: int) -> None:
        """Stored before its card is posted, and promised after: killed in between, it is posted again."""
        asking = self.autoenhance.order(job.order, fresh=self.beside_others)
        look = await self.retries.ask(asking, job, attempt)
        if look is None:
            return
        view = order_view(look, job.order, job.asker.user_id)
        known = await self.watches.known(job.team_id, _place(job), job.order)
        tally = view.progress.tally
        if is_over(tally) or tally.state in GONE:
            await self.responder.give(job, lambda placement: notices.nothing_to_wait_for(view, placement))
        elif known and known.home and known.condition is Condition.OPEN:
            await self._join(job, known)
        elif known:
            going_on = _going_on(job, known, view, self.now())
            if known.condition is Condition.ENDING:  # before its end is drawn
                await self._save_and_look(going_on)
            await self._settle(job, going_on, view)
        elif added := await self.watches.add(_begun(job, view, self.now()), most=MAX_WATCHES_PER_CHANNEL):
            await self._settle(job, added, view)
        else:
            await self.responder.say(job, watch_text.too_many(MAX_WATCHES_PER_CHANNEL))

    async def _join(self, job: StartWatch, watch: Watch) -> None:
        """A second watch of an order in its place is no second card; the next look, at once, redraws that."""
        known = watch.watcher(job.asker.user_id)
        wanted = _watcher(job, known)
        joined = _with_asker(job, watch)
        if not known:  # they have heard of no end yet
            joined = replace(joined, told_over=None)
        link = self.permalinks.thread(watch.home)
        if joined != watch:
            await self._save_and_look(joined)
        if known and known.since == job.asker.at:  # this very request, tried again
            await self.responder.give(job, lambda _: _said(job, joined, wanted.level, link))
        elif known:
            await self.responder.say(job, watch_text.known(joined, wanted, link))
        else:
            await self.responder.say(job, watch_text.joined(joined, wanted.level, link))

    async def _save_and_look(self, watch: Watch) -> None:
        await self.watches.save(replace(watch, next_look=self.now()))

    async def _settle(self, job: StartWatch, watch: Watch, view: OrderView) -> None:
        """A watch that was not promised yet is removed where its card cannot be posted."""
        try:
            home = await self._home(job, watch, view)
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
        settled = self._settled(watch, home, view)
        await self.watches.save(settled)
        level = _watcher(job, settled.watcher(job.asker.user_id)).level
        card = _said(job, settled, level, self.permalinks.thread(home))
        await self.responder.give(job, lambda _: card)

    async def _home(self, job: StartWatch, watch: Watch, view: OrderView) -> CardLocation:
        """Where it lived until it was stopped, or its place could not be posted to; or a new card."""
        brief = partial(notices.brief_card, watch)
        if home := watch.home:
            with suppress(Gone):
                if home.card_ts:
                    card = notices.watch_card(watch, replace(view, by=None))
                    await self.sender.update(home.channel_id, home.card_ts, card, brief=brief)
                return home
        if job.adopt and job.to == "channel":
            try:
                return await self._adopted(job.adopt, watch, view)
            except (
                CannotPost
            ):  # in a conversation of two others we can be no third: ours with the asker is left
                if not watch.is_direct:
                    raise
        channel, ts = await self.sender.post(watch.place, notices.watch_card(watch, view), brief=brief)
        return CardLocation(channel_id=channel, card_ts=ts, thread_ts=ts)

    async def _adopted(self, adopt: Adopted, watch: Watch, view: OrderView) -> CardLocation:
        """The message becomes the card, if it can; else a card comes into its thread."""
        channel, thread = adopt.channel_id, adopt.thread_ts
        card, brief = notices.watch_card(watch, view), partial(notices.brief_card, watch)
        if ts := adopt.card_ts:
            with suppress(Gone, SlackRefused):  # it is not there any more, or not ours: its thread is
                await self.sender.update(channel, ts, card, brief=brief)
                return CardLocation(channel_id=channel, card_ts=ts, thread_ts=thread)
        posted = await self.sender.post(channel, card, thread_ts=thread, brief=brief)
        return CardLocation(channel_id=posted.channel_id, card_ts=posted.ts, thread_ts=thread)

    def _settled(self, watch: Watch, home: CardLocation | None, view: OrderView) -> Watch:
        pause = schedule.pause(watch, view.progress.tally)
        return replace(
            watch,
            promised=True,
            home=home,
            card_tries=0,
            shown=view.glimpse,
            shown_as=watch.face,
            delay=None,
            late_since=None,
            pause=pause,
            next_look=schedule.at(watch, self.now(), pause),
        )

    async def stop(self, job: StopWatch, _attempt: int) -> None:
        """Saved before it is said: its next look, at once, writes the last word on the card."""
        watch = await self.watches.known(job.team_id, job.watched_in or job.asker.place, job.order)
        mine = watch.watcher(job.asker.user_id) if watch else None
        if watch is None or not watch.is_live or (job.watched_in and mine is None):
            await self._reply(job, watch_text.not_watched(job.order))
            return
        others = tuple(each for each in watch.watchers if each != mine)
        if others and not job.everybody:
            said = watch_text.stopped(watch, others) if mine else watch_text.not_yours(watch)
            if mine:
                await self._save_and_look(replace(watch, watchers=others))
            await self._reply(job, said, blocks.button("Stop for everybody", constants.STOP_FOR_ALL))
            return
        over = ended(watch, Ending.STOPPED, self.now(), job.asker.name)
        await self._save_and_look(replace(over, condition=Condition.ENDING))
        await self._reply(job, watch_text.stopped(watch, ()))

    async def _reply(self, job: StopWatch, text: str, button: blocks.Block | None = None) -> None:
        if isinstance(job.place, HomeTab):
            await self.overviews.update_home(job.asker, text)
            return
        drawn = cards.say(text)
        if button:
            drawn["blocks"].append(blocks.actions(block_id(job.order), button))
        await self.responder.give(job, lambda _: drawn)


def _said(job: StartWatch, watch: Watch, level: Level, link: str) -> Card:
    choice = not isinstance(job.place, View)  # a click in a modal does not say from which channel
    return notices.begun(watch_text.started(watch, level, link), watch.order, level, choice=choice)


def _place(job: StartWatch) -> str:
    return job.asker.user_id if job.to == "asker" else job.asker.place


def _watcher(job: StartWatch, known: Watcher | None) -> Watcher:
    """As they are known, with what they ask for now."""
    asker = job.asker
    if known:
        return replace(known, level=job.level or known.level)
    return Watcher(user_id=asker.user_id, name=asker.name, level=job.level or Level.ALL, since=asker.at)


def _with_asker(job: StartWatch, watch: Watch) -> Watch:
    """In their place among the watchers, or as the last of them."""
    wanted = _watcher(job, watch.watcher(job.asker.user_id))
    kept = {each.user_id: each for each in watch.watchers} | {wanted.user_id: wanted}
    return replace(watch, watchers=tuple(kept.values()))


def _going_on(job: StartWatch, watch: Watch, view: OrderView, now: datetime) -> Watch:
    """One that rested or lost its card, told again; of one that was just stopped only the card is left."""
    if watch.condition is Condition.ENDING:
        return replace(_begun(job, view, now), id=watch.id, home=watch.home, promised=True)
    return replace(_with_asker(job, watch), condition=Condition.OPEN, reason="")


def _begun(job: StartWatch, view: OrderView, now: datetime) -> Watch:
    tally = view.progress.tally
    return Watch(
        team_id=job.team_id,
        place=_place(job),
        order=job.order,
        watchers=(_watcher(job, None),),
        name=view.name,
        seen=view.glimpse,
        first=view.glimpse,
        told_failure=tally.failed > 0,  # the card says so from the first
        next_look=now + UNSETTLED,
    )
