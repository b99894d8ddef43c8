"""What is said of photos that nobody has downloaded."""

from dataclasses import replace
from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.orders.expiry import Expiry
from bot.orders.ids import OrderId
from bot.sandbox.autoenhance.sample_orders import OAK, REASONS
from bot.slack.render import cards
from bot.slack.render.expiry import last_call
from bot.slack.render.models import Placement
from bot.slack.text.expiry import not_downloaded
from bot.watches.last_calls import PlannedCall
from bot.watches.models import CardLocation
from tests.slack.sample_views import NOW, SAMPLES, view

DAY = NOW + timedelta(days=31)
CALL = PlannedCall(
    team_id="T1",
    place="C1",
    order=OrderId(OAK),
    due_at=NOW,
    name="12 Elm Street",
    home=CardLocation(channel_id="C1", card_ts="1.0", thread_ts="1.0"),
    watchers=("U1", "U2"),
    expires=DAY,
    expired=2,
)
ON_THE_DAY = "<!date^1798120920^{date_short}|24 Dec 2026>"


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize(
    ("expiry", "says"),
    [
        (Expiry(18, DAY), f"18 photos not downloaded yet. Autoenhance may delete them about {ON_THE_DAY}."),
        (Expiry(1, DAY), f"1 photo not downloaded yet. Autoenhance may delete it about {ON_THE_DAY}."),
        (Expiry(1_200, None), "1,200 photos not downloaded yet. Autoenhance may delete them after a while."),
    ],
)
def test_a_day_is_said_where_it_is_known(expiry: Expiry, says: str) -> None:
    """Never as certain."""
    assert not_downloaded(expiry) == says


def test_a_card_without_photos_to_download_has_no_line() -> None:
    """Its expired photos are said by the counts."""
    expired = replace(view(SAMPLES[OAK]), expiry=Expiry(0, DAY, expired=3))

    assert "not downloaded" not in cards.orders_card([expired], Placement("message"))["text"]


@pytest.mark.parametrize(
    ("expiry", "says"),
    [
        pytest.param(
            Expiry(18, DAY, expired=2), "*12 Elm Street*: 18 photos still aren't downloaded.", id="left"
        ),
        pytest.param(Expiry(0, None, expired=20), "*12 Elm Street*: 18 photos have expired.", id="expired"),
        pytest.param(
            Expiry(8, DAY, expired=12),
            "*12 Elm Street*: 10 photos have expired, and 8 still aren't downloaded.",
            id="both",
        ),
    ],
)
def test_the_card_of_a_last_call(expiry: Expiry, says: str, snapshot: SnapshotAssertion) -> None:
    """What is missing, who watched, what to do, and how to turn it off."""
    card = last_call(CALL, expiry)

    assert card
    assert says in card["text"]
    assert card == snapshot


@pytest.mark.parametrize("expiry", [None, Expiry(0, DAY, expired=2), Expiry(0, None, expired=1)])
def test_there_is_no_last_call_about_nothing(expiry: Expiry | None) -> None:
    """All is downloaded, or expired before the watch ended."""
    assert last_call(CALL, expiry) is None


def test_names_are_no_markup() -> None:
    """They can mention nobody, and many people fit."""
    people = tuple(f"U{n:010d}" for n in range(400))
    card = last_call(replace(CALL, name="<!channel> *x* " + "y" * 300, watchers=people), Expiry(1, DAY))

    assert card
    assert "<!channel>" not in card["text"]
    assert card["text"].count("<@U") == 100
    assert len(card["text"]) < 4_000


def test_an_order_without_a_name_has_its_short_id() -> None:
    """As everywhere."""
    card = last_call(replace(CALL, name=""), Expiry(1, DAY))

    assert card
    assert card["text"].startswith("Order `1a8e53c7…`: 1 photo still isn't downloaded.")


def test_the_card_with_failures_and_photos_to_download(snapshot: SnapshotAssertion) -> None:
    """Failures, and the photos that are done, on one card."""
    assert cards.orders_card([view(SAMPLES[REASONS])], Placement("ephemeral", can_share=True)) == snapshot
