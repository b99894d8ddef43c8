"""Beginning and ending a watch."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.errors import CannotPost, Gone, NotAllowed, SlackBusy, SlackError, Unconfirmed
from bot.handlers.context import Tools
from bot.handlers.overviews import Overview
from bot.handlers.retries import Patience
from bot.handlers.views import order_view
from bot.handlers.watch_cards import Posting
from bot.jobs.models import StartWatch, StopWatch
from bot.jobs.requests import HomeTab, View
from bot.orders.ids import OrderId
from bot.slack import blocks
from bot.slack import constants as names
from bot.slack.render import cards, notices
from bot.slack.render.buttons import block_id
from bot.slack.render.models import Card, OrderView
from bot.slack.text import watches as watch_words
from bot.watches import schedule as rhythm
from bot.watches.models import GONE, Condition, Ending, Home, Level, Watch, Watcher, is_over
from bot.watches.transitions import ended

MOST = 100  # watches in one place
UNSETTLED = timedelta(minutes=10)  # a watch whose card did not come to stand is looked at then


class Watching:
    def __init__(self, tools: Tools, overview: Overview, patience: Patience) -> None:
        self._tools = tools
        self._posting = Posting(tools.post)
        self._overview = overview
        self._patience = patience

    async def start(self, job: StartWatch, attempt: int) -> None:
        """Stored before its card is posted, and promised after: killed in between, it is posted again."""
        asking = self._tools.orders.order(job.order, anew=self._tools.beside_others)
        look = await self._patience.ask(asking, job, attempt)
        if look is None:
            return
        view = order_view(look, job.order, job.asker.user_id)
        known = await self._known(job.team_id, _place(job), job.order)
        tally = view.progress.tally
        if is_over(tally) or tally.state in GONE:
            await self._tools.answers.give(job, lambda spot: notices.nothing_to_wait_for(view, spot))
        elif known and known.home and known.condition is Condition.OPEN:
            await self._join(job, known)
        elif known:
            going_on = _going_on(job, known, view, self._tools.now())
            if known.condition is Condition.ENDING:  # before its end is drawn
                await self._save_and_look(going_on)
            await self._settle(job, going_on, view)
        elif added := await self._tools.stores.watches.add(_begun(job, view, self._tools.now()), most=MOST):
            await self._settle(job, added, view)
        else:
            await self._tools.answers.say(job, watch_words.too_many(MOST))

    async def _known(self, team_id: str, place: str, order: OrderId) -> Watch | None:
        found = await self._tools.stores.watches.of_order(team_id, order)
        return next((watch for watch in found if watch.place == place), None)

    async def _join(self, job: StartWatch, watch: Watch) -> None:
        """A second watch of an order in its place is no second card; the next look, at once, redraws that."""
        known = watch.watcher(job.asker.user_id)
        wanted = _watcher(job, known)
        joined = _with_asker(job, watch)
        if not known:  # they have heard of no end yet
            joined = replace(joined, told_over=None)
        link = self._tools.links.thread(watch.home)
        if joined != watch:
            await self._save_and_look(joined)
        if known and known.since == job.asker.at:  # this very request, tried again
            await self._tools.answers.give(job, lambda _: _said(job, joined, wanted.level, link))
        elif known:
            await self._tools.answers.say(job, watch_words.known(joined, wanted, link))
        else:
            await self._tools.answers.say(job, watch_words.joined(joined, wanted.level, link))

    async def _save_and_look(self, watch: Watch) -> None:
        await self._tools.stores.watches.save(replace(watch, next_look=self._tools.now()))

    async def _settle(self, job: StartWatch, watch: Watch, view: OrderView) -> None:
        """One that nobody was promised goes again, where its card cannot be posted."""
        try:
            home = await self._home(job, watch, view)
        except Unconfirmed:
            await self._tools.stores.watches.save(self._settled(watch, None, view))
            await self._tools.answers.say(job, watch_words.UNCONFIRMED)
            return
        except SlackBusy:
            raise
        except SlackError as error:
            if not watch.promised:
                await self._tools.stores.watches.remove(watch)
            if not isinstance(error, CannotPost | NotAllowed):
                raise
            refusal = cards.not_watched(error, job.order)
            await self._tools.answers.give(job, lambda _: refusal)
            return
        settled = self._settled(watch, home, view)
        await self._tools.stores.watches.save(settled)
        level = _watcher(job, settled.watcher(job.asker.user_id)).level
        card = _said(job, settled, level, self._tools.links.thread(home))
        await self._tools.answers.give(job, lambda _: card)

    async def _home(self, job: StartWatch, watch: Watch, view: OrderView) -> Home:
        """Where it lived until it was stopped, or its place could not be posted to; or a new card."""
        if watch.home:
            with suppress(Gone):
                await self._posting.redraw(watch.home, watch, view)
                return watch.home
        return await self._posting.card(watch, view, job.adopt if job.to == "channel" else None)

    def _settled(self, watch: Watch, home: Home | None, view: OrderView) -> Watch:
        pause = rhythm.pause(watch, view.progress.tally)
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
            next_look=rhythm.at(watch, self._tools.now(), pause),
        )

    async def stop(self, job: StopWatch) -> None:
        """Saved before it is said: its next look, at once, writes the last word on the card."""
        watch = await self._known(job.team_id, job.watched_in or job.asker.place, job.order)
        mine = watch.watcher(job.asker.user_id) if watch else None
        if watch is None or not watch.is_live or (job.watched_in and mine is None):
            await self._reply(job, watch_words.not_watched(job.order))
            return
        others = tuple(each for each in watch.watchers if each != mine)
        if others and not job.everybody:
            said = watch_words.stopped(watch, others) if mine else watch_words.not_yours(watch)
            if mine:
                await self._save_and_look(replace(watch, watchers=others))
            await self._reply(job, said, blocks.button("Stop for everybody", names.STOP_FOR_ALL))
            return
        over = ended(watch, Ending.STOPPED, self._tools.now(), job.asker.name)
        await self._save_and_look(replace(over, condition=Condition.ENDING))
        await self._reply(job, watch_words.stopped(watch, ()))

    async def _reply(self, job: StopWatch, text: str, button: blocks.Block | None = None) -> None:
        if isinstance(job.place, HomeTab):
            await self._overview.show_home(job, text)
            return
        drawn = cards.say(text)
        if button:
            drawn["blocks"].append(blocks.actions(block_id(job.order), button))
        await self._tools.answers.give(job, lambda _: drawn)


def _said(job: StartWatch, watch: Watch, level: Level, link: str) -> Card:
    choice = not isinstance(job.place, View)  # a click in a modal does not say from which channel
    return notices.begun(watch_words.started(watch, level, link), watch.order, level, choice=choice)


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
