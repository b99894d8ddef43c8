"""Looking at what is watched: one look for each order, told to everybody who watches it.

The watch's row is all the memory there is. What could not be told is not recorded as told, so the next
look works it out again; killed at any point, the next process does the same.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.core.errors import (
    AutoenhanceError,
    CannotPost,
    NotAllowed,
    OrderNotFound,
    SlackBusy,
    SlackError,
    TryLater,
)
from bot.core.logging import reference
from bot.handlers.context import Tools
from bot.handlers.notifier import Round, Telling
from bot.handlers.views import order_view
from bot.jobs.background import TellOwner, TellParked
from bot.jobs.requests import Asker, Message
from bot.orders.ids import OrderId
from bot.slack.render import cards, notices
from bot.slack.render.models import OrderView
from bot.slack.text import notices as notice_words
from bot.watches.models import Condition, Delay, Home, Watch
from bot.watches.transitions import Step, next_step, put_off, untold

PARKED = 3600.0  # seconds until a place that refused us is tried again
UNPROMISED = timedelta(hours=7)  # longer than Slack is waited for with an answer
NOT_ALLOWED = 300.0  # the same, where only an admin can help
log = structlog.get_logger(__name__)


class Following:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._telling = Telling(tools)

    async def look(self, team_id: str, order: OrderId) -> None:
        """Raises nothing of what Autoenhance or Slack answered: each watch knows when to look again."""
        found = await self._tools.stores.watches.of_order(team_id, order)
        watches = [watch for watch in found if watch.promised]
        await _all(self._wait_for_promise(watch) for watch in found if not watch.promised)
        if not watches:
            return
        try:
            look = await self._tools.orders.order(order, anew=self._tools.beside_others)
            view = order_view(look, order)
        except OrderNotFound:
            await self._follow(watches, None)
        except AutoenhanceError as error:
            await _all(self._unanswered(watch, error) for watch in watches)
        else:
            await self._follow(watches, view)

    async def clicked(self, asker: Asker, order: OrderId, view: OrderView | None, card: Message) -> bool:
        """A look that somebody made from this card; False if it is no watch's, and theirs to draw.

        `view` is None when there was no such order. Raises SlackError when the card could not be edited.
        """
        watches = await self._tools.stores.watches.of_order(asker.team_id, order)
        here = next((watch for watch in watches if _stands(watch.home, card)), None)
        if here is None:
            return False
        others = [watch for watch in watches if watch is not here]
        await self._follow(others, view)
        if refused := await self._follow_one(here, view, by=asker.user_id):
            raise refused
        return True

    async def watched(self, team_id: str, place: str, order: OrderId) -> Watch | None:
        """The watch of this order in this place, if there is one, resting ones too."""
        found = await self._tools.stores.watches.of_order(team_id, order)
        return next((watch for watch in found if watch.place == place and watch.is_live), None)

    async def _follow(self, watches: list[Watch], view: OrderView | None) -> None:
        """Side by side: a slow channel holds up no other. What is refused is tried again by itself."""
        await _all(self._follow_one(watch, view) for watch in watches)

    async def _follow_one(
        self, watch: Watch, view: OrderView | None, by: str | None = None
    ) -> SlackError | None:
        """Why it could not be told, if it could not; the watch knows when to try again."""
        now = self._tools.now()
        refused: SlackError | None = None
        step = self._step(watch, view, now)
        telling = Round(watch, step, view, by)
        try:
            await self._telling.tell(telling)
            later = replace(telling.after, sending=None)
        except SlackBusy as error:
            refused, later = error, put_off(untold(telling.watch, step), now, Delay.SLACK, error.retry_after)
        except CannotPost as error:
            refused, later = error, await self._park(telling, error.code, now)
        except SlackError as error:
            known = isinstance(error, NotAllowed)  # if not: our mistake, or a word that we do not know
            why = "slack lets us post no more" if known else "slack refused a notice"
            log.warning(why, slack=error.code)
            refused, later = error, put_off(untold(telling.watch, step), now, Delay.SLACK, NOT_ALLOWED)
            if step.watch.condition is Condition.ENDED and not known:
                later = telling.after
        await self._tools.stores.watches.save(later)
        return refused

    async def _wait_for_promise(self, watch: Watch) -> None:
        """Whoever asked for it is still being answered; or that was given up, and nobody expects it."""
        now = self._tools.now()
        if now - watch.watchers[0].since > UNPROMISED:
            await self._tools.stores.watches.remove(watch)
        else:
            await self._tools.stores.watches.save(put_off(watch, now, Delay.SLACK, NOT_ALLOWED))

    async def _unanswered(self, watch: Watch, error: AutoenhanceError) -> None:
        """The watch goes on; one that somebody stopped ends without Autoenhance's help."""
        if watch.condition is Condition.ENDING:
            await self._follow_one(watch, None)
            return
        seconds = error.retry_after if isinstance(error, TryLater) else None
        later = put_off(watch, self._tools.now(), Delay.AUTOENHANCE, seconds)
        await self._tools.stores.watches.save(replace(later, missing=0.0, missed_at=None))

    def _step(self, watch: Watch, view: OrderView | None, now: datetime) -> Step:
        """One that rested and can be told is open again; of one that was stopped, only the card is drawn."""
        named = replace(watch, name=view.name) if view else watch
        if watch.condition is Condition.ENDING:
            return Step(replace(named, condition=Condition.ENDED), edit=True, at_once=True)
        tally = view.progress.tally if view else None
        step = next_step(named, tally, now, self._tools.rules, view.updated if view else None)
        if view and step.watch.condition is not Condition.ENDED:
            step = replace(step, watch=replace(step.watch, condition=Condition.OPEN, reason=""))
        return step

    async def _park(self, telling: Round, code: str, now: datetime) -> Watch:
        """Rests until its place takes messages again; the owner hears of it once a day and place."""
        watch, step, owner = telling.watch, telling.step, telling.watch.watchers[0].user_id
        if step.watch.condition is Condition.ENDED:
            if step.notice and watch.place != owner:
                tally = telling.view.progress.tally if telling.view else None
                parked = replace(watch, condition=Condition.PARKED, reason=code)
                job = TellOwner(
                    key=f"unsaid:{watch.id}",
                    reference=reference(),
                    team_id=watch.team_id,
                    user_id=owner,
                    text=notice_words.unsaid(parked, step.notice, tally),
                )
                await self._tools.record(job)
            return telling.after
        if watch.condition is not Condition.PARKED and watch.place != owner:
            told = TellParked(
                key=f"parked:{watch.team_id}:{watch.place}:{owner}:{code}",
                reference=reference(),
                team_id=watch.team_id,
                user_id=owner,
                place=watch.place,
                reason=code,
                order=watch.order,
            )
            await self._tools.record(told)
        later = put_off(untold(watch, step), now, Delay.PLACE, PARKED)
        return replace(later, condition=Condition.PARKED, reason=code)

    async def tell_owner(self, job: TellOwner) -> None:
        """Raises SlackError."""
        await self._tools.post.post(job.user_id, cards.say(job.text))

    async def tell_parked(self, job: TellParked) -> None:
        """Raises SlackError."""
        there = await self._tools.stores.watches.at(job.team_id, job.place)
        mine = [each for each in there if each.watchers[0].user_id == job.user_id and not each.told_over]
        if mine:
            await self._tools.post.post(job.user_id, notices.parked(job.place, job.reason, mine))


async def _all(tellings: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Side by side, to the end of each, whichever fails: the next look must not begin beside them."""
    for ended in await asyncio.gather(*tellings, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended


def _stands(home: Home | None, card: Message) -> bool:
    return home is not None and (home.channel_id, home.card_ts) == (card.channel_id, card.ts)
