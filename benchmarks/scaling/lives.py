"""Assumed orders, and the watches that follow them. Each check is the bot's own `next_step`."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.watches import schedule
from bot.watches.models import CardLocation, Watch, Watcher
from bot.watches.transitions import Rules, Step, is_stuck, next_step
from bot.web.autoenhance_webhook import SETTLE_TIME

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = Rules()
MINUTE, HOUR = 60.0, 3600.0

KINDS = {"usual": 0.97, "late": 0.02, "stuck": 0.005, "idle": 0.005}  # of the watches that are begun
WORKS = (3 * MINUTE, HOUR)  # from the upload to the end
GROUPS = (10.0, 5 * MINUTE)  # of that, before the first photo; at most half of it
WAITS = (10 * MINUTE, 24 * HOUR)  # for the upload, where the watch begins before it
PHOTOS = (10, 80)
FAIL = 0.1  # of the orders have a photo that fails
BEGUN = 0.5  # a watch begins at any time in so much of the work


@dataclass(frozen=True)
class Way:
    """What makes a check due. `hooked`: Autoenhance's webhook calls. `net` may change the schedule."""

    name: str
    hooked: bool
    net: Callable[[Step], Step] = lambda step: step


@dataclass(frozen=True)
class Order:
    """The course of one order. Times are seconds since it was created."""

    kind: str
    photos: int
    moves: int  # photos after which there is no more progress
    fails: int  # the number of the photo that fails, from 1. 0 for none
    uploaded: float
    grouped: float
    ends: float
    watched: float  # when the watch begins

    def photo(self, number: int) -> float:
        """When the photo with this number ends. Infinity if it never does."""
        if number > self.moves:
            return math.inf
        return self.grouped + (self.ends - self.grouped) * number / self.photos

    def ended(self, at: float) -> int:
        """How many photos have ended at this time."""
        if at < self.grouped:
            return 0
        share = (at - self.grouped) / (self.ends - self.grouped)
        return min(int(share * self.photos + 1e-9), self.moves)

    def tally(self, at: float) -> Counts:
        ended = self.ended(at)
        failed = int(0 < self.fails <= ended)
        finished = State.ATTENTION if failed else State.READY
        working = State.GROUPING if at < self.grouped else State.ENHANCING
        state = State.WAITING if at < self.uploaded else finished if ended == self.photos else working
        total = 0 if state in {State.WAITING, State.GROUPING} else self.photos
        return Counts(state=state, total=total, done=ended - failed, failed=failed, waiting=total - ended)

    def wakes(self, seen: int, share: int) -> float:
        """When the webhook makes a check due, after a check that saw `seen` photos ended."""
        calls = [self.photo(seen + share), self.photo(self.photos)]
        if self.fails > seen:
            calls.append(self.photo(self.fails))
        return min((call for call in calls if call > self.photo(seen)), default=math.inf)


def order(luck: Random, kind: str) -> Order:
    photos = luck.randint(*PHOTOS)
    uploaded = {"late": _between(luck, *WAITS), "idle": math.inf}.get(kind, 0.0)
    works = _between(luck, *WORKS)
    grouped = uploaded + min(_between(luck, *GROUPS), works / 2)
    return Order(
        kind=kind,
        photos=photos,
        moves=luck.randrange(photos) if kind == "stuck" else photos,
        fails=luck.randint(1, photos) if luck.random() < FAIL else 0,
        uploaded=uploaded,
        grouped=grouped,
        ends=uploaded + works,
        watched=luck.uniform(0, BEGUN * works) if kind in {"usual", "stuck"} else 0.0,
    )


def any_order(luck: Random) -> Order:
    """An order of a random kind, by the shares in `KINDS`."""
    return order(luck, luck.choices(list(KINDS), list(KINDS.values()))[0])


def _between(luck: Random, least: float, most: float) -> float:
    """A random time, evenly on a logarithmic scale: half are below the geometric mean."""
    return math.exp(luck.uniform(math.log(least), math.log(most)))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def seconds(at: datetime) -> float:
    return (at - START).total_seconds()


def begun(order: Order, number: int, way: Way) -> Watch:
    """The watch as the job that begins it stores it: the order was checked once, and its card is posted.

    With the webhook, it has called about other orders lately, so that its calls are expected.
    """
    tally = order.tally(order.watched)
    glimpse, now = Snapshot(tally=tally, at=at(order.watched)), at(order.watched)
    channel, ts = f"C{number % 20_000:010}", f"{1_795_000_000 + number}.{number % 1_000_000:06}"
    watch = Watch(
        id=number,
        team_id=f"T{number % 10_000:010}",
        place=channel,
        order=OrderId(f"{number:08x}-9c1b-4a61-8f7e-2d90b3a6c418"),
        watchers=(Watcher(user_id=f"U{number % 50_000:010}", name="ana.lopez", since=now),),
        home=CardLocation(channel_id=channel, card_ts=ts, thread_ts=ts),
        name="12 Elm Street, Springfield",
        seen=glimpse,
        first=glimpse,
        shown=glimpse,
        shown_as=f"12 Elm Street, Springfield U{number % 50_000:010}:all",
        promised=True,
        hooked=way.hooked,
        known_failed=tally.failed,
        next_look=now,
    )
    pause = schedule.pause(watch, tally)
    return replace(watch, pause=pause, next_look=schedule.at(watch, now, pause))


def look(watch: Watch, order: Order, now: float, way: Way) -> Step:
    step = way.net(next_step(watch, order.tally(now), at(now), RULES))
    if not step.edit:
        return step
    shown = replace(step.watch, shown=step.watch.seen, shown_stuck=is_stuck(step.watch, RULES))
    return Step(shown, step.notice, edit=True)


def due(watch: Watch, order: Order, way: Way) -> float:
    """When the next check is due: as scheduled, or earlier because the webhook called."""
    planned = seconds(watch.next_look)
    if not way.hooked or watch.seen is None:
        return planned
    called = order.wakes(order.ended(seconds(watch.seen.at)), watch.share) + SETTLE_TIME.total_seconds()
    return min(planned, called)


def life(order: Order, number: int, way: Way) -> Iterator[tuple[float, Watch]]:
    """The time of each check, and the watch after it. The first check begins the watch."""
    watch, now = begun(order, number, way), order.watched
    while watch.is_live:
        yield now, watch
        now = due(watch, order, way)
        watch = look(watch, order, now, way).watch
    yield now, watch
