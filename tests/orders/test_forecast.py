"""The range in which an order ends, from the pace of earlier orders."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.orders.forecast import usual_forecast

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALIKE = [20.0, 21.0, 22.0, 23.0, 24.0]


def test_earlier_orders_give_a_range() -> None:
    """From the pace of all but the fastest and the slowest tenth, in whole minutes."""
    known = usual_forecast([5.0, *ALIKE * 2, 90.0], 60, NOW)
    assert known
    assert (known.early, known.late) == (NOW + timedelta(minutes=20), NOW + timedelta(minutes=24))


@pytest.mark.parametrize(
    ("paces", "left"),
    [(ALIKE[:4], 60), ([], 60), (ALIKE, 0), ([5.0, 10.0, 20.0, 40.0, 80.0], 60), (ALIKE, 50_000)],
    ids=["four orders", "no order", "nothing left", "too wide", "days ahead"],
)
def test_without_a_usual_pace_there_is_no_range(paces: list[float], left: int) -> None:
    """A wrong time is worse than none."""
    assert usual_forecast(paces, left, NOW) is None
