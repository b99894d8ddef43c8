"""Sends what a check found to the place of one watch: the card first, then the thread.

The caller saves the watch after that.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.core.errors import Gone, SlackBusy, SlackError, SlackRefused
from bot.core.metrics import Metrics
from bot.handlers.card_pictures import CardPictures
from bot.slack.api.channels import Channels
from bot.slack.api.pacing import SlackRateLimits
from bot.slack.api.sender import Sender
from bot.slack.render import cards, notices
from bot.slack.render.models import OrderView
from bot.slack.text import notices as notice_text
from bot.storage.channel_settings import ChannelSettings
from bot.storage.watches import Watches
from bot.watches.models import CardLocation, Condition, Delay, Notice, Sending, Watch
from bot.watches.transitions import Rules, Step, is_stuck

MIN_TIME_BETWEEN_EDITS = timedelta(seconds=3)  # of one card, unless the order is finished or a person clicked
# The second post is only made when Slack did not confirm the first. The same holds for a new card.
MAX_POSTS_PER_NOTICE = 2
log = structlog.get_logger(__name__)


@dataclass
class WatchUpdate:
    """One update of one watch, from one check.

    `watch` holds what has been sent so far. It is true also when a later step fails.
    """

    watch: Watch
    step: Step
    view: OrderView | None  # None: no such order, or a stopped watch without an answer of Autoenhance
    by: str | None = None  # the user who clicked Re-check
    late_edit: SlackBusy | None = None  # the notice was posted, and Slack takes an edit later

    @property
    def after(self) -> Watch:
        """The watch after the step, with what has been sent so far."""
        return replace(
            self.step.watch,
            home=self.watch.home,
            shown=self.watch.shown,
            shown_stuck=self.watch.shown_stuck,
            shown_as=self.watch.shown_as,
            sending=self.watch.sending,
            card_tries=self.watch.card_tries,
            first_forecast=self.watch.first_forecast,
            claim_notices=self.watch.claim_notices,
        )

    @property
    def asked_for(self) -> bool:
        """Whether to edit the card even if the order did not change.

        True for a click, for a new name or watcher, and before a notice is posted again: the edit shows
        whether Slack takes messages here.
        """
        unsure = self.watch.sending is not None or self.watch.condition is Condition.PAUSED
        return self.by is not None or unsure or self.watch.shown_as != self.step.watch.face


@dataclass(frozen=True)
class Notifier:
    watches: Watches
    channel_settings: ChannelSettings
    card_pictures: CardPictures
    channels: Channels
    sender: Sender
    pacing: SlackRateLimits
    rules: Rules
    metrics: Metrics
    now: Callable[[], datetime]

    async def send(self, update: WatchUpdate) -> None:
        """Edits the card and posts the notice, where the step asks for it.

        Raises SlackError. What was sent before the error is in `update.watch`. A notice waits for its card's
        edit once. Where Slack still takes no edits, it is posted, and `update.late_edit` says when to edit.
        """
        step, location = update.step, update.watch.home
        wanted = step.edit or (update.asked_for and update.view is not None)
        edits = wanted and location is not None and await self._may_edit(update)
        closes = step.closes and update.watch.claim_notices
        if edits or step.notice or closes:
            await self._check_audience(update.watch)
        if edits and location:
            try:
                await self._edit(update, location)
            except SlackBusy as busy:
                waited = update.watch.delay is Delay.SLACK and step.watch.condition is not Condition.ENDED
                if not (step.notice and waited):
                    raise
                update.late_edit = busy
        if step.notice and any(map(step.notice.concerns, update.watch.watchers)):
            await self._notify(update, step.notice)
        if closes:
            await self._close_notices(update)

    async def _check_audience(self, watch: Watch) -> None:
        """Raises CannotPost in a channel shared with another company, ScopeMissing if Slack does not say."""
        await self.channels.require_own(None if watch.is_direct else watch.place)

    async def _may_edit(self, update: WatchUpdate) -> bool:
        if update.step.at_once or update.asked_for:
            return True
        shown = update.watch.shown
        since = self.now() - shown.at if shown else MIN_TIME_BETWEEN_EDITS
        return not timedelta(0) <= since < MIN_TIME_BETWEEN_EDITS and await self.pacing.has_room_to_update()

    async def _edit(self, update: WatchUpdate, location: CardLocation) -> None:
        after, view = update.after, update.view
        stuck = view is not None and is_stuck(after, self.rules)
        drawn = replace(after, shown_stuck=stuck)
        try:
            if location.card_ts:
                place = after.team_id, location.channel_id, location.card_ts
                view = await self.card_pictures.added(view, *place) if view else None
                await self.sender.update(
                    location.channel_id,
                    location.card_ts,
                    notices.watch_card(drawn, replace(view, by=update.by) if view else None),
                    brief=partial(notices.brief_card, drawn),
                    patient=update.by is not None,
                )
        except SlackRefused as error:  # a bug in the card must not hold back the notice
            log.warning("slack refused a card", slack=error.code)
        except Gone:  # the card was deleted: nothing replaces it before the next notice
            thread_only = None if location.card_ts == location.thread_ts else replace(location, card_ts=None)
            update.watch = replace(update.watch, home=thread_only)
        shown = update.watch.first_forecast or (view.forecast if view else None)
        update.watch = replace(
            update.watch,
            shown=after.seen,
            shown_stuck=stuck,
            shown_as=after.face,
            first_forecast=shown,
        )

    async def _close_notices(self, update: WatchUpdate) -> None:
        """Takes "I'm on it" off the notices. It never fails: the notice of the end is posted already.

        What Slack takes later, the next check edits, if there is one.
        """
        for posted in update.watch.claim_notices:
            drawn = notices.closed_notice(update.watch, posted)
            try:
                await self.sender.update(posted.channel_id, posted.ts, drawn, patient=update.by is not None)
            except SlackBusy as busy:
                if update.step.watch.condition is not Condition.ENDED:
                    update.late_edit = busy
                    continue
            except SlackError as error:  # deleted, say
                log.warning("slack refused to edit a notice", slack=error.code)
            left = tuple(each for each in update.watch.claim_notices if each != posted)
            update.watch = replace(update.watch, claim_notices=left)

    async def _notify(self, update: WatchUpdate, notice: Notice) -> None:
        """Posts the notice, unless Slack may have taken two posts of it. A refused post does not count."""
        sent = update.watch.sending
        posts = sent.tries if sent and sent.kind is notice.kind else 0
        if posts >= MAX_POSTS_PER_NOTICE:
            return
        location = update.watch.home or await self._post_new_card(update)
        channel = location.channel_id if location else update.watch.place
        await self.pacing.wait_to_post(channel)
        await self._save(update, replace(update.watch, sending=Sending(kind=notice.kind, tries=posts + 1)))
        watch, view = update.after, update.view
        tally = view.progress.tally if view else None
        now = self.now()
        try:
            posted = await self.sender.post_once(
                channel,
                notices.notice(watch, notice, view, now, caused_by=update.by),
                thread_ts=location.thread_ts if location else None,
                broadcast=await self.channel_settings.broadcast(watch.team_id, watch.place),
                brief=lambda: cards.sentence_card(notice_text.what_happened(watch, notice, tally)),
            )
        except Gone:  # the thread was deleted: the next attempt posts a new card first
            await self._save(update, replace(update.watch, sending=sent, home=None))
            raise SlackBusy("thread_gone", retry_after=1.0) from None
        except SlackError as error:
            if not may_be_posted(error):
                update.watch = replace(update.watch, sending=sent)
            raise
        if kept := notices.claim_notice(watch, notice, view, now, posted, caused_by=update.by):
            update.watch = replace(update.watch, claim_notices=(*update.watch.claim_notices, kept))
        self.metrics.notice(notice.kind)

    async def _post_new_card(self, update: WatchUpdate) -> CardLocation | None:
        """Posts a card in place of a deleted one. None when Slack may have taken two posts of it."""
        posts = update.watch.card_tries
        if posts >= MAX_POSTS_PER_NOTICE:
            return None
        await self.pacing.wait_to_post(update.watch.place)
        await self._save(update, replace(update.watch, card_tries=posts + 1))
        try:
            after, view = update.after, update.view
            view = await self.card_pictures.added(view, after.team_id, update.watch.place) if view else None
            card, brief = notices.watch_card(after, view), partial(notices.brief_card, after)
            channel, ts = await self.sender.post_once(update.watch.place, card, brief=brief)
        except SlackError as error:
            if not may_be_posted(error):
                update.watch = replace(update.watch, card_tries=posts)
            raise
        location = CardLocation(channel_id=channel, card_ts=ts, thread_ts=ts)
        drawn = replace(update.watch, home=location, card_tries=0, shown=after.seen, shown_as=after.face)
        await self._save(update, drawn)
        return location

    async def _save(self, update: WatchUpdate, watch: Watch) -> None:
        update.watch = watch
        await self.watches.note(watch)


def may_be_posted(error: SlackError) -> bool:
    """Whether Slack may have taken the post all the same."""
    return isinstance(error, SlackBusy) and error.maybe_done
