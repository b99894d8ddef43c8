"""The line that says when an order will be done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.orders.forecast import Forecast
from bot.orders.ids import OrderId
from bot.sandbox.autoenhance.sample_orders import BIRCH
from bot.slack.render import cards
from bot.slack.render.models import OrderView, Placement
from bot.watches.models import Watch, Watcher
from tests.slack.sample_views import NOW, SAMPLES, view

SHOWN = Forecast(early=NOW + timedelta(minutes=38), late=NOW + timedelta(minutes=53))
WATCH = Watch(
    team_id="T1",
    place="C1",
    order=OrderId(BIRCH),
    watchers=(Watcher(user_id="U1", name="ana", since=NOW - timedelta(minutes=9)),),
    next_look=NOW,
)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def birch(watch: Watch | None) -> OrderView:
    return replace(view(SAMPLES[BIRCH], watch=watch), forecast=SHOWN)


@pytest.mark.parametrize("watch", [WATCH, None], ids=["watched", "not watched"])
def test_a_card_says_when_the_order_will_be_done(watch: Watch | None, snapshot: SnapshotAssertion) -> None:
    """Below the bar, in the reader's time zone, and in the text. An order's own pace is known to a watch."""
    assert cards.orders_card([birch(watch)], Placement("message")) == snapshot


def test_the_line_is_below_the_bar() -> None:
    """In the same block, so that it takes one line of a phone."""
    card = cards.orders_card([birch(WATCH)], Placement("message"))
    status, bar, ends = card["blocks"][1]["text"]["text"].splitlines()

    assert (status.startswith("*Enhancing*"), bar.endswith("80%")) == (True, True)
    assert ends.startswith("About <!date^")
    assert ends.endswith("at this pace.")
    assert ends in card["text"]
