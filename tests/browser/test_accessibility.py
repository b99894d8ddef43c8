"""What axe finds: rules for people with low or no vision."""

from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, REASONS
from tests.browser.screen import Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
BAD = {"serious", "critical"}


async def findings(page: Page) -> list[str]:
    """The serious and critical findings, with the first element of each."""
    found: list[dict[str, Any]] = await page.evaluate(
        "axe.run({resultTypes: ['violations']}).then((results) => results.violations)"
    )
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in BAD]


@pytest.mark.parametrize(("scheme", "width", "height"), [("light", 1600, 1000), ("dark", 390, 844)])
async def test_axe_finds_nothing_serious(
    screen: Screen,
    autoenhance: AutoenhanceSandbox,
    scheme: Literal["light", "dark"],
    width: int,
    height: int,
) -> None:
    """Axe finds nothing serious in any part of the page.

    That is: cards, suggestions, an open thread, the panel, a modal with an error, and the Home tab.
    """
    page = screen.page
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width, "height": height})
    await page.evaluate(AXE)
    await screen.order(REASONS, "21 Station Road")
    await screen.composer.press_sequentially("/order ")
    await screen.composer.press("ArrowDown")
    assert await findings(page) == []

    await screen.type(f"/order watch {BIRCH}")
    card = screen.card("Birch Avenue 9")
    await expect(card).to_contain_text("Watched by ana")
    autoenhance.take_in_hand(BIRCH)
    autoenhance.finish(BIRCH)
    await autoenhance.call_webhook(BIRCH)
    await card.get_by_role("button", name="1 reply").click()
    await expect(screen.thread).to_contain_text("finished with")
    assert await findings(page) == []

    await page.get_by_role("button", name="Close thread").click()
    if not await screen.under_the_hood.is_visible():
        await page.get_by_role("button", name="Under the hood", exact=True).click()
    await screen.open_order("Birch Avenue 9")
    await screen.exchanges("chat.postMessage").first.locator("summary").click()
    await expect(screen.exchanges("chat.postMessage").first).to_contain_text("Sent")
    assert await findings(page) == []
    await screen.under_the_hood.get_by_role("tab", name="Slack").click()
    assert await findings(page) == []
    await page.get_by_role("button", name="Close Under the hood").click()

    await page.get_by_label("Shortcuts").click()
    await page.get_by_role("menuitem", name="Look up an order").click()
    await screen.modal.get_by_role("textbox").fill("where is it")
    await screen.modal.get_by_role("button", name="Look up").click()
    await expect(screen.modal.get_by_role("alert")).to_be_visible()
    assert await findings(page) == []

    await page.keyboard.press("Escape")
    await expect(screen.modal).to_be_hidden()
    if not await screen.conversations.is_visible():
        await page.get_by_role("button", name="Channels").click()
        assert await findings(page) == []
    await screen.enter("Order Desk · Home")
    await expect(page.get_by_role("region", name="App Home")).to_contain_text("Recently finished")
    assert await findings(page) == []
