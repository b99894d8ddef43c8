"""For people with low or no vision, or without a mouse: what axe finds, and where Tab goes."""

import re
from importlib.resources import files
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, ELM, HARBOUR_VIEW, OAK, REASONS
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import BOT, SHOOTS
from tests.browser.screen import Screen
from tests.support.uploads import uploaded

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
MOST_TABS = 60
TITLE = {"type": "plain_text", "text": "Photos"}
VIEWS = [
    pytest.param(scheme, width, height, id=f"{scheme}-{width}")
    for scheme in ("light", "dark")
    for width, height in ((390, 844), (1280, 800))
]


async def findings(page: Page) -> list[str]:
    """All findings of all impacts, with the first element of each."""
    found: list[dict[str, Any]] = await page.evaluate(
        "axe.run({resultTypes: ['violations']}).then((results) => results.violations)"
    )
    return [f"{each['id']} ({each['impact']}): {each['nodes'][0]['html']}" for each in found]


@pytest_asyncio.fixture(loop_scope="session")
async def axe(screen: Screen, scheme: Literal["light", "dark"], width: int, height: int) -> Screen:
    """The page in this colour scheme and window."""
    await screen.page.emulate_media(color_scheme=scheme)
    await screen.page.set_viewport_size({"width": width, "height": height})
    await screen.page.evaluate(AXE)
    return screen


@pytest.mark.parametrize(("scheme", "width", "height"), VIEWS)
async def test_axe_finds_nothing_in_conversations(
    axe: Screen, autoenhance: AutoenhanceSandbox, slack: SlackSandbox
) -> None:
    """In a channel, its pictures, lists and menus, a thread, a direct message and an archived channel."""
    screen, page = axe, axe.page
    file = {"id": uploaded(slack, b"\x89PNG, or nearly")}
    block = {"type": "image", "slack_file": file, "alt_text": "12 of 30 photos", "title": TITLE}
    slack.workspace.post(SHOOTS, BOT, "Birch Avenue 9", [block])
    await expect(screen.page.get_by_role("img", name="12 of 30 photos")).to_be_visible()
    assert await findings(page) == []
    card = await screen.order(REASONS, "21 Station Road")
    await card.get_by_label("More", exact=True).click()
    assert await findings(page) == []
    await screen.composer.press_sequentially("/order ")
    await screen.composer.press("ArrowDown")
    assert await findings(page) == []
    await screen.composer.fill("")
    await screen.composer.press_sequentially("@")
    assert await findings(page) == []

    await screen.type(f"/order watch {BIRCH}")
    card = screen.card("Birch Avenue 9")
    await expect(card).to_contain_text("Watched by ana")
    autoenhance.take_in_hand(BIRCH)
    autoenhance.finish(BIRCH)
    await autoenhance.call_webhook(BIRCH)
    await card.get_by_role("button", name="1 reply").click()
    await expect(screen.thread).to_contain_text("finished with")
    await screen.thread.get_by_role("textbox").press_sequentially("@Ord")
    assert await findings(page) == []

    await page.get_by_role("button", name="Close thread").click()
    if not await screen.conversations.is_visible():
        await page.get_by_role("button", name="Channels").click()
        assert await findings(page) == []
    await screen.enter("Order Desk")
    assert await findings(page) == []
    await screen.type("oak terrace")
    await expect(screen.message("Show")).to_be_visible()
    assert await findings(page) == []
    await screen.enter("old-shoots")
    assert await findings(page) == []


