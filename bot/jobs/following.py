"""Looking at what is watched: one look for each order, told to everybody who watches it.

The watch's row is all the memory there is. What could not be told is not recorded as told, so the next
look works it out again; killed at any point, the next process does the same.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.errors import (
    AutoenhanceError,
    CannotPost,
    NotAllowed,
    OrderNotFound,
    SlackBusy,
    SlackError,
    TryLater,
)
from bot.jobs.model import TellParked
from bot.jobs.request import Asker, Message
from bot.jobs.seeing import order_view
from bot.jobs.telling import Round, Telling
from bot.jobs.tools import Tools
from bot.logs import new_reference
from bot.orders.ids import OrderId
from bot.slack import notices
from bot.slack.shown import OrderView
from bot.watches.model import Condition, Delay, Home, Watch
from bot.watches.steps import Step, next_step, put_off

PARKED = 3600.0  # seconds until a place that refused us is tried again
NOT_ALLOWED = 300.0  # the same, where only an admin can help
log = structlog.get_logger(__name__)


class Following:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._telling = Telling(tools)

    async def look(self, team_id: str, order: OrderId) -> None:
        """Raises nothing of what Autoenhance or Slack answered: each watch knows when to look again."""
        watches = await self._tools.stores.watches.of_order(team_id, order)
        if not watches:
            return
        try:
            view = order_view(await self._tools.orders.order(order), order)
        except OrderNotFound:
            await self._follow(watches, None)
        except AutoenhanceError as error:
            seconds = error.retry_after if isinstance(error, TryLater) else None
            later = [put_off(watch, self._tools.now(), Delay.AUTOENHANCE, seconds) for watch in watches]
            await asyncio.gather(*map(self._tools.stores.watches.save, later))
        else:
            await self._follow(watches, view)

    async def clicked(self, asker: Asker, view: OrderView, card: Message) -> bool:
        """A look that somebody made from this card; False if it is no watch's, and theirs to draw."""
        watches = await self._tools.stores.watches.of_order(asker.team_id, view.order)
        if not any(_stands(watch.home, card) for watch in watches):
            return False
        await self._follow(watches, view, by=asker.user_id)
        return True

    async def watched(self, team_id: str, place: str, order: OrderId) -> Watch | None:
        """The watch of this order in this place, if there is one, resting ones too."""
        found = await self._tools.stores.watches.of_order(team_id, order)
        return next((watch for watch in found if watch.place == place), None)

    async def _follow(self, watches: list[Watch], view: OrderView | None, by: str | None = None) -> None:
        """Side by side: a channel that is slow holds up no other."""
        await asyncio.gather(*(self._follow_one(watch, view, by) for watch in watches))

    async def _follow_one(self, watch: Watch, view: OrderView | None, by: str | None) -> None:
        now = self._tools.now()
        step = self._step(watch, view, now)
        telling = Round(watch, step, view, by)
        try:
            await self._telling.tell(telling)
            later = telling.after.model_copy(update={"sending": None})
        except SlackBusy as busy:
            later = put_off(telling.watch, now, Delay.SLACK, busy.retry_after)
        except CannotPost as error:
            later = await self._park(telling, error.code, now)
        except SlackError as error:
            known = isinstance(error, NotAllowed)  # if not: our mistake, or a word that we do not know
            why = "slack lets us post no more" if known else "slack refused a notice"
            log.warning(why, slack=error.code, reference=new_reference())
            later = put_off(telling.watch, now, Delay.SLACK, NOT_ALLOWED)
        await self._tools.stores.watches.save(later)

    def _step(self, watch: Watch, view: OrderView | None, now: datetime) -> Step:
        """One that rested and can be told is open again."""
        tally = view.progress.tally if view else None
        step = next_step(watch, tally, now, self._tools.rules, view.updated if view else None)
        over = step.watch.condition is Condition.ENDED
        changed: dict[str, Any] = {"condition": Condition.ENDED if over else Condition.OPEN, "reason": ""}
        if view:
            changed["name"] = view.name
        return replace(step, watch=step.watch.model_copy(update=changed))

    async def _park(self, telling: Round, code: str, now: datetime) -> Watch:
        """Rests until its place takes messages again; the owner hears of it once a day and place."""
        watch, owner = telling.watch, telling.watch.watchers[0].user_id
        if telling.step.watch.condition is Condition.ENDED:
            return telling.after
        if watch.condition is not Condition.PARKED and watch.place != owner:
            key = f"parked:{watch.team_id}:{watch.place}:{owner}:{code}"
            told = TellParked(key=key, team_id=watch.team_id, user_id=owner, place=watch.place, reason=code)
            await self._tools.record(told)
        aged = {"lived": telling.step.watch.lived, "seen": telling.step.watch.seen}
        resting = {"condition": Condition.PARKED, "reason": code, **aged}
        return put_off(watch, now, Delay.SLACK, PARKED).model_copy(update=resting)

    async def tell_parked(self, job: TellParked) -> None:
        """Raises SlackError."""
        there = await self._tools.stores.watches.at(job.team_id, job.place)
        mine = [watch for watch in there if watch.watchers[0].user_id == job.user_id]
        if mine:
            await self._tools.post.message(job.user_id, notices.parked(job.place, job.reason, mine))


def _stands(home: Home | None, card: Message) -> bool:
    return home is not None and (home.channel_id, home.card_ts) == (card.channel_id, card.ts)
