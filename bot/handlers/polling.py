"""Checks a watched order once, and updates each place that watches it.

The row of a watch is all the memory there is. What could not be posted is not recorded as posted, so the
next check works it out again. After a kill at any point, the next process does the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.autoenhance.client import Autoenhance
from bot.autoenhance.keys import NO_KEYS
from bot.core.errors import (
    AutoenhanceError,
    CannotPost,
    DatabaseFailed,
    KeyMissing,
    NotAllowed,
    SlackBusy,
    SlackError,
    TryLater,
    is_gone,
)
from bot.core.logging import reference
from bot.handlers.key_use import KeyUse
from bot.handlers.notifier import Notifier, WatchUpdate
from bot.handlers.order_views import add_brackets, order_seen, order_view, without
from bot.jobs.background import CheckOrder, NotifyOwner, NotifyPaused
from bot.jobs.models import CardLine, Job, LookUp
from bot.jobs.requests import Message
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.render import cards
from bot.slack.render.models import FailedLookUp, OrderView
from bot.slack.text import notices as notice_text
from bot.storage.history import History
from bot.storage.watches import Watches
from bot.watches.last_calls import planned
from bot.watches.models import END_KINDS, CardLocation, Condition, Delay, Ending, Watch
from bot.watches.transitions import (
    Rules,
    Step,
    asks_for_brackets,
    next_step,
    put_off,
    untold,
    waits_for_slack,
)

PAUSED_RETRY_SECONDS = 3600.0  # until the bot posts again to a place that refused a post
UNPROMISED_WATCH_ENDS_AFTER = timedelta(hours=7)  # longer than MAX_SLACK_WAIT, the wait for its start
NOT_ALLOWED_RETRY_SECONDS = 300.0  # the same, where only an admin can help, or while a start is not answered
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Polling:
    autoenhance: Autoenhance
    key_use: KeyUse
    watches: Watches
    history: History
    notifier: Notifier
    sender: Sender
    responder: Responder
    record: Callable[[Job], Awaitable[Any]]  # records a job, which then outlives this attempt
    rules: Rules
    now: Callable[[], datetime]
    several_processes: bool
    """Other processes edit the same cards. An answer from before this job began may be older than theirs."""

    async def check(self, job: CheckOrder, _attempt: int) -> None:
        """Raises no AutoenhanceError or SlackError: each watch is saved with the time of its next check.

        A watch whose place refused a message waits for its own time, however often another place is due.
        """
        now = self.now()
        found = [
            each
            for each in await self.watches.of_order(job.team_id, job.order)
            if not waits_for_slack(each, now)
        ]
        watches = [watch for watch in found if watch.promised]
        await _all(self._check_promise(watch) for watch in found if not watch.promised)
        if self.autoenhance.demands_keys:
            await self._check_each_place(job, watches)
        elif watches:
            await self._check_watches(job, watches)

    async def _check_each_place(self, job: CheckOrder, watches: Sequence[Watch]) -> None:
        """Each with the keys of its own place, and with nothing that another place's keys have brought."""
        places = {watch.place for watch in watches}
        await _all(
            self._check_watches(job, [watch for watch in watches if watch.place == place]) for place in places
        )

    async def _check_watches(self, job: CheckOrder, watches: Sequence[Watch]) -> None:
        """With one answer for all, and with keys only if all are in one place."""
        place, *others = {watch.place for watch in watches}
        keys = NO_KEYS if others else self.key_use.at(job.team_id, place)
        now = self.now()
        try:
            fetched = await self.autoenhance.order(job.order, fresh=self.several_processes, keys=keys)
            view = order_view(fetched, job.order)
            tally = view.progress.tally
            if any(asks_for_brackets(watch, tally, now, self.rules) for watch in watches):
                view = await add_brackets(self.autoenhance, fetched, view, keys)
        except AutoenhanceError as error:
            if is_gone(error):
                await self._update_all(watches, None)
            elif isinstance(error, KeyMissing) and others:
                await self._check_each_place(job, watches)
            else:
                await _all(self._unanswered(watch, error) for watch in watches)
        else:
            await self._update_all(watches, view)

    async def recheck(self, job: LookUp, card: Message, view: OrderView | FailedLookUp) -> bool:
        """A click on Re-check on the card of a watch is a check, and its card is edited at once.

        False if `card` belongs to no watch: then the caller draws it. Raises SlackError.
        """
        if isinstance(view, FailedLookUp) and not is_gone(view.error):
            return False
        watches = await self.watches.of_order(job.team_id, view.order)
        here = next((watch for watch in watches if _is_card(watch.home, card)), None)
        if here is None:
            return False
        seen = view if isinstance(view, OrderView) else None
        others = [each for each in watches if each is not here and not waits_for_slack(each, self.now())]
        if seen and seen.with_key:  # what this place may see is not for the others
            others = []
        refused, _ = await asyncio.gather(
            self._update_one(here, seen, by=job.asker.user_id), self._update_all(others, seen)
        )
        if refused and (seen is None or isinstance(refused, SlackBusy)):
            raise refused
        if isinstance(view, FailedLookUp):
            await self.responder.say(job, view.sentence, alone=True)
        elif refused:  # the card cannot be edited: the person who clicked gets an ephemeral one
            await self.responder.give(job, lambda placement: cards.orders_card([view], placement), alone=True)
        return True

    async def _update_all(self, watches: Sequence[Watch], view: OrderView | None) -> None:
        """Side by side: a slow channel holds up no other."""
        await _all(self._update_one(watch, view) for watch in watches)

    async def _update_one(
        self, watch: Watch, view: OrderView | None, by: str | None = None
    ) -> SlackError | None:
        """Sends and saves one watch. The error if Slack refused; the watch is saved with its next attempt."""
        now = self.now()
        off = await self._lines_off(watch, view)
        if CardLine.BRACKETS in off:
            watch = replace(watch, brackets=None, uploaded=None)
        step = self._step(watch, without(off, view) if view else None, now)
        view = without(off, replace(view, forecast=step.watch.forecast)) if view else None
        update = WatchUpdate(watch, step, view, by)
        if step.notice and step.notice.kind in END_KINDS:
            await self._ask_for_picture(watch)
        refused, later = await self._sent(update, now)
        if later.ending is Ending.DELETED and later.home:
            await self.notifier.card_pictures.order_gone(later.team_id, later.home.channel_id, later.order)
        await self.watches.save(later, planned(later, view.expiry if view else None, now))
        if view and step.notice and step.notice.kind in END_KINDS and later.told_over == view.progress.tally:
            await self._remember_end(later, view, step.notice.happened or now)
        return refused

    async def _ask_for_picture(self, watch: Watch) -> None:
        """Before anything is sent, so that a kill loses no picture. Its job waits for this check."""
        if job := await self.notifier.card_pictures.at_end(watch):
            await self.record(job)

    async def _sent(self, update: WatchUpdate, now: datetime) -> tuple[SlackError | None, Watch]:
        """The error if Slack refused, and the watch to save."""
        watch, step = update.watch, update.step
        refused: SlackError | None = None
        try:
            await self.notifier.send(update)
            later = replace(update.after, sending=None)
            if busy := update.late_edit:
                refused, later = busy, put_off(later, now, Delay.SLACK, busy.retry_after)
        except SlackBusy as error:
            refused, later = error, put_off(untold(update.watch, step), now, Delay.SLACK, error.retry_after)
        except CannotPost as error:
            await self.notifier.card_pictures.refused(watch.team_id, watch.place, error)
            refused, later = error, await self._pause(update, error.code, now)
        except SlackError as error:
            # If not known, it is a bug or an error code that the bot does not know.
            known = isinstance(error, NotAllowed)
            why = "slack does not allow posting" if known else "slack refused a notice"
            log.warning(why, slack=error.code)
            refused, later = (
                error,
                put_off(untold(update.watch, step), now, Delay.SLACK, NOT_ALLOWED_RETRY_SECONDS),
            )
            if step.watch.condition is Condition.ENDED and not known:
                later = await self._pause(update, error.code, now)
        return refused, later

    async def _remember_end(self, watch: Watch, view: OrderView, done: datetime) -> None:
        """The watch is saved already: without its row, only the history lacks this order."""
        seen = replace(order_seen(view), began=watch.began, done=done, shown=watch.first_forecast)
        with suppress(DatabaseFailed):
            if await self.history.ended(watch.team_id, watch.order, seen) and seen.outcome:
                self.notifier.metrics.forecast(seen.outcome)

    async def _lines_off(self, watch: Watch, view: OrderView | None) -> frozenset[CardLine]:
        """The lines that a person turned off there. Read only where there may be such a line."""
        if not (watch.pace or watch.brackets or (view and (view.brackets or view.expiry))):
            return frozenset()
        return await self.notifier.channel_settings.lines_off(watch.team_id, watch.place)

    async def _check_promise(self, watch: Watch) -> None:
        """Waits while its start may be answered. After UNPROMISED_WATCH_ENDS_AFTER, removes the watch."""
        now = self.now()
        if now - watch.watchers[0].since > UNPROMISED_WATCH_ENDS_AFTER:
            await self.watches.remove(watch)
        else:
            await self.watches.save(put_off(watch, now, Delay.SLACK, NOT_ALLOWED_RETRY_SECONDS))

    async def _unanswered(self, watch: Watch, error: AutoenhanceError) -> None:
        """The watch is checked again later. One that a person stopped ends now, without an answer."""
        if watch.condition is Condition.ENDING:
            await self._update_one(watch, None)
            return
        seconds = error.retry_after if isinstance(error, TryLater) else None
        later = put_off(watch, self.now(), Delay.AUTOENHANCE, seconds)
        await self.watches.save(replace(later, missing=0.0, missed_at=None))

    def _step(self, watch: Watch, view: OrderView | None, now: datetime) -> Step:
        """A paused watch whose order was found is open again. Of a stopped one, only the card is edited."""
        named = replace(watch, name=view.name) if view else watch
        if watch.condition is Condition.ENDING:
            return Step(replace(named, condition=Condition.ENDED), edit=True, at_once=True, closes=True)
        tally, updated = (view.progress.tally, view.updated) if view else (None, None)
        step = next_step(named, tally, now, self.rules, updated, brackets=view.brackets if view else None)
        if view and step.watch.condition is not Condition.ENDED:
            step = replace(step, watch=replace(step.watch, condition=Condition.OPEN, reason=""))
        return step

    async def _pause(self, update: WatchUpdate, code: str, now: datetime) -> Watch:
        """The watch, paused until its place takes posts again.

        The owner gets one direct message a day for each place and reason. A watch that has ended is not
        paused: its owner gets its last notice by direct message.
        """
        watch, step, owner = update.watch, update.step, update.watch.watchers[0].user_id
        if step.watch.condition is Condition.ENDED:
            if step.notice and watch.place != owner:
                tally = update.view.progress.tally if update.view else None
                paused = replace(watch, condition=Condition.PAUSED, reason=code)
                job = NotifyOwner(
                    key=f"unsaid:{watch.id}",
                    reference=reference(),
                    team_id=watch.team_id,
                    user_id=owner,
                    text=notice_text.last_notice_to_owner(paused, step.notice, tally),
                )
                await self.record(job)
            return update.after
        if watch.condition is not Condition.PAUSED and watch.place != owner:
            notify = NotifyPaused(
                key=f"parked:{watch.team_id}:{watch.place}:{owner}:{code}",
                reference=reference(),
                team_id=watch.team_id,
                user_id=owner,
                place=watch.place,
                reason=code,
                order=watch.order,
            )
            await self.record(notify)
        later = put_off(untold(watch, step), now, Delay.PLACE, PAUSED_RETRY_SECONDS)
        return replace(later, condition=Condition.PAUSED, reason=code)


async def _all(updates: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Runs all side by side, and waits for each even if one fails: the next check must not overlap them.

    Raises what an update raised. An error that an update returns is its result, and concerns no other.
    """
    tasks = [asyncio.ensure_future(update) for update in updates]
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        task.result()


def _is_card(location: CardLocation | None, card: Message) -> bool:
    return location is not None and (location.channel_id, location.card_ts) == (card.channel_id, card.ts)
