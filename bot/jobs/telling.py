"""Telling one watch's place what a look found: the card first, then the thread, then the record."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.errors import CannotPost, Gone, SlackBusy
from bot.jobs.posting import Posting
from bot.jobs.tools import Tools
from bot.slack import notices
from bot.slack.post import Audience
from bot.slack.shown import OrderView
from bot.watches.model import Condition, Home, Notice, Sending, Watch
from bot.watches.steps import Step, is_stuck

EDITS_APART = timedelta(seconds=3)  # of one card, where nothing is over and nobody clicked
MOST_SENT = 2  # times that a notice is posted: the second only when Slack did not confirm the first


@dataclass
class Round:
    """One look's worth of telling one watch. `watch` is what is true of it now, whatever comes."""

    watch: Watch
    step: Step
    view: OrderView | None  # None: the order is gone
    by: str | None = None  # whose click this is

    @property
    def after(self) -> Watch:
        """What the step makes of the watch, with what was posted meanwhile."""
        kept = ("home", "shown", "shown_stuck", "sending")
        return self.step.watch.model_copy(update={name: getattr(self.watch, name) for name in kept})

    @property
    def asked_for(self) -> bool:
        """Whether the card is drawn although it shows the truth: for a click, or to see whether it can be."""
        return self.by is not None or self.watch.condition is Condition.PARKED

    def note(self, **changed: Any) -> None:
        self.watch = self.watch.model_copy(update=changed)


class Telling:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._posting = Posting(tools.post)

    async def tell(self, telling: Round) -> None:
        """Raises SlackError; what was done until then is in `telling.watch`."""
        step = telling.step
        if step.edit or step.notice or telling.asked_for:
            await self._admit(telling.watch, anew=step.notice is not None)
        if (step.edit or telling.asked_for) and telling.watch.home and self._may_edit(telling):
            await self._edit(telling, telling.watch.home)
        if step.notice and any(map(step.notice.concerns, telling.watch.watchers)):
            await self._notify(telling, step.notice)

    async def _admit(self, watch: Watch, *, anew: bool) -> None:
        """Raises CannotPost where outsiders read along, or might."""
        ask = self._tools.channels.audience_now if anew else self._tools.channels.audience
        audience = await ask(None if watch.place.startswith(("U", "W")) else watch.place)
        if audience is Audience.SHARED:
            raise CannotPost("shared")
        if audience is Audience.UNKNOWN:
            raise CannotPost("scopes")

    def _may_edit(self, telling: Round) -> bool:
        if telling.step.at_once or telling.asked_for:
            return True
        shown = telling.watch.shown
        return (shown is None or self._tools.now() - shown.at >= EDITS_APART) and self._tools.post.may_edit()

    async def _edit(self, telling: Round, home: Home) -> None:
        after, view = telling.after, telling.view
        stuck = view is not None and is_stuck(after, self._tools.rules)
        shown = after.model_copy(update={"shown_stuck": stuck})
        try:
            await self._posting.redraw(home, shown, view, by=telling.by)
        except Gone:  # somebody deleted it: nothing is posted in its place until there is something to tell
            thread_only = home.model_copy(update={"card_ts": None})
            telling.note(home=None if home.card_ts == home.thread_ts else thread_only)
            return
        telling.note(shown=after.seen, shown_stuck=stuck)

    async def _notify(self, telling: Round, notice: Notice) -> None:
        """Posts it, unless Slack may have it twice already."""
        sent = telling.watch.sending
        tries = sent.tries if sent and sent.kind is notice.kind else 0
        if tries >= MOST_SENT:
            return
        home = telling.watch.home or await self._settle_anew(telling)
        before = telling.watch.sending
        telling.note(sending=Sending(kind=notice.kind, tries=tries + 1))
        await self._tools.stores.watches.note(telling.watch)
        card = notices.notice(telling.after, notice, telling.view, self._tools.now(), caused_by=telling.by)
        team, place = telling.watch.team_id, telling.watch.place
        broadcast = await self._tools.stores.preferences.broadcast(team, place)
        try:
            await self._tools.post.message_once(
                home.channel_id, card, thread_ts=home.thread_ts, broadcast=broadcast
            )
        except SlackBusy as busy:
            if not busy.maybe_done:
                telling.note(sending=before)
            raise
        except Gone:
            telling.note(home=None, sending=before)
            await self._tools.stores.watches.note(telling.watch)
            raise SlackBusy("thread_gone", retry_after=1.0) from None
        except CannotPost:
            telling.note(sending=before)
            raise

    async def _settle_anew(self, telling: Round) -> Home:
        """A new card, when the one before was deleted and there is something to tell."""
        home = await self._posting.card(telling.after, telling.view)
        telling.note(home=home, shown=telling.after.seen)
        await self._tools.stores.watches.note(telling.watch)
        return home
