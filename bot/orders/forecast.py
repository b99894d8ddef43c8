"""When an order will be done, as a range of time. Pure.

The range comes from the pace at which photos settle. Where that pace says too little, there is no range: a
wrong time is worse than none.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median, quantiles
from typing import NamedTuple

from bot.orders.base import frozen
from bot.orders.models import CheckTime

MIN_PHOTOS = 5  # that were seen to settle
MIN_SECONDS = 60.0  # in which they did
MIN_ORDERS = 5  # whose pace is known, for an order whose own pace is not
MAX_POINTS = 8  # that are kept of an order
MAX_SHARE = 0.5  # of what is left may the range be wide, before it is rounded
SIGMAS = 1.3  # on each side
# Until photos show how regular their pace is: as if two stretches had shown that it varies by half.
PRIOR_STRETCHES, PRIOR_VARIATION = 2, 0.5
DRIFT = 0.15  # how much the pace may change until the end, for all that is known at the beginning
STOPPED_PHOTOS = 5.0  # no photo for as long as so many took: the pace has stopped
STOPPED_SECONDS = 90.0  # or so long, where photos are quick
MAX_AHEAD = timedelta(hours=20)  # so that a time without its day is clear
FINE = timedelta(minutes=30)  # an end that is nearer is given to the minute, another to five minutes


@frozen
class Forecast:
    """The order's end is expected between these times."""

    early: CheckTime
    late: CheckTime


class Point(NamedTuple):
    """So many photos were settled when this was first seen, in seconds since 1970."""

    at: float
    settled: int


Points = tuple[Point, ...]


def with_point(points: Points, point: Point) -> Points:
    """The points with one more. Where that is too many, every second one is dropped."""
    kept = (*points, point)
    return kept if len(kept) <= MAX_POINTS else (*kept[:-1:2], point)


def forecast(points: Sequence[Point], left: int, now: datetime) -> Forecast | None:
    """The range in which the `left` photos will be settled. None where the points say too little.

    After a change of the pace all points say too little for hours. Then the newer half of them counts.
    """
    return _range(points, left, now) or _range(points[len(points) // 2 :], left, now)


def _range(points: Sequence[Point], left: int, now: datetime) -> Forecast | None:
    if len(points) < 2 or left <= 0:  # noqa: PLR2004
        return None
    first, last = points[0], points[-1]
    seconds, photos = last.at - first.at, last.settled - first.settled
    if photos < MIN_PHOTOS or seconds < MIN_SECONDS:
        return None
    pace = seconds / photos
    since = now.timestamp() - last.at
    if not 0 <= since <= max(STOPPED_PHOTOS * pace, STOPPED_SECONDS):
        return None
    chance = _dispersion(points, pace) * left * (1 + left / photos)
    drift = DRIFT * pace * left * left / (left + photos)
    spread = SIGMAS * math.sqrt(chance + drift * drift)
    paces = sorted((pace, max(_trend(points, left), 0.0)))
    early, late = (max(left * each - since, each) for each in paces)  # from now on
    return rounded(early - spread, late + spread, (early + late) / 2, now)


def usual_forecast(paces: Sequence[float], left: int, now: datetime) -> Forecast | None:
    """The range for `left` photos from the pace of earlier orders, in seconds for a photo.

    Four of five of these orders were neither faster nor slower. None where too few of them are known.
    """
    if len(paces) < MIN_ORDERS or left <= 0:
        return None
    tenths = quantiles(paces, n=10, method="inclusive")
    return rounded(left * tenths[0], left * tenths[-1], left * median(paces), now)


def _dispersion(points: Sequence[Point], pace: float) -> float:
    """The variance of the seconds from one photo to the next, as far as the points show it."""
    odd = sum(
        (b.at - a.at - pace * (b.settled - a.settled)) ** 2 / (b.settled - a.settled)
        for a, b in pairwise(points)
    )
    prior = PRIOR_STRETCHES * (PRIOR_VARIATION * pace) ** 2
    return (odd + prior) / (len(points) - 2 + PRIOR_STRETCHES)


def _trend(points: Sequence[Point], left: int) -> float:
    """The pace of the photos that are left, if it goes on to change as it has changed until now."""
    first, last = points[0], points[-1]
    half = min(
        points[1:-1], key=lambda each: abs(2 * each.settled - first.settled - last.settled), default=None
    )
    if half is None:
        return (last.at - first.at) / (last.settled - first.settled)
    before, after = half.settled - first.settled, last.settled - half.settled
    slower = (last.at - half.at) / after - (half.at - first.at) / before
    return (last.at - half.at) / after + slower * (after + left) / (before + after)


def rounded(early: float, late: float, ends: float, now: datetime) -> Forecast | None:
    """The range in whole minutes, rounded outwards. All are seconds from `now` on.

    None if it is too wide or too far ahead.
    """
    if late > MAX_AHEAD.total_seconds() or late - early > MAX_SHARE * ends:
        return None
    unit = 60 if ends < FINE.total_seconds() else 300
    at = now.timestamp()
    begin, end = (at + early) // unit * unit, -(-(at + late) // unit) * unit
    return Forecast(
        early=datetime.fromtimestamp(max(begin, at // unit * unit), UTC),
        late=datetime.fromtimestamp(end, UTC),
    )
