"""The lines about brackets on a card."""

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.orders.brackets import BracketFacts, Names
from bot.sandbox.autoenhance.sample_orders import BIRCH
from bot.slack.render import cards
from bot.slack.render.brackets import bracket_count, bracket_lines
from bot.slack.render.models import Placement
from tests.slack.sample_views import SAMPLES, view

NOTHING = BracketFacts(total=0, photos=0)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def names(*first: str, count: int = 0) -> Names:
    return Names(first=first, count=count or len(first))


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        pytest.param(None, "", id="not known"),
        pytest.param(NOTHING, "", id="nothing odd"),
        pytest.param(
            replace(NOTHING, single=names("DSC0417")),
            "`DSC0417` may be a single bracket. Check it before you download.",
            id="one photo",
        ),
        pytest.param(
            replace(NOTHING, single=names("a.jpg", "b.jpg")),
            "`a.jpg`, `b.jpg` may be single brackets. Check them before you download.",
            id="two photos",
        ),
        pytest.param(
            replace(NOTHING, unfinished=names("a.jpg", "b.jpg", "c.jpg")),
            "3 uploads haven't finished: `a.jpg`, `b.jpg`, `c.jpg`.",
            id="three uploads",
        ),
        pytest.param(
            replace(NOTHING, unfinished=names(*"abcde", count=1207)),
            "1,207 uploads haven't finished: `a`, `b`, `c`, `d`, `e` and 1,202 more.",
            id="many uploads",
        ),
        pytest.param(
            replace(NOTHING, unfinished=names(count=2)), "2 uploads haven't finished.", id="without names"
        ),
        pytest.param(
            replace(NOTHING, single=names("a"), unfinished=names("b")),
            "`a` may be a single bracket. Check it before you download.\n1 upload hasn't finished: `b`.",
            id="both",
        ),
    ],
)
def test_what_is_odd_is_a_line_each(facts: BracketFacts | None, says: str) -> None:
    """Worded as what was seen, with at most five names."""
    assert bracket_lines(facts) == says


@pytest.mark.parametrize(
    ("total", "photos", "says"),
    [
        (93, 31, "93 brackets, 31 photos"),
        (1_000, 200, "1,000 brackets, 200 photos"),
        (3, 1, "3 brackets, 1 photo"),
        (1, 0, "1 bracket"),
        (31, 31, ""),
        (30, 31, ""),
        (0, 0, ""),
    ],
)
def test_brackets_are_counted_where_that_says_more(total: int, photos: int, says: str) -> None:
    """Not where every photo has one bracket, nor where there are fewer of them than photos."""
    assert bracket_count(BracketFacts(total=total, photos=photos)) == says
    assert bracket_count(None) == ""


def test_card_with_failures_and_brackets(snapshot: SnapshotAssertion) -> None:
    """Failures, a single bracket and unfinished uploads on one card."""
    late = names(*(f"DSC{4300 + each:05d}.jpg" for each in range(5)), count=7)
    facts = BracketFacts(total=97, photos=30, single=names("DSC04217-garden.jpg"), unfinished=late)
    shown = replace(view(SAMPLES[BIRCH]), brackets=facts)

    assert cards.orders_card([shown], Placement("ephemeral", can_share=True)) == snapshot
