"""A watch on the page, to its end, with the real bot behind it."""

import re

import pytest
from playwright.async_api import expect

from bot.sandbox.orders import HARBOUR_VIEW
from tests.browser.screen import Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_newcomer_watches_an_order_to_its_end(screen: Screen) -> None:
    """The order is finished by the panel, and its thread says that it is ready; so does the Home tab."""
    page = screen.page
    await screen.type(f"/order watch {HARBOUR_VIEW}")
    card = screen.card("7 Harbour View, penthouse")
    await expect(card).to_contain_text("Watched by ana")
    levers = await screen.open_order("7 Harbour View, penthouse")
    await levers.get_by_role("button", name="Finish now").click()
    await levers.get_by_role("button", name="Call webhook").click()
    await expect(card).to_contain_text("Ready · 7 Harbour View")
    await card.get_by_role("button", name="1 reply").click()
    await expect(screen.thread).to_contain_text("is ready: 12 of 12 done. @ana")

    await page.get_by_role("button", name=re.compile("Order Desk · Home")).click()
    home = page.get_by_role("region", name="App Home")
    await expect(home).to_contain_text("Finished lately")
    await expect(home).to_contain_text("7 Harbour View, penthouse in #shoots")
