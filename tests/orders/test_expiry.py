"""Which photos are not downloaded yet, and when Autoenhance may delete them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.orders.expiry import Expiry, expiry_of
from bot.orders.models import parse_order
from bot.orders.progress import progress_of

NOW = datetime(2026, 11, 26, 14, 2, tzinfo=UTC)
DONE, PAID = {"status": "processed", "downloaded": False}, {"status": "processed", "downloaded": True}


def found(*images: dict[str, Any], days: int | None = 30, now: datetime = NOW, **order: Any) -> Expiry | None:
    asked = {"created_at": "2026-11-24T10:00:00.123456", "images": list(images)} | order
    read = parse_order(json.dumps(asked))
    return expiry_of(read, progress_of(read), now, days)


def days_left(**changes: Any) -> timedelta | None:
    expiry = found(DONE, **changes)
    assert expiry
    assert expiry.photos == 1
    return expiry.at - NOW if expiry.at else None


@pytest.mark.parametrize(
    ("images", "photos"),
    [
        pytest.param([DONE, DONE, PAID], 2, id="some"),
        pytest.param([PAID, PAID], 0, id="all downloaded"),
        pytest.param([], 0, id="no photos"),
        pytest.param([{"status": "processed"}, {"status": "processed", "downloaded": None}], 0, id="nowhere"),
        pytest.param([DONE, {"status": "processed"}], 1, id="only where it is stated"),
        pytest.param(
            [DONE, DONE | {"status": "error"}, DONE | {"status": "expired"}], 1, id="only done ones"
        ),
        pytest.param([DONE | {"status": "waiting"}, DONE | {"status": None}], 0, id="not done yet"),
        pytest.param([{"enhanced": True, "downloaded": False}], 1, id="an older API version"),
        pytest.param([DONE | {"downloaded": "perhaps"}], 0, id="of another type"),
    ],
)
def test_only_done_photos_that_say_so_are_counted(images: list[dict[str, Any]], photos: int) -> None:
    """Nothing is claimed of a photo that failed, expired, waits, or does not state it."""
    expiry = found(*images)

    assert (expiry.photos if expiry else 0) == photos


@pytest.mark.parametrize("total", [None, 1, 40])
def test_photos_that_are_not_listed_are_not_counted(total: int | None) -> None:
    """However many Autoenhance announces."""
    expiry = found(DONE, PAID, total_images=total)

    assert expiry
    assert expiry.photos == 1


def test_the_day_is_counted_from_when_the_order_was_created() -> None:
    """A time without a zone is UTC."""
    assert found(DONE) == Expiry(1, datetime(2026, 12, 24, 10, 0, 0, 123456, tzinfo=UTC))
    assert found(DONE, days=365, created_at="2026-11-24T10:00:00+02:00") == Expiry(
        1, datetime(2027, 11, 24, 8, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"created_at": None}, id="none"),
        pytest.param({"created_at": "yesterday"}, id="no date"),
        pytest.param({"created_at": 17}, id="a number"),
        pytest.param({"created_at": "0001-01-01T00:00:00"}, id="before there were orders"),
        pytest.param({"created_at": "2026-11-27T00:00:00"}, id="in the future"),
        pytest.param({"created_at": "2026-10-27T14:02:00"}, id="just older than the limit"),
        pytest.param({"created_at": "2019-05-01T00:00:00"}, id="much older"),
        pytest.param({"now": NOW - timedelta(days=400)}, id="a clock that jumped back"),
        pytest.param({"now": NOW + timedelta(days=400)}, id="a clock that jumped ahead"),
        pytest.param({"days": None}, id="no limit known"),
    ],
)
def test_there_is_no_day_rather_than_a_wrong_one(changes: dict[str, Any]) -> None:
    """The photos are counted all the same."""
    assert days_left(**changes) is None


def test_the_last_moment_has_a_day() -> None:
    """The limit itself is still ahead."""
    assert days_left(created_at="2026-10-27T14:02:01") == timedelta(seconds=1)
