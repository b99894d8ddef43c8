"""Which watches have a last call, and when it is due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.orders.expiry import Expiry
from bot.orders.ids import OrderId
from bot.watches.last_calls import planned
from bot.watches.models import CardLocation, Condition, Ending, Level, Watch, Watcher

NOW = datetime(2026, 11, 26, 14, 2, tzinfo=UTC)
DAY = NOW + timedelta(days=30)
LEFT = Expiry(18, DAY, expired=2)
ENDED = Watch(
    team_id="T1",
    place="C1",
    order=OrderId("12-elm"),
    name="12 Elm Street",
    watchers=(
        Watcher(user_id="U1", name="ana", since=NOW),
        Watcher(user_id="U2", level=Level.FAILURES, since=NOW),
    ),
    home=CardLocation(channel_id="C1", card_ts="1.0", thread_ts="1.0"),
    condition=Condition.ENDED,
    ending=Ending.QUIET,
    next_look=NOW,
)


def test_a_finished_order_has_one_five_days_before() -> None:
    """With what its post needs, and nothing of the photos but a count."""
    call = planned(ENDED, LEFT, NOW)

    assert call
    assert (call.due_at, call.expires) == (DAY - timedelta(days=5), DAY)
    assert (call.name, call.home, call.expired) == ("12 Elm Street", ENDED.home, 2)
    assert call.watchers == ("U1", "U2")


@pytest.mark.parametrize("condition", set(Condition) - {Condition.ENDED})
def test_a_watch_that_goes_on_has_none(condition: Condition) -> None:
    """Nor one whose end is not posted yet."""
    assert planned(replace(ENDED, condition=condition), LEFT, NOW) is None


@pytest.mark.parametrize("ending", [*(set(Ending) - {Ending.QUIET}), None])
def test_another_end_has_none(ending: Ending | None) -> None:
    """A person stopped it, the order was deleted, or it never finished."""
    assert planned(replace(ENDED, ending=ending), LEFT, NOW) is None


@pytest.mark.parametrize(
    "expiry",
    [
        pytest.param(None, id="all downloaded"),
        pytest.param(Expiry(0, DAY, expired=3), id="all expired"),
        pytest.param(Expiry(18, None), id="no day"),
        pytest.param(Expiry(18, NOW + timedelta(days=5)), id="five days ahead"),
        pytest.param(Expiry(18, NOW + timedelta(days=1)), id="a day ahead"),
    ],
)
def test_nothing_is_planned_without_photos_and_time(expiry: Expiry | None) -> None:
    """It would be too late, or about nothing."""
    assert planned(ENDED, expiry, NOW) is None


def test_a_thread_that_is_gone_has_none() -> None:
    """Its post would stand alone."""
    assert planned(replace(ENDED, home=None), LEFT, NOW) is None
