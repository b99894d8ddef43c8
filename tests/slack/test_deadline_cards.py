"""The question for a time zone, what a click on it may start, and how a time is said."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.core.errors import StaleButton
from bot.jobs.models import SetTimeZone, StartWatch
from bot.jobs.requests import Asker, Ephemeral
from bot.orders.brackets import BracketFacts, Names
from bot.orders.ids import OrderId
from bot.sandbox.autoenhance.sample_orders import BIRCH
from bot.slack import constants
from bot.slack.limits import LIMITS
from bot.slack.listeners.deadlines import zone_job
from bot.slack.render import cards
from bot.slack.render.deadlines import ZoneQuestion, zone_question
from bot.slack.render.models import Placement
from bot.slack.text import deadlines as deadline_text
from bot.watches.deadlines import Day, Deadline, time_zone
from bot.watches.models import Condition, Level
from tests.slack.sample_views import SAMPLES
from tests.slack.sample_views import view as order_view
from tests.slack.test_notices import ELM, NOW, fits, view, watch


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


LONGEST = ZoneQuestion(
    user="U0123456789",
    order=OrderId("x" * 128),
    due=Deadline(hour=23, minute=59, day=Day.WEDNESDAY),
    level=Level.FAILURES,
    channel="C0123456789",
    thread_ts="1712345678.123456",
)
ASKER = Asker(team_id="T1", user_id="U0123456789", user_team_id="T1", channel_id="D1", at=NOW)


def clicked(block: str, value: str, *, user: str = ASKER.user_id) -> SetTimeZone | StartWatch:
    body = {
        "actions": [
            {"action_id": constants.TIME_ZONE, "block_id": block, "selected_option": {"value": value}}
        ],
        "container": {
            "type": "message",
            "message_ts": "1.0",
            "channel_id": "C0123456789",
            "is_ephemeral": True,
        },
        "response_url": "https://hooks.slack.test/1",
    }
    return zone_job(body, key="k1", asker=replace(ASKER, user_id=user))


@pytest.mark.parametrize("known", ["", "Europe/Berlin"])
@pytest.mark.parametrize("question", [LONGEST, ZoneQuestion(user="U1")], ids=["a watch", "the setting"])
def test_the_question_is_within_slacks_limits(question: ZoneQuestion, known: str) -> None:
    """Also for the longest ID. The menu has a name for screen readers."""
    card = zone_question(question, known=known)
    fits(card)
    [menu] = card["blocks"][-1]["elements"]
    assert menu["placeholder"]["text"] == "A city with your time"
    assert len(menu["options"]) == len(deadline_text.TIME_ZONES) <= LIMITS.choices


def test_a_choice_starts_what_was_asked_for() -> None:
    """With all that was typed, where it was typed. The answer replaces the question."""
    job = clicked(LONGEST.block_id, "Asia/Tokyo")
    assert isinstance(job, StartWatch)
    assert (job.order, job.due, job.level, job.zone) == (
        LONGEST.order,
        LONGEST.due,
        LONGEST.level,
        "Asia/Tokyo",
    )
    assert job.adopt
    assert (job.adopt.channel_id, job.adopt.thread_ts) == (LONGEST.channel, LONGEST.thread_ts)
    assert job.watch_place == LONGEST.channel
    assert isinstance(job.place, Ephemeral)
    assert job.place.replace


def test_a_choice_changes_the_setting() -> None:
    """Where no watch waits for it."""
    job = clicked(ZoneQuestion(user=ASKER.user_id).block_id, "UTC")
    assert isinstance(job, SetTimeZone)
    assert (job.zone, job.on) == ("UTC", None)


@pytest.mark.parametrize(
    ("block", "value"),
    [
        (LONGEST.block_id, "Europe/Atlantis"),
        (LONGEST.block_id, ""),
        (LONGEST.block_id.replace("23:59", "25:59"), "UTC"),
        (LONGEST.block_id.replace("23:59", "23:75"), "UTC"),
        (LONGEST.block_id.replace("wednesday", "someday"), "UTC"),
        (LONGEST.block_id.replace("failures", "some"), "UTC"),
        (LONGEST.block_id.replace("order:xxx", "order:x x"), "UTC"),
        (LONGEST.block_id + "/more", "UTC"),
        (f"order:{ELM}", "UTC"),
        ("", "UTC"),
    ],
)
def test_what_the_bot_did_not_draw_is_refused(block: str, value: str) -> None:
    """Also what another version drew."""
    with pytest.raises(StaleButton):
        clicked(block, value)


@pytest.mark.parametrize(
    "question", [LONGEST, ZoneQuestion(user=ASKER.user_id)], ids=["a watch", "the setting"]
)
def test_only_the_askers_choice_counts(question: ZoneQuestion) -> None:
    """Whoever else may see the question."""
    with pytest.raises(StaleButton):
        clicked(question.block_id, "UTC", user="U2")


DUE = NOW + timedelta(hours=3)


def card(due: datetime | None = DUE, done: int = 20, **more: Any) -> str:
    shown = replace(view(done), watch=watch(due_by=due, **more))
    drawn = cards.orders_card([shown], Placement("message"))
    fits(drawn)
    return json.dumps(drawn)


def test_a_card_says_until_the_end_when_it_is_wanted() -> None:
    """A time of day where no other day can be meant. Nothing without a time, or after the end."""
    stamp = int(DUE.timestamp())
    assert f"Due by <!date^{stamp}^{{time}}|" in card()
    assert "Due by <!date^" in card(NOW - timedelta(hours=1))
    assert "^{date_short_pretty} at {time}|" in card(NOW + timedelta(hours=13)).split("Due by")[1][:60]
    for without in (card(None), card(done=30), card(condition=Condition.ENDED)):
        assert "Due by" not in without


def test_the_card_of_an_order_that_is_wanted_by_a_time(snapshot: SnapshotAssertion) -> None:
    """With failures, brackets and who watches it."""
    facts = BracketFacts(total=97, photos=30, single=Names(first=("DSC04217-garden.jpg",), count=1))
    watched = watch(due_by=DUE, name="Birch Avenue 9")
    shown = replace(order_view(SAMPLES[BIRCH], watch=watched), brackets=facts)
    assert cards.orders_card([shown], Placement("message")) == snapshot


def test_the_question_for_a_time_zone(snapshot: SnapshotAssertion) -> None:
    """A sentence and a menu."""
    assert zone_question(replace(LONGEST, order=ELM)) == snapshot


def test_the_setting_of_a_time_zone(snapshot: SnapshotAssertion) -> None:
    """What it is, how to change it and how to delete it."""
    assert zone_question(ZoneQuestion(user="U1"), known="America/New_York") == snapshot


@pytest.mark.parametrize(
    ("zone", "place"),
    [
        ("America/New_York", "New York"),
        ("America/Sao_Paulo", "São Paulo"),
        ("America/Indiana/Tell_City", "Tell City"),
    ],
)
def test_a_time_zone_is_named_by_its_city(zone: str, place: str) -> None:
    """Also one that the menu does not have, as a profile may."""
    assert deadline_text.place_of(zone) == place


def test_what_time_it_is_there() -> None:
    """In the words of a person."""
    zone = time_zone("America/New_York")
    assert zone
    said = deadline_text.passed(Deadline(hour=17), zone, datetime(2026, 11, 26, 22, 10, tzinfo=UTC))
    assert said == "It's already 5:10 PM in New York. Type `by tomorrow 5pm`."
    noon = deadline_text.passed(Deadline(hour=12), zone, datetime(2026, 11, 26, 17, 5, tzinfo=UTC))
    assert noon == "It's already 12:05 PM in New York. Type `by tomorrow 12pm`."
