"""The time by which an order is wanted, as a person says it, in that person's time zone. Pure."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from bot.orders.base import frozen

MIDNIGHT = 24  # as an hour: the end of the day, not its start
_DAYS_PER_WEEK = 7


class Day(StrEnum):
    """The days of the week are in the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    TODAY = "today"
    TOMORROW = "tomorrow"


WEEKDAYS = tuple(Day)[:_DAYS_PER_WEEK]


@frozen
class Deadline:
    """A time of day. Without a day, it is meant for today. The hour 24 is midnight at the end of the day."""

    hour: Annotated[int, Field(ge=0, le=MIDNIGHT)]
    minute: Annotated[int, Field(ge=0, le=59)] = 0
    day: Day | None = None


def time_zone(name: str) -> ZoneInfo | None:
    """None for a name that this machine does not know. Without the data of time zones, it knows none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as `Europe`
        return None


def due_at(deadline: Deadline, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The time in UTC, in at most eight days. None if it has passed.

    A weekday is the next one, which may be today.
    """
    at = _on(deadline, zone, now, _days_ahead(deadline, zone, now))
    if at <= now and deadline.day in WEEKDAYS:
        return _on(deadline, zone, now, _DAYS_PER_WEEK)
    return at if at > now else None


def _days_ahead(deadline: Deadline, zone: ZoneInfo, now: datetime) -> int:
    if deadline.day in WEEKDAYS:
        return (WEEKDAYS.index(deadline.day) - now.astimezone(zone).weekday()) % _DAYS_PER_WEEK
    return 1 if deadline.day is Day.TOMORROW else 0


def _on(deadline: Deadline, zone: ZoneInfo, now: datetime, days: int) -> datetime:
    """The later time where the clocks change: of a time that exists twice, and of one that does not exist.

    The latter is read in the time before the change, so 2:30 is half an hour after the change.
    """
    days += deadline.hour // MIDNIGHT
    wall = datetime.combine(
        now.astimezone(zone).date() + timedelta(days=days), time(deadline.hour % MIDNIGHT, deadline.minute)
    )
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
