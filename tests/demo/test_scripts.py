"""The scripts, as data."""

from collections import Counter
from itertools import pairwise

import pytest

from bot.demo.scenarios.models import MINUTE, STUCK_SECONDS, ActKind, Side
from bot.demo.scenarios.names import Name
from bot.demo.scenarios.scripts import scenario
from bot.demo.scenarios.setup import channel_id, user_id
from bot.demo.scenarios.verdict import LOST_ANSWER_SECONDS, LOST_NOTICE_SECONDS
from bot.sandbox.autoenhance.progress import Rhythm

ALL = pytest.mark.parametrize("name", list(Name))


@ALL
def test_a_script_is_the_same_every_time(name: Name) -> None:
    """Chance has a fixed seed."""
    assert scenario(name) == scenario(name)


@ALL
def test_a_script_is_sorted_and_ends_early_enough(name: Name) -> None:
    """Each act has enough time after it to be known as lost or not."""
    day = scenario(name)

    assert list(day.acts) == sorted(day.acts, key=lambda act: act.at)
    assert list(day.orders) == sorted(day.orders, key=lambda order: order.at)
    assert max(act.at for act in day.acts) + LOST_ANSWER_SECONDS <= day.lasts
    assert max(order.ends or 0 for order in day.orders) + LOST_NOTICE_SECONDS <= day.lasts
    assert all(trouble.ends <= day.lasts for trouble in day.troubles)


@ALL
def test_a_script_names_only_what_exists(name: Name) -> None:
    """Orders are asked for after their upload, by their own names and IDs. People and channels exist."""
    day = scenario(name)
    orders = {order.id: order for order in day.orders}

    assert len(orders) == len({order.name for order in day.orders}) == len(day.orders)
    assert all(orders[act.order].at < act.at for act in day.acts if act.order)
    assert {act.who for act in day.acts} <= set(day.people)
    assert {act.channel for act in day.acts} <= set(day.channels)
    assert len({user_id(name) for name in day.people}) == len(day.people)
    assert len({channel_id(name) for name in day.channels}) == len(day.channels)


@pytest.mark.parametrize(
    ("name", "orders", "requests", "watches"),
    [(Name.WEDDING_RUSH, 300, 800, 300), (Name.NIGHT, 200, 350, 200), (Name.OUTAGE, 150, 400, 150)],
)
def test_a_script_is_a_busy_day(name: Name, orders: int, requests: int, watches: int) -> None:
    """A script has hundreds of orders, and people who ask for them."""
    day = scenario(name)
    acts = Counter(act.kind for act in day.acts)

    assert len(day.orders) >= orders
    assert len(day.acts) >= requests
    assert acts[ActKind.WATCH] + acts[ActKind.WATCH_FAILURES] >= watches
    assert set(acts) == set(ActKind)


@ALL
def test_orders_of_a_script_vary_in_rhythm(name: Name) -> None:
    """In each rhythm there are some. In none does an order rest so long that it counts as stuck."""
    orders = scenario(name).orders
    rhythms = Counter(order.rhythm for order in orders)

    assert set(rhythms) == set(Rhythm)
    assert rhythms[Rhythm.REGULAR] < 0.95 * len(orders)
    for order in orders:
        assert max(later - sooner for sooner, later in pairwise((order.at, *order.times))) < STUCK_SECONDS
        assert order.stuck_after is not None or order.stops == order.times[-1]


@ALL
def test_people_download_what_has_ended(name: Name) -> None:
    """Most orders, some minutes after their end, some of them only in part. Not what never ends."""
    day = scenario(name)
    downloads = [order for order in day.orders if order.downloaded_at is not None]

    assert 0.4 * len(day.orders) < len(downloads) < 0.8 * len(day.orders)
    for order in downloads:
        assert order.stuck_after is None
        assert order.stops + 5 * MINUTE <= (order.downloaded_at or 0)
        assert order.downloads is None or 0 < order.downloads < order.photos
    assert {order.downloads is None for order in downloads} == {True, False}


def test_a_wedding_comes_all_at_once() -> None:
    """A hundred orders come within five minutes, and more than fifty requests within one."""
    day = scenario(Name.WEDDING_RUSH)

    assert _most_within(5 * MINUTE, [order.at for order in day.orders]) >= 100
    assert _most_within(MINUTE, [act.at for act in day.acts]) >= 50


def test_at_night_some_orders_get_stuck() -> None:
    """They are stuck for longer than is usual. Autoenhance gives up the rest of some hours later."""
    stuck = [order for order in scenario(Name.NIGHT).orders if order.stuck_after is not None]

    assert len(stuck) >= 5
    assert any(order.expires for order in stuck)
    assert all(
        order.expires is None or order.expires > order.stops + STUCK_SECONDS + LOST_NOTICE_SECONDS
        for order in stuck
    )


def test_an_outage_comes_in_the_middle_of_a_rush() -> None:
    """People ask during each outage, but it ends before a response_url expires."""
    day = scenario(Name.OUTAGE)

    assert {trouble.side for trouble in day.troubles} == set(Side)
    for trouble in day.troubles:
        assert any(trouble.at < act.at < trouble.ends for act in day.acts)
        assert trouble.lasts < 25 * MINUTE


def _most_within(seconds: float, times: list[float]) -> int:
    return max(sum(at <= each < at + seconds for each in times) for at in times)
