"""The first minute of a person who has never seen the page: the page itself shows what to do."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import ELM, HARBOUR_VIEW, OAK
from bot.sandbox.slack.app import SlackSandbox
from tests.browser.screen import DOWN, Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

ONLY_YOU = "Only visible to you"


@pytest_asyncio.fixture(loop_scope="session")
async def calling(autoenhance: AutoenhanceSandbox) -> AsyncIterator[None]:
    """The webhook is called as photos get done, as in the demo."""
    task = asyncio.create_task(autoenhance.keep_calling(every=0.1))
    yield
    task.cancel()


async def test_a_newcomers_first_minute(screen: Screen, slack: SlackSandbox, calling: None) -> None:
    """The hint leads a newcomer through the first minute.

    That is: a look-up, a re-check, a watch to its end in a thread, and an outage.
    """
    hint = screen.hint
    await hint.get_by_role("button", name=f"/order {ELM}").click()
    card = screen.card("12 Elm Street — twilight")
    await expect(card).to_contain_text(ONLY_YOU)

    await expect(hint).to_contain_text("Press Re-check")
    await card.get_by_text("Re-check").click()
    await expect(card).to_contain_text("since")

    await hint.get_by_role("button", name=f"/order watch {HARBOUR_VIEW}").click()
    watched = screen.card("7 Harbour View, penthouse")
    await expect(watched).to_contain_text("Watched by ana")
    await hint.get_by_role("button", name="Finish the order now").click()
    await screen.page.get_by_role("button", name="1 reply").click()
    await expect(screen.thread).to_contain_text("is ready. 12 of 12 done. @ana")

    await hint.get_by_role("button", name="Take Autoenhance down").click()
    await hint.get_by_role("button", name=f"/order {OAK}").click()
    await expect(screen.message(DOWN)).to_contain_text(ONLY_YOU)
    await hint.get_by_role("button", name="Bring it back").click()
    await expect(screen.card("Oak Terrace, show home")).to_be_visible()
    await expect(hint).to_contain_text("That's the tour")


async def test_a_link_to_a_thread_opens_it(screen: Screen) -> None:
    """A link opens its thread as in Slack, also from another channel and from the Home tab."""
    await screen.type(f"/order watch {HARBOUR_VIEW}")
    await screen.message("I'll post in").get_by_role("link", name="its thread").click()
    await expect(screen.thread).to_contain_text("7 Harbour View, penthouse")

    await screen.conversations.get_by_role("button", name="Order Desk · Home").click()
    await screen.page.get_by_role("link", name="7 Harbour View, penthouse").first.click()
    await expect(screen.thread).to_contain_text("7 Harbour View, penthouse")
    await expect(screen.card("7 Harbour View, penthouse")).to_be_visible()


async def test_a_pasted_link_gets_a_card(screen: Screen) -> None:
    """A link unfurls once the channel chose so.

    The button shows the whole card to the person who presses it.
    """
    await screen.type("/order settings unfurl on")
    await expect(screen.message("Add a small card")).to_be_visible()
    await screen.type(f"Is https://app.autoenhance.ai/orders/{OAK} done?")
    pasted = screen.message("Is https://app.autoenhance.ai")
    await expect(pasted).to_contain_text("Ready · 18 of 18 done")
    await expect(pasted).to_contain_text("Added by Order Desk")

    await pasted.get_by_role("button", name="Show Oak Terrace, show home").click()
    await expect(screen.card("Oak Terrace, show home")).to_contain_text(ONLY_YOU)


async def test_the_tour_with_the_keyboard_alone(screen: Screen, calling: None) -> None:
    """All four steps are done with Tab, Enter and typing."""
    hint, keyboard = screen.hint, screen.page.keyboard
    for name in (f"/order {ELM}", f"/order watch {HARBOUR_VIEW}", "Finish the order now"):
        await screen.tab_to(hint.get_by_role("button", name=name), "Shift+Tab")
        await keyboard.press("Enter")
        if name == f"/order {ELM}":
            card = screen.card("12 Elm Street")
            await expect(card).to_be_visible()
            await screen.tab_to(card, "Shift+Tab")
            await screen.tab_to(card.get_by_role("button", name="Re-check"))
            await keyboard.press("Enter")
            await expect(hint).to_contain_text("Watch 7 Harbour View")
            await screen.tab_to(screen.composer)
        if "watch" in name:
            await expect(hint.get_by_role("button", name="Finish the order now")).to_be_focused()
            await screen.tab_to(screen.composer)
    await expect(hint.get_by_role("button", name="Take Autoenhance down")).to_be_focused()
    await keyboard.press("Enter")
    for name in (OAK, "Bring it back"):
        await screen.tab_to(hint.get_by_role("button", name=name))
        await keyboard.press("Enter")
        await expect(screen.message(DOWN)).to_be_visible()
    await expect(hint).to_contain_text("That's the tour")


async def test_the_tour_is_folded_on_a_phone(screen: Screen) -> None:
    """It is one line that names the next step, and stays as the person leaves it."""
    page = screen.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.reload()
    line = screen.hint.get_by_role("button", name="New here?")
    await expect(line).to_have_attribute("aria-expanded", "false")
    await expect(line).to_contain_text("1 of 4")
    folded = await screen.hint.bounding_box()
    assert folded
    assert folded["height"] < 50
    await screen.order(ELM, "12 Elm Street")
    await expect(line).to_contain_text("2 of 4")
    await expect(line).to_have_attribute("aria-expanded", "false")

    await line.click()
    await expect(screen.hint).to_contain_text("Press Re-check")
    await screen.card("12 Elm Street").get_by_role("button", name="Re-check").click()
    await expect(screen.hint).to_contain_text("Watch 7 Harbour View")
    await line.click()
    await page.reload()
    await expect(line).to_contain_text("3 of 4")
    await expect(line).to_have_attribute("aria-expanded", "false")


async def test_the_hint_stays_away_once_hidden(screen: Screen) -> None:
    """A hint that was closed stays closed after a reload."""
    await screen.hint.get_by_role("button", name="Close the tour").click()
    await expect(screen.hint).to_be_hidden()

    await screen.page.reload()

    await expect(screen.messages).not_to_have_count(0)
    await expect(screen.hint).to_be_hidden()


async def test_typed_text_is_completed(screen: Screen) -> None:
    """The page completes the command, then its words and the orders by name.

    The mouse works too, and Escape closes the list.
    """
    options = screen.suggestions
    await screen.composer.press_sequentially("/")
    await screen.composer.press("Enter")
    await expect(screen.composer).to_have_value("/order ")
    await screen.composer.fill("")
    await screen.composer.press_sequentially("/o")
    await options.filter(has_text="/order").click()
    await expect(options.filter(has_text="| forecast, on | off")).to_be_visible()
    await expect(options.filter(has_text="44 Quay Road, loft")).to_be_attached()

    await screen.composer.press_sequentially("watch 7 harb")
    await expect(options).to_have_count(1)
    await screen.composer.press("ArrowUp")
    marked = await options.get_attribute("id")
    await expect(screen.composer).to_have_attribute("aria-activedescendant", str(marked))
    await screen.composer.press("Escape")
    await expect(options).to_have_count(0)

    await screen.composer.fill("")
    await screen.composer.press_sequentially("/order ")
    await screen.composer.press("Shift+Tab")
    await expect(options).to_have_count(0)
    await expect(screen.hint.get_by_role("button").last).to_be_focused()

    await screen.composer.fill("/order help")
    await expect(options).to_have_count(1)
    await screen.composer.press("Enter")
    await expect(screen.message("Order Desk shows Autoenhance orders")).to_be_visible()
    await expect(options).to_have_count(0)
