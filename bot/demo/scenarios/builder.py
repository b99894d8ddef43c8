"""Builds the orders and acts of a day. All random values come from one seeded generator."""

import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random

from bot.demo.scenarios.models import MINUTE, STUCK_SECONDS, Act, ActKind, Order
from bot.sandbox.autoenhance.progress import Rhythm

_NAMES = (
    "ada bea carl dora elif finn greta hugo ines jonas kim lea "
    "mats nora omar pia quinn rosa sam tess umut vera wim yara"
)
PEOPLE = tuple(_NAMES.split())
_STREETS = (
    "Cedar Lane",
    "Mill Road",
    "Rose Barn",
    "Lake View",
    "Abbey Court",
    "Orchard Way",
    "Castle Hill",
    "Dove House",
    "Linden Square",
    "Old Brewery",
)


@dataclass
class ScenarioBuilder:
    """Collects the orders and the acts of one day."""

    random: Random
    channels: Sequence[str]
    people: Sequence[str] = PEOPLE
    orders: list[Order] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    _numbers: "Iterator[int]" = field(default_factory=lambda: itertools.count(101))

    def upload(
        self,
        count: int,
        *,
        begins: float,
        within: float,
        photos: tuple[int, int] = (8, 40),
        pace: tuple[float, float] = (4.0, 12.0),
        failing: float = 0.15,
    ) -> list[Order]:
        """`count` orders, uploaded within `within` seconds. `failing` is the share with failed photos."""
        made = [
            self._order(begins + self.random.uniform(0, within), photos, pace, failing) for _ in range(count)
        ]
        self.orders += made
        return made

    def _order(self, at: float, photos: tuple[int, int], pace: tuple[float, float], failing: float) -> Order:
        count = self.random.randint(*photos)
        failures = self.random.randint(1, 3) if self.random.random() < failing else 0
        order = Order(
            id=str(uuid.UUID(int=self.random.getrandbits(128), version=4)),
            name=f"{next(self._numbers)} {self.random.choice(_STREETS)}",
            at=round(at, 1),
            photos=count,
            pace=round(self.random.uniform(*pace), 2),
            grouping=round(self.random.uniform(15, 90), 1),
            failures=failures,
            good=self.random.randint(0, count - failures),
        )
        return _downloaded(_in_a_rhythm(order))

    def watch(self, orders: Sequence[Order], *, share: float = 0.8, within: float = 90.0) -> None:
        """Watch a `share` of the orders within `within` seconds after the upload.

        Some are watched twice, some in two channels, and some for failures only.
        """
        for order in orders:
            if self.random.random() >= share:
                continue
            first, second = self.random.sample(list(self.channels), 2)
            at = order.at + self.random.uniform(5, within)
            draw = self.random.random()
            self.act(at, ActKind.WATCH_FAILURES if draw < 0.1 else ActKind.WATCH, order, channel=first)  # noqa: PLR2004
            if 0.1 <= draw < 0.25:  # noqa: PLR2004
                self.act(at + self.random.uniform(1, within), ActKind.WATCH, order, channel=first)
            elif 0.25 <= draw < 0.35:  # noqa: PLR2004
                self.act(at + self.random.uniform(1, within), ActKind.WATCH, order, channel=second)

    def ask(self, orders: Sequence[Order], count: int, *, begins: float, within: float) -> None:
        """`count` look-ups of random orders. Half of them are re-checked or shared some minutes later."""
        for _ in range(count):
            order, channel = self.random.choice(orders), self.random.choice(self.channels)
            who = self.random.choice(self.people)
            at = max(begins + self.random.uniform(0, within), order.at + 1)
            self.act(at, ActKind.ASK, order, who=who, channel=channel)
            later = at + self.random.uniform(60, 400)
            match self.random.randrange(6):
                case 0 | 1:
                    self.act(later, ActKind.AGAIN, order, who=who, channel=channel)
                case 2:
                    self.act(later, ActKind.SHARE, order, who=who, channel=channel)

    def press(self, count: int, *, begins: float, within: float) -> None:
        """`count` clicks on the cards of watches that began before `begins`."""
        watched = [act for act in self.acts if act.kind is ActKind.WATCH and act.at < begins]
        for _ in range(count):
            watch = self.random.choice(watched)
            at = begins + self.random.uniform(0, within)
            self.acts.append(
                _act(at, ActKind.CARD, self.random.choice(self.people), watch.channel, watch.order)
            )

    def look_around(self, count: int, *, begins: float, within: float) -> None:
        """`count` acts about no order: lists, searches and Home tabs."""
        for _ in range(count):
            kind = self.random.choice([ActKind.LIST, ActKind.FIND, ActKind.HOME])
            self.act(begins + self.random.uniform(0, within), kind)

    def act(
        self, at: float, kind: ActKind, order: Order | None = None, *, who: str = "", channel: str = ""
    ) -> None:
        """Add one act. Without `who` or `channel`, they are random."""
        who, channel = who or self.random.choice(self.people), channel or self.random.choice(self.channels)
        self.acts.append(_act(at, kind, who, channel, order.id if order else ""))

    def in_order(self) -> tuple[tuple[Order, ...], tuple[Act, ...]]:
        by_time = tuple(sorted(self.orders, key=lambda each: each.at))
        return by_time, tuple(sorted(self.acts, key=lambda each: (each.at, each.who, each.kind)))


def _in_a_rhythm(order: Order) -> Order:
    """About half of the orders are regular, and those that would rest so long that they count as stuck."""
    rhythm = Random(order.id).choice([Rhythm.REGULAR, Rhythm.REGULAR, Rhythm.BURSTS, Rhythm.SLOWING])  # noqa: S311
    chosen = replace(order, rhythm=rhythm)
    rests = (later - sooner for sooner, later in pairwise((0.0, *chosen.after_grouping)))
    return chosen if max(rests) < STUCK_SECONDS / 2 else order


def _downloaded(order: Order) -> Order:
    """Three of five orders are downloaded within an hour after their end, a third of those only in part."""
    random = Random(f"{order.id} downloaded")  # noqa: S311
    if random.random() >= 0.6:  # noqa: PLR2004
        return order
    part = random.randint(1, order.photos - 1) if random.randrange(3) == 0 else None
    return replace(order, downloaded_at=order.stops + random.uniform(5, 60) * MINUTE, downloads=part)


def _act(at: float, kind: ActKind, who: str, channel: str, order: str) -> Act:
    return Act(round(at, 1), kind, who, channel, order)
