"""The pictures in the documents show the cards of today."""

import re
from typing import Any, get_args

import pytest

from tests.pictures import record
from tests.pictures.scenes import Place, played, stills

LARGEST = 150_000  # bytes, as they stay in git for ever
SHOWN = re.compile(r'<img src="(?:docs/)?pictures/([\w-]+)\.webp" width="(\d+)"\s+alt="([^"]*)">')
PAGES = ("README.md", "docs/commands.md")


def in_the_documents() -> dict[str, str]:
    """The pictures that the documents show, with the alternative text of each."""
    pages = "".join((record.ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    return {name: alt for name, _, alt in SHOWN.findall(pages)}


async def test_no_picture_is_older_than_what_it_shows() -> None:
    """Each picture shows the card, the notices or the tab as the real bot plays them today."""
    async with played() as story:
        shown = await record.shown(story)

    assert record.outdated(shown) == [], (
        "older than what they show: run `make pictures` and commit docs/pictures"
    )


async def test_two_runs_show_the_same() -> None:
    """Clocks and IDs are fixed, so a picture is new only when it shows something else."""
    records = []
    for _ in range(2):
        async with played() as story:
            records.append(record.record(await record.shown(story)))

    assert records[0] == records[1]


@pytest.mark.parametrize(
    ("change", "is_seen"),
    [
        pytest.param({"text": {"type": "plain_text", "text": "Look again"}}, True, id="words"),
        pytest.param({"style": "primary"}, True, id="colour"),
        pytest.param(
            {"value": "x", "action_id": "x", "url": "https://x.test"}, False, id="what-slack-is-told"
        ),
    ],
)
def test_what_makes_a_picture_old(change: dict[str, Any], *, is_seen: bool) -> None:
    """A new word or colour on a button makes a picture old. A new value of the button does not."""
    button = {"type": "button", "text": {"type": "plain_text", "text": "Re-check"}, "value": "1"}

    before, after = [
        record.record({"enhancing": [{"type": "actions", "elements": [each]}]})
        for each in (button, button | change)
    ]

    assert (before != after) is is_seen


def test_how_blocks_are_drawn_makes_a_picture_old() -> None:
    """The record has the scripts and styles of blocks, and nothing of the page around them."""
    code = record.drawing_code()

    for mark in ("rich_text_list: (part", "const INLINE", ".button {", "code {", ":root {", ".content ul {"):
        assert mark in code, mark
    for mark in (".sidebar", ".backstage", ".composer", "Block Kit as DOM nodes"):
        assert mark not in code, mark


def test_how_contact_sheets_are_drawn_makes_only_their_picture_old() -> None:
    """Which file it is makes none old: Slack's names of files are not visible."""
    first, second = [
        record.record({"sheet": [{"type": "image", "slack_file": {"id": name}}], "words": []})
        for name in ("F01", "F02")
    ]
    assert first == second
    assert first["sheet"]["drawn by"] != first["words"]["drawn by"]


def test_the_documents_show_each_picture_with_a_description() -> None:
    """There are four small pictures, each with words for people who do not see it."""
    assert set(in_the_documents()) == set(record.SHOWN_AS)
    for name, alt in in_the_documents().items():
        assert len(alt) > 80, f"{name}: say what is in it"
        assert record.picture(name).stat().st_size < LARGEST


def test_there_is_a_picture_of_every_card() -> None:
    """Each whole snapshot is drawn, with real names in place of the tests' own."""
    drawn = stills()

    assert {still.place for still in drawn.values()} == set(get_args(Place))
    assert set(record.SHOWN_AS.values()) - {record.THREAD, record.HOME, record.SHEET} <= set(drawn)
    assert "<@U1>" not in repr(drawn)
