"""Under the hood: downloads, photos that expire, the pace of an order, and a day later."""

import pytest
from playwright.async_api import expect

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, FERN, HARBOUR_VIEW, OAK
from tests.browser.screen import Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_photos_are_downloaded_and_expire(screen: Screen) -> None:
    """The panel counts them, and the card says so after *Re-check*."""
    card = await screen.order(OAK, "Oak Terrace, show home")
    await expect(card).to_contain_text("12 downloaded")
    controls = await screen.open_order("Oak Terrace, show home")
    row = screen.under_the_hood.locator("summary").filter(has_text="Oak Terrace")
    await controls.get_by_role("button", name="Download one").click()
    await expect(row).to_contain_text("13 downloaded")
    await controls.get_by_role("button", name="Download all").click()
    await expect(row).to_contain_text("18 downloaded")
    await card.get_by_role("button", name="Re-check").click()
    await expect(card).to_contain_text("18 downloaded")

    await controls.get_by_role("button", name="Expire").click()
    await expect(row).to_contain_text("18 expired")
    await card.get_by_role("button", name="Re-check").click()
    await expect(card).to_contain_text("18 expired")


async def test_an_order_starts_again_slowly(screen: Screen, autoenhance: AutoenhanceSandbox) -> None:
    """In bursts, or slower and slower, as chosen beside *Start again*."""
    controls = await screen.open_order("Birch Avenue 9")
    await controls.get_by_label("Pace").select_option(label="Slower and slower")
    async with screen.page.expect_request("**/page/order") as asked:
        await controls.get_by_role("button", name="Start again").click()
    assert ((await asked.value).post_data_json or {})["rhythm"] == "slowing"
    await autoenhance.change_signal.until(lambda: autoenhance.can_run(BIRCH), timeout=20)
    card = await screen.order(BIRCH, "Birch Avenue 9")
    await expect(card).to_contain_text("Enhancing")


async def test_a_day_later_by_the_keyboard_on_a_phone(screen: Screen) -> None:
    """The clock of all is a day ahead: the page says so, watches go on, and requests are still accepted."""
    page = screen.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await screen.type(f"/order watch {HARBOUR_VIEW}")
    card = screen.card("7 Harbour View, penthouse")
    await expect(card).to_contain_text("Watched by ana")
    await screen.open_panel()
    panel = screen.under_the_hood
    await expect(panel.get_by_text("Clock: the real time")).to_be_visible()
    later = panel.get_by_role("button", name="A day later")
    await screen.tab_to(later)
    await page.keyboard.press("Enter")
    await expect(panel.get_by_text("Clock: 1 day ahead")).to_be_visible()
    await expect(later).to_be_focused()
    controls = await screen.open_order("Fern Cottage, garden")
    for button in await controls.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert await screen.is_as_wide_as_its_window()

    await page.get_by_role("button", name="Close Under the hood").click()
    await expect(card).to_contain_text("12 of 12 done")
    later_card = await screen.order(FERN, "Fern Cottage, garden")
    await expect(later_card).to_contain_text("8 downloaded")
    await expect(page.locator("#messages > .line").last).to_have_text("Today")
