"""A time that a person typed becomes a time in UTC: of today, tomorrow or a weekday, as the clocks change."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.watches.deadlines import MIDNIGHT, Day, Deadline, due_at, time_zone

BERLIN, NEW_YORK, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")
THURSDAY = datetime(2026, 11, 26, 15, 30, tzinfo=UTC)  # 16:30 in Berlin, 10:30 in New York


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("deadline", "zone", "expected"),
    [
        (Deadline(hour=17), BERLIN, utc(26, 16)),
        (Deadline(hour=17), NEW_YORK, utc(26, 22)),
        (Deadline(hour=21, minute=15), KOLKATA, utc(26, 15, 45)),
        (Deadline(hour=17, day=Day.TODAY), BERLIN, utc(26, 16)),
        (Deadline(hour=16, minute=31), BERLIN, utc(26, 15, 31)),
        (Deadline(hour=9, day=Day.TOMORROW), BERLIN, utc(27, 8)),
        (Deadline(hour=9, day=Day.FRIDAY), BERLIN, utc(27, 8)),
        (Deadline(hour=17, day=Day.THURSDAY), BERLIN, utc(26, 16)),
        (Deadline(hour=9, day=Day.THURSDAY), BERLIN, utc(3, 8, month=12)),
        (Deadline(hour=9, day=Day.WEDNESDAY), BERLIN, utc(2, 8, month=12)),
        (Deadline(hour=MIDNIGHT), BERLIN, utc(26, 23)),
        (Deadline(hour=MIDNIGHT, day=Day.TOMORROW), BERLIN, utc(27, 23)),
        (Deadline(hour=0, day=Day.TOMORROW), BERLIN, utc(26, 23)),
    ],
)
def test_the_time_in_utc(deadline: Deadline, zone: ZoneInfo, expected: datetime) -> None:
    """The day is the person's own. A weekday is the next one, which may be today."""
    assert due_at(deadline, zone, THURSDAY) == expected


@pytest.mark.parametrize("day", [None, Day.TODAY])
@pytest.mark.parametrize(("hour", "minute"), [(16, 30), (16, 0), (0, 0)])
def test_a_time_of_today_that_has_passed(hour: int, minute: int, day: Day | None) -> None:
    """It is never taken for tomorrow's, because nobody said so."""
    assert due_at(Deadline(hour=hour, minute=minute, day=day), BERLIN, THURSDAY) is None


@pytest.mark.parametrize(
    ("zone", "hour", "now", "expected"),
    [
        (BERLIN, 2, datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (BERLIN, 2, datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        (NEW_YORK, 2, datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        (NEW_YORK, 1, datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
    ],
    ids=["Berlin skips 2:30", "Berlin has 2:30 twice", "New York skips 2:30", "New York has 1:30 twice"],
)
def test_where_the_clocks_change(zone: ZoneInfo, hour: int, now: datetime, expected: datetime) -> None:
    """Of two times, the later one counts."""
    assert due_at(Deadline(hour=hour, minute=30, day=Day.TOMORROW), zone, now) == expected


def test_the_first_of_two_hours_has_passed() -> None:
    """A time that comes again on that day has not passed."""
    first = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 2:45 in Berlin, for the first time
    assert due_at(Deadline(hour=2, minute=30), BERLIN, first) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", [None, *Day])
def test_no_deadline_is_far_ahead(day: Day | None) -> None:
    """Eight days at most, on every day of the year."""
    for days in range(366):
        now = THURSDAY + timedelta(days=days)
        found = due_at(Deadline(hour=MIDNIGHT, day=day), NEW_YORK, now)
        assert found is not None
        assert now < found <= now + timedelta(days=8, hours=1)


@pytest.mark.parametrize("name", ["", "Europe", "Atlantis/Capital", "../passwd", "/etc/passwd", "x" * 3000])
def test_a_name_that_is_no_time_zone(name: str) -> None:
    """It is unknown, and never an error."""
    assert time_zone(name) is None


@pytest.mark.parametrize(
    "stored", ['{"hour":25}', '{"hour":17,"minute":75}', '{"hour":-1}', '{"hour":9,"day":"x"}']
)
def test_a_stored_deadline_is_checked(stored: str) -> None:
    """A value that no text gives is refused."""
    with pytest.raises(ValidationError):
        TypeAdapter(Deadline).validate_json(stored)


def test_a_machine_without_time_zones() -> None:
    """Knows none, and imports everything all the same."""
    bare = (
        "import sys, zoneinfo; sys.modules['tzdata'] = None; zoneinfo.reset_tzpath(());"
        "from bot.watches.deadlines import time_zone; print(time_zone('Europe/Berlin'))"
    )
    done = subprocess.run([sys.executable, "-c", bare], capture_output=True, text=True, check=True)  # noqa: S603 - a fixed program
    assert done.stdout == "None\n"