@pytest.mark.parametrize(("scheme", "width", "height"), VIEWS)
async def test_axe_finds_nothing_elsewhere(axe: Screen) -> None:
    """Under the hood, in modals, in the tour and on the Home tab."""
    screen, page = axe, axe.page
    tour = screen.hint.get_by_role("button", name="New here?")
    await tour.click()
    assert await findings(page) == []
    await screen.order(OAK, "Oak Terrace, show home")
    await screen.open_order("Birch Avenue 9")
    await screen.exchanges("response_url").first.locator("summary").click()
    await expect(screen.exchanges("response_url").first).to_contain_text("Sent")
    assert await findings(page) == []
    await screen.under_the_hood.get_by_role("tab", name="Slack").click()
    assert await findings(page) == []
    await page.get_by_role("button", name="Close Under the hood").click()

    await page.get_by_label("Shortcuts").click()
    assert await findings(page) == []
    await page.get_by_role("menuitem", name="Look up an order").click()
    await screen.modal.get_by_role("textbox").fill("...")
    await screen.modal.get_by_role("button", name="Look up").click()
    await expect(screen.modal.get_by_role("alert")).to_be_visible()
    assert await findings(page) == []
    await screen.modal.get_by_role("textbox").fill(f"{ELM} {REASONS}")
    await screen.modal.get_by_role("button", name="Look up").click()
    await expect(screen.modal.get_by_role("heading", name="21 Station Road")).to_be_visible()
    assert await findings(page) == []

    await page.keyboard.press("Escape")
    await expect(screen.modal).to_be_hidden()
    await screen.shortcut(screen.message("Two for the owners"), "Watch order here")
    await expect(screen.modal.get_by_role("combobox")).to_be_visible()
    assert await findings(page) == []
    await page.keyboard.press("Escape")
    await expect(screen.modal).to_be_hidden()
    await screen.enter("Order Desk · Home")
    await expect(page.get_by_role("region", name="App Home")).to_contain_text("/order")
    assert await findings(page) == []


async def test_the_first_tab_leads_to_the_message_box(screen: Screen) -> None:
    """A link that is seen once it has the focus skips all that is before the message box."""
    skip = screen.page.get_by_role("link", name="Skip to the message box")
    await expect(skip).not_to_be_in_viewport()
    await screen.page.keyboard.press("Tab")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await screen.page.keyboard.press("Enter")
    await expect(screen.composer).to_be_focused()


async def test_the_message_box_is_near_however_many_cards_there_are(screen: Screen) -> None:
    """A card more in the channel costs no Tab more, and it is the same way back."""
    page = screen.page

    async def tabs() -> int:
        await page.evaluate("document.activeElement.blur(); getSelection().empty()")
        await page.locator("#skip").focus()
        for presses in range(1, 2 * MOST_TABS):
            await page.keyboard.press("Tab")
            if await screen.composer.evaluate("node => node === document.activeElement"):
                return presses
        raise AssertionError("Tab does not reach the message box")

    await screen.order(BIRCH, "Birch Avenue 9")
    one = await tabs()
    for order in (OAK, REASONS, ELM, HARBOUR_VIEW):
        await screen.type(f"/order {order}")
    await screen.order(BIRCH, "7 Harbour View, penthouse")
    await expect(screen.card("Birch Avenue 9")).to_have_count(2)

    assert await tabs() == one < MOST_TABS


async def test_arrow_keys_go_from_message_to_message(screen: Screen) -> None:
    """Shift+Tab from the message box reaches the last card, and Tab goes from a message to its buttons."""
    page = screen.page
    await screen.order(BIRCH, "Birch Avenue 9")
    await screen.order(OAK, "Oak Terrace, show home")
    older, newer = screen.card("Birch Avenue 9"), screen.card("Oak Terrace, show home")
    await screen.composer.focus()
    await screen.tab_to(newer, "Shift+Tab")
    await page.keyboard.press("ArrowUp")
    await expect(older).to_be_focused()
    await screen.tab_to(older.get_by_role("button", name=re.compile("^Re-check")))
    await page.keyboard.press("Enter")
    await expect(older).to_contain_text("No change")
    await expect(older.get_by_role("button", name=re.compile("^Re-check"))).to_be_focused()

    await older.focus()
    await page.keyboard.press("Home")
    await expect(screen.message("Back from Elm Street")).to_be_focused()
    await page.keyboard.press("End")
    await expect(newer).to_be_focused()
