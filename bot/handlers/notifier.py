"""Telling one watch's place what a look found: the card first, then the thread, then the record."""

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.core.errors import CannotPost, Gone, ScopeMissing, SlackBusy, SlackError, SlackRefused
from bot.handlers.context import Tools
from bot.handlers.watch_cards import Posting
from bot.slack.api.channels import Audience
from bot.slack.render import cards, notices
from bot.slack.render.models import OrderView
from bot.slack.text import notices as notice_words
from bot.watches.models import Condition, Home, Notice, Sending, Watch
from bot.watches.transitions import Step, is_stuck

EDITS_APART = timedelta(seconds=3)  # of one card, where nothing is over and nobody clicked
MOST_SENT = 2  # times that a notice is posted: the second only when Slack did not confirm the first
log = structlog.get_logger(__name__)


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
        return replace(
            self.step.watch,
            home=self.watch.home,
            shown=self.watch.shown,
            shown_stuck=self.watch.shown_stuck,
            shown_as=self.watch.shown_as,
            sending=self.watch.sending,
            card_tries=self.watch.card_tries,
        )

    @property
    def asked_for(self) -> bool:
        """Whether the card is drawn although its order may be as it shows.

        For a click, for a new watcher, or to see whether Slack takes an edit before a notice is posted again.
        """
        unsure = self.watch.sending is not None or self.watch.condition is Condition.PARKED
        return self.by is not None or unsure or self.watch.shown_as != self.step.watch.face


class Telling:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._posting = Posting(tools.post)

    async def tell(self, telling: Round) -> None:
        """Raises SlackError; what was done until then is in `telling.watch`."""
        step, home = telling.step, telling.watch.home
        wanted = step.edit or (telling.asked_for and telling.view is not None)
        edits = wanted and home is not None and await self._may_edit(telling)
        if edits or step.notice:
            await self._admit(telling.watch)
        if edits and home:
            await self._edit(telling, home)
        if step.notice and any(map(step.notice.concerns, telling.watch.watchers)):
            await self._notify(telling, step.notice)

    async def _admit(self, watch: Watch) -> None:
        """Raises CannotPost where outsiders read along, and ScopeMissing where nobody can tell."""
        place = None if watch.is_direct else watch.place
        audience = await self._tools.channels.audience_now(place)
        if audience is Audience.SHARED:
            raise CannotPost("shared")
        if audience is Audience.UNKNOWN:
            raise ScopeMissing("missing_scope")

    async def _may_edit(self, telling: Round) -> bool:
        if telling.step.at_once or telling.asked_for:
            return True
        shown = telling.watch.shown
        since = self._tools.now() - shown.at if shown else EDITS_APART
        return not timedelta(0) <= since < EDITS_APART and await self._tools.pacing.has_room_to_update()

    async def _edit(self, telling: Round, home: Home) -> None:
        after, view = telling.after, telling.view
        stuck = view is not None and is_stuck(after, self._tools.rules)
        try:
            drawn = replace(after, shown_stuck=stuck)
            await self._posting.redraw(home, drawn, view, by=telling.by, patient=telling.by is not None)
        except SlackRefused as error:  # our mistake: the notice is not to suffer for it
            log.warning("slack refused a card", slack=error.code)
        except Gone:  # somebody deleted it: nothing is posted in its place until there is something to tell
            thread_only = None if home.card_ts == home.thread_ts else replace(home, card_ts=None)
            telling.watch = replace(telling.watch, home=thread_only)
        telling.watch = replace(telling.watch, shown=after.seen, shown_stuck=stuck, shown_as=after.face)

    async def _notify(self, telling: Round, notice: Notice) -> None:
        """Posts it, unless Slack may have it twice already. What is sure not to be there is not counted."""
        sent = telling.watch.sending
        tries = sent.tries if sent and sent.kind is notice.kind else 0
        if tries >= MOST_SENT:
            return
        home = telling.watch.home or await self._settle_anew(telling)
        channel = home.channel_id if home else telling.watch.place
        await self._tools.pacing.wait_to_post(channel)
        sending = Sending(kind=notice.kind, tries=tries + 1)
        await self._note(telling, replace(telling.watch, sending=sending))
        try:
            await self._post(telling, notice, channel, home.thread_ts if home else None)
        except Gone:  # the thread is not there any more: a new card comes first
            await self._note(telling, replace(telling.watch, sending=sent, home=None))
            raise SlackBusy("thread_gone", retry_after=1.0) from None
        except SlackError as error:
            if not _may_be_done(error):
                telling.watch = replace(telling.watch, sending=sent)
            raise

    async def _post(self, telling: Round, notice: Notice, channel: str, thread: str | None) -> None:
        watch, view = telling.after, telling.view
        card = notices.notice(watch, notice, view, self._tools.now(), caused_by=telling.by)
        broadcast = await self._tools.stores.preferences.broadcast(watch.team_id, watch.place)
        brief = cards.say(notice_words.told(watch, notice, view.progress.tally if view else None))
        await self._tools.post.post_once(channel, card, thread_ts=thread, broadcast=broadcast, brief=brief)
        self._tools.metrics.notice(notice.kind)

    async def _settle_anew(self, telling: Round) -> Home | None:
        """A new card, where the one before was deleted; None when Slack may have two of them already."""
        tries = telling.watch.card_tries
        if tries >= MOST_SENT:
            return None
        await self._tools.pacing.wait_to_post(telling.watch.place)
        await self._note(telling, replace(telling.watch, card_tries=tries + 1))
        try:
            home = await self._posting.anew(telling.after, telling.view)
        except SlackError as error:
            if not _may_be_done(error):
                telling.watch = replace(telling.watch, card_tries=tries)
            raise
        after = telling.after
        drawn = replace(telling.watch, home=home, card_tries=0, shown=after.seen, shown_as=after.face)
        await self._note(telling, drawn)
        return home

    async def _note(self, telling: Round, watch: Watch) -> None:
        telling.watch = watch
        await self._tools.stores.watches.note(watch)


def _may_be_done(error: SlackError) -> bool:
    return isinstance(error, SlackBusy) and error.maybe_done
