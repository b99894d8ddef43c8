"""The list of a search's results: rows, counts, and the buttons for other pages."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.core.errors import (
    AccountKeyRefused,
    AccountKeyUnreadable,
    KeyRefused,
    Limited,
    OrderTooLarge,
    StaleButton,
    Unavailable,
)
from bot.orders.models import Order
from bot.orders.search import Cursor, FailedAccount, Found, ListCursor
from bot.sandbox.slack.validation.blocks import problems
from bot.slack.limits import LIMITS
from bot.slack.render.hits import PageValue, hits, unpack
from bot.slack.render.models import Card, OrderView
from bot.slack.text import search as search_text
from tests.slack.sample_views import SAMPLES, view

MORE = ListCursor(accounts={"default": Cursor(offset="abc")})
VIEWS = [view(order) for order in SAMPLES.values()]


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


EMOJI_CODE = re.compile(r":[a-z_]+:")


def fits(card: Card) -> None:
    assert problems(card["blocks"], surface="message") == []
    assert 1 <= len(card["text"]) <= LIMITS.text
    assert not EMOJI_CODE.search(card["text"])  # screen readers and banners read it


def found(shown: int, total: int = 0, before: int = 0, **changes: Any) -> Found:
    total = total or before + shown
    more = (
        ListCursor(accounts={"default": Cursor(offset="abc", hits=before + shown)}, before=before + shown)
        if total > before + shown
        else None
    )
    part: dict[str, Any] = {"looked": total, "asked": "", "complete": True, "next": more}
    return Found(orders=(Order(),) * shown, before=before, total=total, **part | changes)


def listed(part: Found, words: str = "elm", **more: str) -> Card:
    return hits((VIEWS * 2)[: len(part.orders)], part, words, **more)


def labels(card: Card) -> list[str]:
    """Of the buttons below the list."""
    last = card["blocks"][-1]
    return [each["text"]["text"] for each in last["elements"]] if last["type"] == "actions" else []


LONG_NAME = "Harbour & Hill real estate photography, second office"
WHOSE: dict[str, Any] = {"several": True, "whose": (("",), ("Studio B",), (LONG_NAME,), ("", "Studio B"))}
FAILED = (
    FailedAccount("Studio B", AccountKeyRefused("Studio B")),
    FailedAccount("", KeyRefused("no")),
    FailedAccount("Lost <keys>", AccountKeyUnreadable("Lost <keys>")),
    FailedAccount("Busy", Limited("later")),
    FailedAccount("Silent", Unavailable("no answer")),
    FailedAccount("Large", OrderTooLarge("too large")),
)
CARDS = {
    "one": listed(found(1)),
    "two-instead-of-an-id": listed(found(2), "12 Elm", typed="12 Elm", note=search_text.no_id("12 Elm")),
    "first-of-three-pages": listed(found(10, 23)),
    "last-page": listed(found(3, 23, before=20)),
    "newest": listed(found(10, complete=False, next=MORE), ""),
    "nothing": listed(found(0), "nowhere"),
    "several-accounts": listed(found(4, **WHOSE)),
    "one-account-failed": listed(found(4, **WHOSE, failed=FAILED[:1], is_part=True)),
    "all-ways-to-fail": listed(found(4, **WHOSE, failed=FAILED, is_part=True, left_out=2), ""),
    "nothing-so-far": listed(found(0, looked=75, complete=False, next=MORE), "nowhere"),
}


@pytest.mark.parametrize("name", CARDS)
def test_the_list(name: str, snapshot: SnapshotAssertion) -> None:
    """Each row has the mark, the name, the state in words, the counts, the date and a button."""
    fits(CARDS[name])
    assert CARDS[name] == snapshot


@pytest.mark.parametrize("name", CARDS)
def test_the_text_says_what_the_blocks_say(name: str) -> None:
    """A screen reader hears how many there are, each name and its state, and no code of an emoji."""
    text = CARDS[name]["text"]

    sections = [block for block in CARDS[name]["blocks"] if "accessory" in block]
    for section in sections:
        assert section["text"]["text"].split(" ", 1)[1] in text
    assert not re.search(":[a-z_]+:", text)


HEADINGS = [
    (found(1), "elm", "1 order matches “elm”."),
    (found(2), "elm", "2 orders match “elm”, newest first."),
    (found(10, 23), "elm", "23 orders match “elm”, newest first. Showing 1 to 10."),
    (found(10, 23, before=10), "elm", "23 orders match “elm”, newest first. Showing 11 to 20."),
    (found(1, 21, before=20), "elm", "21 orders match “elm”, newest first. Showing 21."),
    (found(10, 23, complete=False), "elm", "At least 23 orders match “elm”, newest first. Showing 1 to 10."),
    (found(1, complete=False), "elm", "At least 1 order matches “elm”."),
    (found(0, 10, before=10), "elm", "No more orders match “elm”."),
    (found(0), "elm", "No order matches “elm”. Try fewer words, or `/order recent` for the newest orders."),
    (found(2), "<elm> & `x`", "2 orders match “&lt;elm&gt; &amp; `x`”, newest first."),
    (found(10, complete=False), "", "The 10 newest orders."),
    (found(1, complete=False), "", "The newest order."),
    (found(1), "", "There is only one order."),
    (found(7), "", "All 7 orders, newest first."),
    (found(10, before=10, complete=False), "", "Orders 11 to 20, newest first."),
    (found(8, before=10), "", "Orders 11 to 18 of 18, newest first."),
    (found(1, before=10), "", "Order 11 of 11."),
    (found(0, before=10), "", "No more orders."),
    (found(0), "", "There are no orders in this Autoenhance account yet."),
    (found(0, several=True), "", "There are no orders in these Autoenhance accounts yet."),
    (found(0, is_part=True), "", "There are no orders yet in the accounts that I could search."),
    (found(7, is_part=True), "", "The 7 newest orders."),
    (found(8, before=10, is_part=True), "", "Orders 11 to 18, newest first."),
    (found(2, is_part=True), "elm", "At least 2 orders match “elm”, newest first."),
    (
        found(0, is_part=True),
        "elm",
        "No order matches “elm” so far. Try fewer words, or `/order recent` for the newest orders.",
    ),
]


@pytest.mark.parametrize(("part", "words", "heading"), HEADINGS, ids=[row[2] for row in HEADINGS])
def test_how_many_there_are(part: Found, words: str, heading: str) -> None:
    """The first line counts the hits, and says which of them are shown."""
    assert search_text.heading(part, words) == heading


def test_what_was_not_checked_is_said() -> None:
    """A search that did not read all orders names the number that it read, and the word that they have."""
    part = found(2, looked=75, complete=False, next=MORE)
    with_word = found(2, looked=75, complete=False, asked="street", next=MORE)

    assert "I checked the newest 75 orders. Older ones may match too." in listed(part)["text"]
    assert "the newest 75 orders with “street” in the name." in listed(with_word)["text"]
    assert "I checked" not in listed(found(2))["text"]
    several = listed(replace(part, several=True))["text"]
    assert "I checked 75 orders, each account's newest. Older ones may match too." in several
    unread = replace(found(0, is_part=True), looked=9)
    assert search_text.no_name_either("elm", unread).endswith("in the accounts that I could search either.")
    assert "I checked" not in listed(part, "")["text"]


@pytest.mark.parametrize(
    ("part", "words", "buttons"),
    [
        (found(10, 23), "elm", ["Next 10"]),
        (found(10, 14), "elm", ["Next 4"]),
        (found(10, 23, before=10), "elm", ["Next 3", "First page"]),
        (found(3, 23, before=20), "elm", ["First page"]),
        (found(2), "elm", []),
        (found(10, 12, complete=False), "elm", ["Next 10"]),
        (found(2, complete=False, next=MORE), "elm", ["Search older orders"]),
        (found(0, complete=False, next=MORE), "elm", ["Search older orders"]),
        (found(10, complete=False, next=MORE), "", ["Next 10"]),
    ],
)
def test_the_way_to_other_pages(part: Found, words: str, buttons: list[str]) -> None:
    """A button says how many come next. From a later page there is a way back."""
    assert labels(listed(part, words)) == buttons


def test_a_button_holds_where_the_search_goes_on() -> None:
    """Its value is read again as it was written."""
    part = found(10, 23)
    value = listed(part, "z" * 200)["blocks"][-1]["elements"][0]["value"]

    assert unpack(value) == PageValue(v=2, words="z" * 200, after=part.next)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        "{}x",
        '{"v": 3}',
        '{"v": 1, "words": "elm", "after": null}',
        '{"v": 2, "words": 3}',
        '{"v": 2, "more": 1}',
        json.dumps({"v": 2, "words": "x" * 201}),
    ],
)
def test_a_value_of_another_version_is_stale(value: str) -> None:
    """It is answered as every old button is."""
    with pytest.raises(StaleButton):
        unpack(value)


def test_a_page_that_does_not_fit_a_button_has_none() -> None:
    """Autoenhance's name of a page may be of any length. Then the answer says how to see the others."""
    card = listed(found(10, 23, next=ListCursor(accounts={"a": Cursor(offset="x" * LIMITS.value)})))

    fits(card)
    assert labels(card) == []
    assert search_text.NARROW in card["text"]


def test_the_longest_list_fits() -> None:
    """Names and words of any length are shortened."""
    name = {"name": "<!channel>`&" * 250, "order_id": "x" * 128}
    shown: list[OrderView] = [view({**next(iter(SAMPLES.values())), **name})] * 10
    part = found(10, 23, before=10, complete=False, looked=75, asked="x" * 200)

    fits(hits(shown, part, "é<" * 100, typed="other", note=search_text.no_id("<" * 200)))

    many = replace(part, whose=(("<" * 300, "&" * 300),) * 10, several=True, is_part=True, left_out=99)
    failed = tuple(FailedAccount("<" * 300, Unavailable("no answer")) for _ in range(10))
    fits(hits(shown, replace(many, failed=failed), "é<" * 100))


def test_a_button_has_room_for_ten_accounts() -> None:
    """With IDs and names of pages as long as a UUID, and the longest words."""
    cursor = Cursor(asked="street", offset="f" * 36, skip=14, hits=10, looked=75)
    accounts = {f"{number:036}": cursor for number in range(10)}
    card = listed(found(10, 99, next=ListCursor(accounts=accounts, before=90)), "elm street")

    assert labels(card) == ["Next 10"]
