"""Whether an order will be done by the time at which it is wanted, and what that means for a watch. Pure."""

from dataclasses import replace
from datetime import datetime

from bot.watches import schedule
from bot.watches.models import Notice, NoticeKind, Watch

_ENDS = {NoticeKind.FINISHED, NoticeKind.FAILED}


def with_due(watch: Watch, due_by: datetime | None) -> Watch:
    """The watch with this time. None keeps the one it has. What was posted of that one no longer counts."""
    if due_by is None or due_by == watch.due_by:
        return watch
    return replace(watch, due_by=due_by, told_late=False, told_on_time=False)


def notice_kind(watch: Watch) -> NoticeKind | None:
    """That it will be late, that it is back on time after that, or that the time has passed.

    The watch is one that was just checked. Late is posted before the time once, and so is back on time.
    That the time has passed is posted unless the last of these notices said late.
    """
    if watch.due_by is None or watch.seen is None:
        return None
    if watch.seen.at > watch.due_by:
        return None if watch.told_late else NoticeKind.WILL_BE_LATE
    if watch.forecast is None or watch.told_on_time:
        return None
    if watch.told_late:
        return NoticeKind.BACK_ON_TIME if watch.forecast.late <= watch.due_by else None
    return NoticeKind.WILL_BE_LATE if watch.forecast.early > watch.due_by else None


def told(watch: Watch, kind: NoticeKind | None) -> Watch:
    """The watch after this notice. A time is for the order's first end: work after that has none."""
    if kind is NoticeKind.WILL_BE_LATE:
        return replace(watch, told_late=True)
    if kind is NoticeKind.BACK_ON_TIME:
        return replace(watch, told_late=False, told_on_time=True)
    return replace(watch, due_by=None, told_late=False, told_on_time=False) if kind in _ENDS else watch


def measured(notice: Notice | None, watch: Watch, now: datetime) -> Notice | None:
    """The notice with the time at which the order is wanted, and how long before that it happened."""
    if notice is None or watch.due_by is None:
        return notice
    return notice._replace(due=watch.due_by, ahead=watch.due_by - (notice.happened or now))


def next_check(watch: Watch, now: datetime, planned: datetime) -> datetime:
    """The planned check, or one right after the time at which the order is wanted, if that is sooner."""
    if watch.due_by is None or watch.told_late or now > watch.due_by:
        return planned
    return min(planned, schedule.at(watch, watch.due_by, schedule.MIN_PAUSE_SECONDS))
