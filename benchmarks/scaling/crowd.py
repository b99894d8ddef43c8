"""The watches that are live at one moment: how many of each kind, and how far each is."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from random import Random

from benchmarks.scaling.lives import KINDS, Order, Way, life, order
from bot.watches.models import Watch

LIVES = {
    "usual": 400,
    "late": 60,
    "stuck": 6,
    "idle": 6,
}  # how many are simulated of each kind. A long one has 2,000 checks


@dataclass(frozen=True)
class Life:
    order: Order
    looks: list[tuple[float, Watch]]

    @property
    def lasts(self) -> float:
        return self.looks[-1][0] - self.looks[0][0]


@dataclass(frozen=True)
class Member:
    """A watch in the middle of its life. `since` is when its order was created, by the crowd's clock."""

    watch: Watch
    order: Order
    since: float


class Crowd:
    """Live watches, taken at random. Long lives are more likely to be found.

    So most of the crowd are the few watches that wait for days.
    """

    def __init__(self, seed: int, way: Way) -> None:
        luck = Random(seed)  # noqa: S311 - no secret
        self.way = way
        self.lives = {kind: [_life(luck, kind, way) for _ in range(number)] for kind, number in LIVES.items()}
        self._all = [life for lives in self.lives.values() for life in lives]
        spans = [
            KINDS[kind] * each.lasts / LIVES[kind] for kind, lives in self.lives.items() for each in lives
        ]
        self._spans = list(accumulate(spans))

    def met(self, number: int, luck: Random) -> Iterator[Member]:
        """`number` watches, each at a random moment of a random life."""
        for _ in range(number):
            found = self._all[bisect_left(self._spans, luck.random() * self._spans[-1])]
            moment = found.looks[0][0] + luck.random() * found.lasts
            _, watch = found.looks[bisect_right(found.looks, moment, key=itemgetter(0)) - 1]
            yield Member(watch, found.order, -moment)

    def mean(self, kind: str) -> tuple[float, float]:
        """The mean seconds and the mean number of checks of one life."""
        lives = self.lives[kind]
        return sum(each.lasts for each in lives) / len(lives), sum(len(each.looks) for each in lives) / len(
            lives
        )

    def share(self, kind: str) -> float:
        """The share of this kind among the live watches."""
        spans = {each: KINDS[each] * self.mean(each)[0] for each in KINDS}
        return spans[kind] / sum(spans.values())


def _life(luck: Random, kind: str, way: Way) -> Life:
    made = order(luck, kind)
    return Life(made, list(life(made, luck.randrange(10**6), way)))
