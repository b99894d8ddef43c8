"""The pace of a watched order, and the forecast that follows from it. Pure."""

from dataclasses import replace
from datetime import datetime

from bot.orders.changes import Snapshot
from bot.orders.forecast import Forecast, Point, forecast, with_point
from bot.orders.progress import State
from bot.watches.models import Watch

MAX_LATE_SECONDS = 60.0  # a check that is later than planned by more says nothing about the pace


def with_forecast(before: Watch, after: Watch, now: datetime) -> Watch:
    """The watch after a check, with its pace and what follows from it."""
    after = replace(after, began=now) if _begins(before, after, now) else after
    if after.seen is None or after.seen.tally.state is not State.ENHANCING or after.seen.tally.unstated:
        return replace(after, pace=(), forecast=None)
    tally = after.seen.tally
    points = before.pace if _goes_on(before, after, now) else ()
    if before.seen and points == before.pace and tally.settled > before.seen.tally.settled:
        points = with_point(points, Point(now.timestamp(), tally.settled))
    return replace(after, pace=points, forecast=forecast(points, tally.total - tally.settled, now))


def forecast_at(watch: Watch, seen: Snapshot) -> Forecast | None:
    """What follows from the watch's pace for an answer that somebody else asked for."""
    if watch.seen and seen.at <= watch.seen.at:
        return watch.forecast
    return with_forecast(watch, replace(watch, seen=seen), seen.at).forecast


def _begins(before: Watch, after: Watch, now: datetime) -> bool:
    """Whether this check is the first that sees a photo settled, and not long after it did."""
    if before.seen is None or after.seen is None or before.seen.tally.settled or not after.seen.tally.settled:
        return False
    return _is_on_time(before, before.seen, now)


def _is_on_time(before: Watch, seen: Snapshot, now: datetime) -> bool:
    return 0 <= (now - seen.at).total_seconds() <= before.pause + MAX_LATE_SECONDS


def _goes_on(before: Watch, after: Watch, now: datetime) -> bool:
    """Whether this check follows on the one before: not if the clock has jumped, photos were added, or
    one that had failed is enhanced again.
    """
    if before.seen is None or after.seen is None:
        return False
    was, tally = before.seen.tally, after.seen.tally
    return _is_on_time(before, before.seen, now) and was.total == tally.total and was.settled <= tally.settled
