"""Under the hood: the exchanges, and the controls of both stand-ins."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, HARBOUR_VIEW, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import BEN, BOT, SHOOTS
from tests.browser.screen import DOWN, Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def opened(screen: Screen) -> None:
    """The panel is closed on a first visit."""
    await expect(screen.under_the_hood).to_be_hidden()
    await screen.open_panel()


async def test_the_panel_stays_as_it_was_left(screen: Screen) -> None:
    """It is open after a reload where it was open, and closed where it was closed."""
    await screen.page.reload()
    await expect(screen.under_the_hood).to_be_visible()
    await screen.page.get_by_role("button", name="Close Under the hood").click()
    await screen.page.reload()
    await expect(screen.messages).not_to_have_count(0)
    await expect(screen.under_the_hood).to_be_hidden()


async def test_a_watch_to_its_end_with_the_webhook(screen: Screen, autoenhance: AutoenhanceSandbox) -> None:
    """The thread and the Home tab say that the order is ready, and all calls of the webhook are one row."""
    page = screen.page
    await screen.type(f"/order watch {HARBOUR_VIEW}")
    card = screen.card("7 Harbour View, penthouse")
    await expect(card).to_contain_text("Watched by ana")
    await autoenhance.tick()
    controls = await screen.open_order("7 Harbour View, penthouse")
    await controls.get_by_role("button", name="Finish now").click()
    await autoenhance.change_signal.until(lambda: _is_done(autoenhance, HARBOUR_VIEW), timeout=20)
    await autoenhance.tick()
    await expect(card).to_contain_text("7 Harbour View")
    await expect(screen.exchanges("webhook")).to_have_count(1)
    await expect(screen.exchanges("webhook")).to_contain_text("12 calls")
    await card.get_by_role("button", name="1 reply").click()
    await expect(screen.thread).to_contain_text("is ready. 12 of 12 done. @ana")

    await page.get_by_role("button", name=re.compile("Order Desk · Home")).click()
    home = page.get_by_role("region", name="App Home")
    await expect(home).to_contain_text("Recently finished")
    await expect(home).to_contain_text("7 Harbour View, penthouse in #shoots")


async def test_an_exchange_in_detail(screen: Screen) -> None:
    """A row opens to what was sent and answered.

    It can be delivered again, and one kind of row can be hidden.
    """
    await screen.order(OAK, "Oak Terrace, show home")
    row = screen.exchanges(f"/order {OAK}").last
    await expect(row).to_contain_text("4 uses left")
    await row.locator("summary").click()
    await expect(row).to_contain_text("4 of 5 uses and 30 minutes left")
    await expect(row).to_contain_text('"channel_name": "shoots"')
    await expect(screen.exchanges("GET /v3/orders/1a8e53c7…")).to_contain_text("200")

    await row.get_by_role("button", name="Send again").click()
    await expect(screen.exchanges("retry 1")).to_contain_text("ack")
    await expect(screen.card("Oak Terrace, show home")).to_have_count(1)

    chip = screen.under_the_hood.get_by_role("button", name=re.compile("^Slack"))
    await chip.press("Enter")
    await expect(screen.exchanges(f"/order {OAK}")).to_have_count(0)
    await expect(screen.exchanges("GET")).to_have_count(2)
    await expect(chip).to_be_focused()
    await expect(chip).to_have_attribute("aria-pressed", "false")


async def test_one_order_fails_and_has_its_own_failure(screen: Screen) -> None:
    """A photo fails for the chosen reason. For this order alone, Autoenhance is down."""
    name = "Birch Avenue 9"
    card = await screen.order(BIRCH, name)
    controls = await screen.open_order(name)
    await controls.get_by_label("Reason").select_option("Brackets are underexposed")
    await controls.get_by_role("button", name="Fail a photo").click()
    await card.get_by_text("Re-check").click()
    await expect(card).to_contain_text("1 new failure")

    await controls.get_by_label("Responses for this order").select_option(label="Down: no response")
    await card.get_by_text("Re-check").click()
    await expect(screen.message(DOWN)).to_be_visible()
    await screen.order(OAK, "Oak Terrace, show home")


async def test_slack_fails_as_chosen(screen: Screen, slack: SlackSandbox) -> None:
    """A post answered with 429 arrives later. Then the bot is removed, and the channel archived."""
    card = await screen.order(OAK, "Oak Terrace, show home")
    panel = screen.under_the_hood
    await panel.get_by_role("tab", name="Autoenhance").press("ArrowRight")
    await panel.get_by_label("Retry-After").fill("1")
    await panel.get_by_label("chat.postMessage").select_option(label="429: too many requests")
    await slack.until(slack.faults.standing)
    await screen.choose(card, "Share in channel")
    await expect(card).to_have_count(2)
    await expect(screen.exchanges("ratelimited")).to_have_count(1)
    await expect(panel.get_by_label("chat.postMessage")).to_have_value("well")

    await panel.get_by_label("Order Desk is in #shoots").uncheck()
    await expect(screen.page.get_by_text("Order Desk is not in this conversation.")).to_be_visible()
    await panel.get_by_label("Archive #shoots").check()
    await expect(screen.page.get_by_text("You are viewing #shoots, an archived channel.")).to_be_visible()
    await expect(screen.composer).to_be_hidden()


async def test_unsupported_blocks_are_named(screen: Screen, slack: SlackSandbox) -> None:
    """A box names the type of each such block, and the panel counts them.

    Attachments are drawn with their blocks.
    """
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*In* it"}}
    slack.workspace.post(
        SHOOTS,
        BOT,
        "x",
        [{"type": "video", "alt_text": "x"}, section | {"accessory": {"type": "datepicker"}}],
        attachments=[{"color": "good", "title": "A link", "blocks": [section, {"type": "plan"}]}],
    )
    message = screen.message("This page can't show the block “video”")
    await expect(message).to_contain_text("This page can't show the element “datepicker”")
    await expect(message).to_contain_text("A link")
    await expect(message.locator("b").filter(has_text=re.compile("^In$"))).to_have_count(2)
    told = screen.under_the_hood.get_by_text("3 not supported here: video, datepicker, plan")
    await expect(told).to_be_visible()


async def test_the_under_the_hood_gives_way_to_a_thread(screen: Screen) -> None:
    """Where only one fits, the thread hides the panel.

    It comes back when the thread is closed, or earlier by its button.
    """
    page = screen.page
    await page.set_viewport_size({"width": 1280, "height": 800})
    message = screen.message("Is this one done?")
    await screen.shortcut(message, "Reply in thread")
    await expect(screen.under_the_hood).to_be_hidden()
    await page.get_by_role("button", name="Close thread").click()
    await expect(screen.under_the_hood).to_be_visible()

    await screen.shortcut(message, "Reply in thread")
    await page.get_by_role("button", name="Under the hood", exact=True).click()
    await expect(screen.thread).to_be_hidden()

    await page.set_viewport_size({"width": 1600, "height": 900})
    await screen.shortcut(message, "Reply in thread")
    await expect(screen.under_the_hood).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(screen.thread).to_be_hidden()


async def test_a_pressed_card_stays_in_sight(screen: Screen, slack: SlackSandbox) -> None:
    """The page scrolls to a card that grows after a click.

    It announces messages that arrive while a person reads further up.
    """
    await screen.page.set_viewport_size({"width": 1280, "height": 700})
    card = await screen.order(OAK, "Oak Terrace, show home")
    await screen.order(BIRCH, "Birch Avenue 9")
    await card.get_by_text("Re-check").scroll_into_view_if_needed()
    await card.get_by_text("Re-check").click()
    await expect(card).to_contain_text("No change")
    await expect(card.get_by_text("Re-check")).to_be_in_viewport(ratio=1)

    await screen.messages.first.scroll_into_view_if_needed()
    await slack.say("And the others?", user=BEN)
    jump = screen.page.get_by_role("button", name="New messages")
    await jump.click()
    await expect(screen.message("And the others?")).to_be_in_viewport()
    await expect(jump).to_be_hidden()


def _is_done(autoenhance: AutoenhanceSandbox, order: str) -> bool:
    """Whether the click has reached the stand-in. The page does not wait for that."""
    return all(image.get("status") == "processed" for image in autoenhance.order(order)["images"])
