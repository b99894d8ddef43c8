"""Hands that write scripts. Everything chance decides comes from one seeded generator."""

import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from bot.demo.scenarios.models import Act, Order, What

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

    luck: Random
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
        """So many orders, uploaded within so many seconds; `failing` is the share that has failures."""
        made = [
            self._order(begins + self.luck.uniform(0, within), photos, pace, failing) for _ in range(count)
        ]
        self.orders += made
        return made

    def _order(self, at: float, photos: tuple[int, int], pace: tuple[float, float], failing: float) -> Order:
        count = self.luck.randint(*photos)
        failures = self.luck.randint(1, 3) if self.luck.random() < failing else 0
        return Order(
            id=str(uuid.UUID(int=self.luck.getrandbits(128), version=4)),
            name=f"{next(self._numbers)} {self.luck.choice(_STREETS)}",
            at=round(at, 1),
            photos=count,
            pace=round(self.luck.uniform(*pace), 2),
            grouping=round(self.luck.uniform(15, 90), 1),
            failures=failures,
            good=self.luck.randint(0, count - failures),
        )

    def watch(self, orders: Sequence[Order], *, share: float = 0.8, within: float = 90.0) -> None:
        """A `share` of them soon after the upload: some by two, in two channels, or of failures only."""
        for order in orders:
            if self.luck.random() >= share:
                continue
            first, second = self.luck.sample(list(self.channels), 2)
            at = order.at + self.luck.uniform(5, within)
            rare = self.luck.random()
            self.act(at, What.WATCH_FAILURES if rare < 0.1 else What.WATCH, order, channel=first)  # noqa: PLR2004
            if 0.1 <= rare < 0.25:  # noqa: PLR2004
                self.act(at + self.luck.uniform(1, within), What.WATCH, order, channel=first)
            elif 0.25 <= rare < 0.35:  # noqa: PLR2004
                self.act(at + self.luck.uniform(1, within), What.WATCH, order, channel=second)

    def ask(self, orders: Sequence[Order], count: int, *, begins: float, within: float) -> None:
        """So many questions about any of them; every third is asked again, or shared, some minutes later."""
        for _ in range(count):
            order, channel = self.luck.choice(orders), self.luck.choice(self.channels)
            who = self.luck.choice(self.people)
            at = max(begins + self.luck.uniform(0, within), order.at + 1)
            self.act(at, What.ASK, order, who=who, channel=channel)
            later = at + self.luck.uniform(60, 400)
            match self.luck.randrange(6):
                case 0 | 1:
                    self.act(later, What.AGAIN, order, who=who, channel=channel)
                case 2:
                    self.act(later, What.SHARE, order, who=who, channel=channel)

    def press(self, count: int, *, begins: float, within: float) -> None:
        """So many clicks on the cards of watches that began before."""
        watched = [act for act in self.acts if act.what is What.WATCH and act.at < begins]
        for _ in range(count):
            watch = self.luck.choice(watched)
            at = begins + self.luck.uniform(0, within)
            self.acts.append(_act(at, What.CARD, self.luck.choice(self.people), watch.channel, watch.order))

    def look_around(self, count: int, *, begins: float, within: float) -> None:
        """Lists, searches and Home tabs."""
        for _ in range(count):
            what = self.luck.choice([What.LIST, What.FIND, What.HOME])
            self.act(begins + self.luck.uniform(0, within), what)

    def act(
        self, at: float, what: What, order: Order | None = None, *, who: str = "", channel: str = ""
    ) -> None:
        """By anybody, anywhere, where it is not said."""
        who, channel = who or self.luck.choice(self.people), channel or self.luck.choice(self.channels)
        self.acts.append(_act(at, what, who, channel, order.id if order else ""))

    def in_order(self) -> tuple[tuple[Order, ...], tuple[Act, ...]]:
        by_time = tuple(sorted(self.orders, key=lambda each: each.at))
        return by_time, tuple(sorted(self.acts, key=lambda each: (each.at, each.who, each.what)))


def _act(at: float, what: What, who: str, channel: str, order: str) -> Act:
    return Act(round(at, 1), what, who, channel, order)
