"""The pictures in the documents show what there is to see today."""

import re
from typing import Any, get_args

import pytest

from tests.pictures import album
from tests.pictures.scenes import Place, played, stills

LARGEST = 150_000  # bytes: they stay in git for ever
SHOWN = re.compile(r'<img src="(?:docs/)?pictures/([\w-]+)\.png" width="(\d+)"\s+alt="([^"]*)">')
PAGES = ("README.md", "docs/commands.md")


def in_the_documents() -> dict[str, str]:
    """The pictures that the documents show, with the words that stand for each."""
    pages = "".join((album.ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    return {name: alt for name, _, alt in SHOWN.findall(pages)}


async def test_no_picture_is_older_than_what_it_shows() -> None:
    """Each was made of the card, the notices or the tab of today, which the real bot plays."""
    async with played() as story:
        shown = await album.shown(story)

    assert album.outdated(shown) == [], (
        "older than what they show: run `make pictures` and commit docs/pictures"
    )


async def test_the_same_is_shown_each_time() -> None:
    """Clocks and ids stand still, so a picture is new only when something else is to be seen on it."""
    told = []
    for _ in range(2):
        async with played() as story:
            told.append(album.record(await album.shown(story)))

    assert told[0] == told[1]


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
    """A word or a colour on a button does; what the button carries to us does not."""
    button = {"type": "button", "text": {"type": "plain_text", "text": "Re-check"}, "value": "1"}

    before, after = [
        album.record({"enhancing": [{"type": "actions", "elements": [each]}]})
        for each in (button, button | change)
    ]

    assert (before != after) is is_seen


def test_how_blocks_are_drawn_makes_a_picture_old() -> None:
    """The scripts and the styles of what stands in a block, and nothing of the page around it."""
    code = album.drawing_code()

    for mark in ("rich_text_list: (part", "const INLINE", ".button {", "code {", ":root {", ".content ul {"):
        assert mark in code, mark
    for mark in (".sidebar", ".backstage", ".composer", "Block Kit as DOM nodes"):
        assert mark not in code, mark


def test_the_documents_show_each_of_them_and_say_what_is_in_it() -> None:
    """Four, each with words for those who do not see it, and small enough."""
    assert set(in_the_documents()) == set(album.SHOWN_AS)
    for name, alt in in_the_documents().items():
        assert len(alt) > 80, f"{name}: say what is in it"
        assert album.picture(name).stat().st_size < LARGEST


def test_there_is_a_picture_of_every_card() -> None:
    """Each that is kept whole is drawn, with real names in place of the tests' own."""
    drawn = stills()

    assert {still.place for still in drawn.values()} == set(get_args(Place))
    assert set(album.SHOWN_AS.values()) - {album.THREAD, album.HOME} <= set(drawn)
    assert "<@U1>" not in repr(drawn)
