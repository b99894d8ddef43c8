"""Searches by name, against the sandbox's Autoenhance over HTTP."""

from collections.abc import AsyncIterator

import pytest

from bot.autoenhance.client import Autoenhance
from bot.autoenhance.search import MAX_PAGES, MAX_PER_PAGE
from bot.core.errors import StaleButton
from bot.orders.search import Cursor, Part
from bot.sandbox.autoenhance.app import API_KEY, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.server import serving
from tests.autoenhance.vendor import client

NOW = 1_800_000_000.0
PAGES = MAX_PAGES * MAX_PER_PAGE


@pytest.fixture
def autoenhance() -> AutoenhanceSandbox:
    """Without orders."""
    sandbox = AutoenhanceSandbox(now=lambda: NOW)
    for each in sandbox.orders():
        sandbox.remove(each["order_id"])
    return sandbox


@pytest.fixture
async def api(autoenhance: AutoenhanceSandbox) -> AsyncIterator[Autoenhance]:
    async with serving(autoenhance.app) as url, client(url=url, key=API_KEY) as api:
        yield api


def has(autoenhance: AutoenhanceSandbox, *names: str, number_of_photos: int = 0) -> None:
    """Adds orders of these names, the newest first, all older than those that are there."""
    old = len(autoenhance.orders())
    for age, name in enumerate(names, start=old):
        images = photos(f"o-{age}", (number_of_photos, {}))
        autoenhance.add(order(f"o-{age}", name, images, now=NOW, age=age))


def names(found: Part) -> list[str | None]:
    return [order.name for order in found.orders]


def asked(autoenhance: AutoenhanceSandbox) -> list[str]:
    return [request.query for request in autoenhance.requests]


@pytest.mark.parametrize(
    ("sought", "name"),
    [
        ("street elm", "12 Elm Street"),
        ("“Elm  Street”", "12 Elm Street"),
        ("12-elm-street", "12 Elm Street"),
        ("o’brien", "O'Brien House"),
        ("o'brien", "O’Brien House"),
        ("obrien", "O'Brien House"),
        ("z\u00fcrich", "Zu\u0308rich 12"),
        ("Zu\u0308rich", "Z\u00fcrich 12"),
        ("zurich", "Z\u00fcrich 12"),
        ("villa—rosa", "Villa - Rosa"),
        ("בית הרצל", "הרצל, בית 3"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("ignores_search", [False, True])
async def test_a_name_is_found_however_it_is_written(
    api: Autoenhance, autoenhance: AutoenhanceSandbox, sought: str, name: str, *, ignores_search: bool
) -> None:
    """Autoenhance's search knows nothing but case, or nothing at all, and the order is found all the same."""
    autoenhance.ignores_search = ignores_search
    has(autoenhance, "Oak Road", name, "Elm Court", "House 3")

    found = await api.orders(sought)

    assert (names(found), found.total, found.complete) == ([name], 1, True)


async def test_autoenhance_is_asked_for_the_plainest_word(
    api: Autoenhance, autoenhance: AutoenhanceSandbox
) -> None:
    """An odd quote does not hide the order, and one request is enough where Autoenhance finds it."""
    has(autoenhance, "O’Brien House", "Oak")

    await api.orders("o'brien house")

    assert asked(autoenhance) == ["per_page=15&sort=-date&q=house"]


async def test_all_hits_are_counted_and_shown_in_parts(
    api: Autoenhance, autoenhance: AutoenhanceSandbox
) -> None:
    """Each part follows the one before without a gap, newest first, and says how many there are."""
    all_names = [f"Elm {n}" for n in range(23)]
    has(autoenhance, *[each for name in all_names for each in (name, f"Oak {name[4:]}")])

    first = await api.orders("elm")
    second = await api.orders("elm", after=first.next)
    third = await api.orders("elm", after=second.next)

    assert [*names(first), *names(second), *names(third)] == all_names
    assert [(each.before, each.total) for each in (first, second, third)] == [(0, 23), (10, 23), (20, 23)]
    assert third.next is None


async def test_the_newest_are_shown_in_parts(api: Autoenhance, autoenhance: AutoenhanceSandbox) -> None:
    """A list of all orders goes on to its end. The pages of Autoenhance may be shorter than asked."""
    all_names = [f"Elm {n}" for n in range(24)]
    has(autoenhance, *all_names, number_of_photos=70)

    seen, after = list[str | None](), None
    while True:
        found = await api.orders(after=after)
        seen += names(found)
        if not (after := found.next):
            break

    assert seen == all_names
    assert found.complete
    assert found.before == 20


async def test_a_search_reads_a_few_pages_and_says_so(
    api: Autoenhance, autoenhance: AutoenhanceSandbox
) -> None:
    """It never reads more than its pages. What it found can be gone on with, to the last order."""
    autoenhance.ignores_search = True
    has(autoenhance, *(f"Oak {n}" for n in range(PAGES)), "Elm")

    found = await api.orders("elm")

    assert len(autoenhance.requests) == MAX_PAGES
    assert (names(found), found.complete, found.looked, found.asked) == ([], False, PAGES, "")
    assert names(await api.orders("elm", after=found.next)) == ["Elm"]


async def test_what_autoenhance_does_not_find_is_looked_for_among_the_newest(
    api: Autoenhance, autoenhance: AutoenhanceSandbox
) -> None:
    """Both searches together read no more pages than one may, and the answer says how many orders it read."""
    has(autoenhance, *(f"Oak {n}" for n in range(PAGES)), "Zürich")

    found = await api.orders("zurich")

    assert len(autoenhance.requests) == MAX_PAGES
    assert (names(found), found.complete, found.looked) == ([], False, PAGES - MAX_PER_PAGE)
    assert names(await api.orders("zurich", after=found.next)) == ["Zürich"]


async def test_older_orders_with_the_asked_word_are_named(
    api: Autoenhance, autoenhance: AutoenhanceSandbox
) -> None:
    """Where Autoenhance knows more orders with the word than are read, the answer says which word."""
    has(autoenhance, *(f"Street {n}" for n in range(PAGES)), "Elm Street")

    found = await api.orders("elm street")

    assert (names(found), found.complete, found.looked, found.asked) == ([], False, PAGES, "street")


async def test_a_page_that_autoenhance_no_longer_knows_is_stale(api: Autoenhance) -> None:
    """The person clicked on an old list. That is no outage."""
    with pytest.raises(StaleButton):
        await api.orders("elm", after=Cursor(offset="gone"))


async def test_an_order_without_a_usable_id_is_no_hit(
    api: Autoenhance, autoenhance: AutoenhanceSandbox
) -> None:
    """It could not be shown, so it is not counted."""
    has(autoenhance, "Elm 1", "Elm 2")
    autoenhance.add(order("no/id", "Elm 3", [], now=NOW, age=0))

    found = await api.orders("elm")

    assert (names(found), found.total) == (["Elm 1", "Elm 2"], 2)
