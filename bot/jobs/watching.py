"""Beginning and ending a watch."""

from contextlib import suppress
from datetime import datetime, timedelta

from bot.errors import AutoenhanceError, CannotPost, Gone, SlackBusy, SlackError, Unconfirmed
from bot.jobs.model import StartWatch, StopWatch
from bot.jobs.overview import Overview
from bot.jobs.patience import Patience
from bot.jobs.posting import Posting
from bot.jobs.request import HomeTab
from bot.jobs.seeing import order_view
from bot.jobs.tools import Tools
from bot.slack import blocks, cards, names, notices, watch_words
from bot.slack.buttons import block_id
from bot.slack.shown import Card, OrderView, Spot
from bot.watches import rhythm
from bot.watches.model import GONE, OVER, Condition, Ending, Home, Level, Watch, Watcher
from bot.watches.steps import ended

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
        look = await self._patience.ask(self._tools.orders.order(job.order), job, attempt)
        if look is None:
            return
        view = order_view(look, job.order, job.asker.user_id)
        watch = await self._known(job)
        if watch and watch.home and watch.condition is Condition.OPEN:
            await self._join(job, watch, view)
        elif view.progress.tally.state in OVER | GONE:
            await self._tools.answers.give(job, lambda spot: _nothing_to_wait_for(view, spot))
        elif added := await self._tools.stores.watches.add(
            watch or _begun(job, view, self._tools.now()), most=MOST
        ):
            await self._settle(job, _with_asker(job, added), view)
        else:
            await self._tools.answers.say(job, watch_words.too_many(MOST))

    async def _known(self, job: StartWatch | StopWatch, place: str | None = None) -> Watch | None:
        found = await self._tools.stores.watches.of_order(job.team_id, job.order)
        place = place or _place(job)
        return next((watch for watch in found if watch.place == place), None)

    async def _join(self, job: StartWatch, watch: Watch, view: OrderView) -> None:
        """A second watch of the same order in the same place is no second card."""
        known = watch.watcher(job.asker.user_id)
        joined = _with_asker(job, watch)
        wanted = _watcher(job, known)
        link = self._tools.links.thread(watch.home)
        if joined != watch:
            await self._tools.stores.watches.save(joined)
            await self._redraw(joined, view)
        if known:
            await self._tools.answers.say(job, watch_words.known(joined, wanted, link))
        else:
            await self._tools.answers.say(job, watch_words.joined(joined, wanted.level, link))

    async def _redraw(self, watch: Watch, view: OrderView) -> None:
        """What the card says of its watchers; when it cannot be edited now, its next look does it."""
        try:
            if watch.home:
                await self._posting.redraw(watch.home, watch, view, by=view.by)
        except SlackBusy:
            raise
        except SlackError:
            return

    async def _settle(self, job: StartWatch, watch: Watch, view: OrderView) -> None:
        now = self._tools.now()
        level = _watcher(job, None).level
        try:
            home = await self._home(job, watch, view)
        except CannotPost as error:
            if watch.condition is Condition.OPEN:
                await self._tools.stores.watches.remove(watch)
            refusal = cards.not_posted(error, job.order, watching=True)
            await self._tools.answers.give(job, lambda _: refusal)
            return
        except Unconfirmed:
            await self._tools.answers.say(job, watch_words.UNCONFIRMED)
            return
        pause = rhythm.pause(watch, view.progress.tally)
        settled = watch.model_copy(
            update={
                "home": home,
                "shown": view.glimpse,
                "condition": Condition.OPEN,
                "pause": pause,
                "next_look": rhythm.at(watch, now, pause),
            }
        )
        await self._tools.stores.watches.save(settled)
        text = watch_words.started(settled, level, self._tools.links.thread(home))
        await self._tools.answers.give(job, lambda _: notices.begun(text, settled.order, level))

    async def _home(self, job: StartWatch, watch: Watch, view: OrderView) -> Home:
        """Where it lived until its place could not be posted to, or a new card."""
        if watch.home:
            with suppress(Gone):
                await self._posting.redraw(watch.home, watch, view)
                return watch.home
        return await self._posting.card(watch, view, job.adopt)

    async def stop(self, job: StopWatch) -> None:
        watch = await self._known(job, job.watched_in)
        asker = job.asker.user_id
        if watch is None or (job.watched_in and watch.watcher(asker) is None):
            await self._reply(job, watch_words.not_watched(job.order))
            return
        others = tuple(each for each in watch.watchers if each.user_id != asker)
        if others and not job.everybody:
            if watch.watcher(asker) is None:
                said = watch_words.not_yours(watch)
            else:
                watch = watch.model_copy(update={"watchers": others})
                await self._tools.stores.watches.save(watch)
                said = watch_words.stopped(watch, others)
            await self._reply(job, said, blocks.button("Stop for everybody", names.STOP_FOR_ALL))
            return
        over = ended(watch, Ending.STOPPED, self._tools.now(), job.asker.name)
        await self._draw_last(over)
        await self._tools.stores.watches.save(over)
        await self._reply(job, watch_words.stopped(over, ()))

    async def _draw_last(self, watch: Watch) -> None:
        """The watch's last word on its card: with the order as it is, if Autoenhance says how it is."""
        try:
            view = order_view(await self._tools.orders.order(watch.order), watch.order)
        except AutoenhanceError:
            view = None
        try:
            if watch.home and view:
                await self._posting.redraw(watch.home, watch, view)
            else:
                await self._posting.last_word(watch)
        except SlackBusy:
            raise
        except SlackError:
            return

    async def _reply(self, job: StopWatch, text: str, button: blocks.Block | None = None) -> None:
        if isinstance(job.place, HomeTab):
            await self._overview.show_home(job, text)
        else:
            drawn = cards.say(text)
            if button:
                drawn["blocks"].append(blocks.actions(block_id(job.order), button))
            await self._tools.answers.give(job, lambda _: drawn)


def _place(job: StartWatch | StopWatch) -> str:
    to_asker = isinstance(job, StartWatch) and job.to == "asker"
    return job.asker.user_id if to_asker else job.asker.place


def _watcher(job: StartWatch, known: Watcher | None) -> Watcher:
    """As they are known, with what they ask for now."""
    asker = job.asker
    if known:
        return known.model_copy(update={"level": job.level or known.level})
    return Watcher(user_id=asker.user_id, name=asker.name, level=job.level or Level.ALL, since=asker.at)


def _with_asker(job: StartWatch, watch: Watch) -> Watch:
    """In their place among the watchers, or as the last of them."""
    wanted = _watcher(job, watch.watcher(job.asker.user_id))
    kept = {each.user_id: each for each in watch.watchers} | {wanted.user_id: wanted}
    return watch.model_copy(update={"watchers": tuple(kept.values())})


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


def _nothing_to_wait_for(view: OrderView, spot: Spot) -> Card:
    return cards.with_note(cards.orders_card([view], spot), watch_words.NOTHING_TO_WAIT_FOR)
