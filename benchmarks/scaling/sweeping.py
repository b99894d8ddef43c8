"""Simulated sweeps over many watches: what is due, what the limits allow, and how late it is."""

from collections import Counter, deque
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf
from random import Random
from statistics import quantiles

from benchmarks.scaling.crowd import Crowd
from benchmarks.scaling.lives import any_order, begun, due, look
from bot.bootstrap.app import MAX_CONCURRENT_JOBS as PLACES
from bot.bootstrap.timing import DEFAULT_TIMING
from bot.queue.due_checks import MAX_OPEN_CHECKS
from bot.watches.models import NoticeKind

ANSWER = 0.3  # seconds until Autoenhance has answered and the watch is saved. Assumed, never measured
WORKERS = 8  # processes: enough that their places are not the limit
ENDS = {NoticeKind.FINISHED, NoticeKind.FAILED}


@dataclass(frozen=True)
class Means:
    """The limits of checking. The defaults are those of the bot with one IP address."""

    per_second: float = DEFAULT_TIMING.limits.per_second
    at_once: float = MAX_OPEN_CHECKS
    places: int | None = WORKERS * PLACES  # None for no limit


UNLIMITED = Means(inf, inf, None)


@dataclass
class Result:
    """Counts since the end of the warm-up. Times are in seconds."""

    seconds: float
    calls: Counter[int] = field(default_factory=Counter)  # in each second, to Autoenhance
    lags: list[float] = field(default_factory=list)  # from due to answered
    ends: list[float] = field(default_factory=list)  # from an order's end to its notice
    begun: int = 0
    edits: int = 0
    notices: int = 0
    hooks: int = 0  # calls of the webhook

    @property
    def mean(self) -> float:
        """Calls a second."""
        return self.calls.total() / self.seconds

    @property
    def peak(self) -> int:
        return max(self.calls.values(), default=0)


class Sweeps:
    """The sweeps over a fixed number of watches: when one ends, another begins."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self._random = Random(number)  # noqa: S311 - no secret
        self._way = crowd.way
        members = list(crowd.met(number, self._random))
        self._watches = [each.watch for each in members]
        self._orders = [each.order for each in members]
        self._since = [each.since for each in members]
        self._due = [(self._next(index), index) for index in range(number)]
        heapify(self._due)

    def run(self, means: Means, *, warm: float, seconds: float) -> Result:
        result = Result(seconds)
        under_way, places = deque[float](), deque[float](maxlen=means.places)  # when each has ended
        now = turn = 0.0
        while (now := now + DEFAULT_TIMING.tick) <= warm + seconds:
            while under_way and under_way[0] <= now:
                under_way.popleft()
            while self._due and self._due[0][0] <= now and len(under_way) < means.at_once:
                planned, index = heappop(self._due)
                place = places[0] if len(places) == means.places else 0.0
                asked = max(now, place, turn)
                under_way.append(asked + ANSWER)
                places.append(asked + ANSWER)
                calls = self._check(index, planned, asked, result if asked >= warm else Result(0))
                turn = asked + calls / means.per_second
        return result

    def _check(self, index: int, planned: float, asked: float, result: Result) -> int:
        """Do one check. Returns the number of requests to Autoenhance: two where another watch begins."""
        watch, order, now = self._watches[index], self._orders[index], asked + ANSWER
        hooks = order.ended(now - self._since[index])
        hooks -= watch.seen.tally.done + watch.seen.tally.failed if watch.seen else 0
        step = look(watch, order, now - self._since[index], self._way)
        if step.notice and step.notice.kind in ENDS:
            result.ends.append(now - self._since[index] - order.ends)
        result.lags.append(now - planned)
        result.calls[int(asked)] += 1
        result.edits += step.edit
        result.notices += step.notice is not None
        result.hooks += hooks
        self._watches[index] = step.watch
        if not step.watch.is_live:
            result.calls[int(asked)] += 1
            result.begun += 1
            self._begin(index, now)
        heappush(self._due, (self._next(index), index))
        return 1 if step.watch.is_live else 2

    def _begin(self, index: int, now: float) -> None:
        order = any_order(self._random)
        self._orders[index], self._watches[index] = order, begun(order, index, self._way)
        self._since[index] = now - order.watched

    def _next(self, index: int) -> float:
        return due(self._watches[index], self._orders[index], self._way) + self._since[index]


def spread(values: list[float]) -> tuple[float, float, float]:
    """p50, p99 and the maximum. Zeros without values."""
    if not values:
        return 0.0, 0.0, 0.0
    cuts = quantiles([*values, values[-1]], n=100, method="inclusive")
    return cuts[49], cuts[98], max(values)
