"""By the panel: photos are downloaded, photos expire, and an order starts again in another rhythm."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.autoenhance.sample_orders import BIRCH, ELM, FERN, MILL, OAK, OLDER, SILENT
from bot.sandbox.autoenhance.sample_orders import SILENT_WORKING as WORKING
from tests.sandbox.browser import Browser, open_browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


def images(browser: Browser, order: str) -> list[Json]:
    found: list[Json] = browser.autoenhance.order(order)["images"]
    return found


def downloaded(browser: Browser, order: str) -> int:
    return sum(image["downloaded"] for image in images(browser, order))


@pytest.mark.parametrize(
    ("order", "before", "after"),
    [(OAK, 12, 18), (BIRCH, 10, 22), (SILENT, 10, 30), (OLDER, 0, 10)],
    ids=["done", "still enhancing", "without a status", "of an older API version"],
)
async def test_done_photos_are_downloaded(browser: Browser, order: str, before: int, after: int) -> None:
    """One, then all that are left. A photo that is not done, or failed, is not downloaded."""
    shown = browser.autoenhance.order(order)
    for act, count in (("download-one", before + 1), ("download", after)):
        assert downloaded(browser, order) == (before if act == "download-one" else before + 1)
        assert (await browser.ask("order", order=order, act=act)).status_code == 200
        assert downloaded(browser, order) == count
    refused = await browser.ask("order", order=order, act="download")
    assert (refused.status_code, "to download" in refused.json()["error"]) == (409, True)
    changed = browser.autoenhance.order(order)
    assert {key for key in shown if shown[key] != changed[key]} == {"images"}


async def test_nothing_is_downloaded_before_it_is_done(browser: Browser) -> None:
    """An order without photos, or whose photos have no status yet, says why."""
    for order in (MILL, WORKING, "gone"):
        assert (await browser.ask("order", order=order, act="download")).status_code == 409
    assert downloaded(browser, WORKING) == 0


async def test_photos_are_downloaded_while_the_others_go_on(browser: Browser) -> None:
    """Only those that are done by then."""
    await browser.ask("order", order=ELM, act="restart")
    browser.world.clock.seconds += 9
    await browser.ask("order", order=ELM, act="download")
    assert downloaded(browser, ELM) == 4
    browser.world.clock.seconds += 100
    assert Counter(image["downloaded"] for image in images(browser, ELM)) == {True: 4, False: 26}


@pytest.mark.parametrize("order", [OAK, BIRCH, ELM, SILENT])
async def test_an_order_is_let_expire(browser: Browser, order: str) -> None:
    """All its photos, those that were downloaded too. When it starts again, they are photos as before."""
    before = images(browser, order)
    assert (await browser.ask("order", order=order, act="expire")).status_code == 200
    browser.world.clock.seconds += 100
    shown = browser.autoenhance.order(order)
    assert {image["status"] for image in shown["images"]} == {"expired"}
    assert sum(image["downloaded"] for image in shown["images"]) == sum(
        image["downloaded"] for image in before
    )
    assert not shown["is_processing"]
    assert not shown["is_merging"]

    await browser.ask("order", order=order, act="restart")
    browser.world.clock.seconds += 1_000
    assert "expired" not in {image["status"] for image in images(browser, order)}


async def test_an_order_without_photos_cannot_expire(browser: Browser) -> None:
    """The answer says why."""
    assert (await browser.ask("order", order=MILL, act="expire")).status_code == 409


@pytest.mark.parametrize("rhythm", ["bursts", "slowing"])
async def test_an_order_starts_again_in_a_rhythm(browser: Browser, rhythm: str) -> None:
    """It takes long enough to see a forecast, and the same each time. Without a word it is a quick one."""
    seen = []
    for _ in range(2):
        await browser.ask("order", order=BIRCH, act="restart", rhythm=rhythm)
        counts = []
        for _ in range(30):
            browser.world.clock.seconds += 8
            counts.append(sum(image["status"] in {"processed", "error"} for image in images(browser, BIRCH)))
        seen.append(counts)
    assert seen[0] == seen[1]
    assert seen[0] != list(range(1, 31))
    assert (seen[0][0] < 30, seen[0][-1]) == (True, 30)

    await browser.ask("order", order=BIRCH, act="restart")
    browser.world.clock.seconds += 60
    assert not browser.autoenhance.order(BIRCH)["is_processing"]
    assert (await browser.ask("order", order=BIRCH, act="restart", rhythm="waltz")).status_code == 400


async def test_an_order_moved_by_hand_keeps_its_rhythm(browser: Browser) -> None:
    """A photo more, a failure and the end come at once, and the others as before."""
    await browser.ask("order", order=BIRCH, act="restart", rhythm="slowing")
    await browser.ask("order", order=BIRCH, act="advance")
    await browser.ask("order", order=BIRCH, act="fail", reason="blurred")
    assert Counter(image["status"] for image in images(browser, BIRCH))["waiting"] == 27
    browser.world.clock.seconds += 120
    assert browser.autoenhance.order(BIRCH)["is_processing"]
    await browser.ask("order", order=BIRCH, act="finish")
    assert not browser.autoenhance.order(BIRCH)["is_processing"]


async def test_the_panel_counts_what_was_downloaded(browser: Browser) -> None:
    """Beside the states of the photos."""
    assert (await browser.order(OAK))["downloaded"] == 12
    await browser.ask("order", order=OAK, act="download")
    assert (await browser.order(OAK))["downloaded"] == 18


async def test_there_is_an_order_whose_photos_expire_soon(browser: Browser) -> None:
    """It is done, 26 days old, and half downloaded."""
    order = browser.autoenhance.order(FERN)
    assert order["created_at"] == "2026-12-20T08:00:00.000000"
    assert (order["is_processing"], {image["status"] for image in order["images"]}) == (False, {"processed"})
    assert Counter(image["downloaded"] for image in order["images"]) == {True: 8, False: 8}
