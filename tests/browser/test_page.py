"""The page in a real browser: what a person sees and presses, and the real bot that answers."""

import re
import time
from typing import Literal

import pytest
from playwright.async_api import expect

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import failed, order, photos
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK, REASONS
from bot.sandbox.slack.app import SlackSandbox
from tests.browser.screen import DOWN, Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

ONLY_YOU = "Only visible to you"
BIRCH_NAME, OAK_NAME, ELM_NAME, REASONS_NAME = (
    "Birch Avenue 9",
    "Oak Terrace, show home",
    "12 Elm Street — twilight",
    "21 Station Road",
)


def finish(autoenhance: AutoenhanceSandbox, order_id: str, count: int) -> None:
    """Marks so many of the order's waiting photos as done."""
    found = next(each for each in autoenhance.orders() if each["order_id"] == order_id)
    waiting = [image["image_id"] for image in found["images"] if image["status"] == "waiting"][:count]
    images = [
        image | {"status": "processed"} if image["image_id"] in waiting else image
        for image in found["images"]
    ]
    autoenhance.add(found | {"images": images})


async def test_with_the_keyboard_alone(screen: Screen) -> None:
    """Tab reaches composer, card and menu, arrows complete what is typed, and Enter sends it.

    Re-check keeps the focus although the card is redrawn.
    """
    await screen.tab_to(screen.composer)
    keyboard = screen.page.keyboard
    await keyboard.type("/")
    for key in ("ArrowDown", "Enter"):
        await keyboard.press(key)
    await expect(screen.composer).to_have_value("/order ")
    await keyboard.type("birch")
    for key in ("ArrowDown", "Tab"):
        await keyboard.press(key)
    await expect(screen.composer).to_have_value(f"/order {BIRCH}")
    await keyboard.press("Enter")
    card = screen.card(BIRCH_NAME)
    await expect(card).to_be_visible()
    await expect(screen.composer).to_have_value("")
    recheck = card.get_by_text("Re-check")

    await screen.tab_to(recheck, "Shift+Tab")
    await keyboard.press("Enter")

    await expect(card).to_contain_text("No change")
    await expect(recheck).to_be_focused()
    more = card.get_by_label("More", exact=True)
    await screen.tab_to(more)
    await keyboard.press("Enter")
    await expect(card.get_by_role("menuitem").first).to_be_focused()
    await keyboard.press("ArrowUp")
    await expect(card.get_by_role("menuitem", name="Show order ID")).to_be_focused()
    await keyboard.press("Escape")
    await expect(more).to_be_focused()


async def test_re_check_edits_the_card_and_says_what_changed(
    screen: Screen, autoenhance: AutoenhanceSandbox
) -> None:
    """The card stays where it is and counts what is new. No second card appears."""
    card = await screen.order(BIRCH, BIRCH_NAME)
    await expect(card).to_contain_text("22 of 30")
    finish(autoenhance, BIRCH, 4)

    await card.get_by_text("Re-check").click()

    await expect(card).to_contain_text("4 more done")
    await expect(card).to_contain_text("26 of 30")
    await expect(card).to_have_count(1)


async def test_the_focus_stays_on_the_card_that_was_re_checked(screen: Screen) -> None:
    """Of two Re-check buttons in one message, the pressed one keeps the focus."""
    await screen.type(f"/order {OAK} {BIRCH}")
    message = screen.card(OAK_NAME)
    second = message.get_by_text("Re-check").nth(1)

    await second.press("Enter")

    await expect(message.get_by_text("No change")).to_have_count(2)
    await expect(second).to_be_focused()


async def test_a_shared_card_is_seen_by_a_colleague(screen: Screen) -> None:
    """Ben sees the card that Ana shared, and not the one that was hers alone."""
    card = await screen.order(OAK, OAK_NAME)
    await screen.choose(card, "Share in channel")
    await expect(card).to_have_count(2)

    await screen.act_as("Ben Okafor")

    await expect(card).to_have_count(1)
    await expect(card).to_contain_text("Shared by @ana")
    await expect(screen.message(ONLY_YOU)).to_have_count(0)


async def test_the_menu_of_a_message(screen: Screen) -> None:
    """Check orders here finds the order in a message.

    Share in channel puts the card into that message's thread.
    """
    question = screen.message("Is this one done?")
    await screen.shortcut(question, "Check orders here")
    card = screen.card(ELM_NAME)
    await expect(card).to_contain_text(ONLY_YOU)

    await screen.choose(card, "Share in channel")
    await question.get_by_role("button", name="1 reply").click()

    await expect(screen.thread.get_by_role("heading", name=ELM_NAME)).to_be_visible()
    await expect(screen.thread).to_contain_text("Shared by @ana")


async def test_several_orders_of_a_message_in_a_modal(screen: Screen) -> None:
    """A re-check within the modal edits it and leaves the focus on that button."""
    await screen.shortcut(screen.message("Two for the owners"), "Check orders here")
    await expect(screen.modal.get_by_role("heading", name=REASONS_NAME)).to_be_visible()
    second = screen.modal.get_by_text("Re-check").nth(1)

    await second.press("Enter")

    await expect(screen.modal.get_by_text("since")).to_have_count(2)
    await expect(second).to_be_focused()


async def test_looking_up_in_a_modal(screen: Screen, slack: SlackSandbox) -> None:
    """The modal explains a bad ID at its field, and a good ID turns it into the card. Escape goes back."""
    shortcuts = screen.page.get_by_label("Shortcuts")
    await shortcuts.click()
    await screen.page.get_by_role("menuitem", name="Look up an order").click()
    field = screen.modal.get_by_role("textbox", name="Order ID, link or name")
    await expect(field).to_be_focused()

    await field.fill("where is it")
    await screen.modal.get_by_role("button", name="Look up").click()
    await expect(screen.modal.get_by_role("alert")).to_contain_text("No order ID or name in that")
    await expect(field).to_have_accessible_description(re.compile("No order ID or name in that"))
    await expect(field).to_have_value("where is it")
    await expect(field).to_be_focused()

    await field.fill(REASONS)
    await field.press("Enter")
    await expect(screen.modal.get_by_role("heading", name=REASONS_NAME)).to_be_visible()
    await expect(field).to_have_count(0)

    await screen.page.keyboard.press("Escape")
    await slack.until(lambda: not slack.views())
    await expect(screen.modal).to_be_hidden()
    await expect(shortcuts).to_be_focused()


async def test_all_photos_in_a_modal(screen: Screen) -> None:
    """The modal lists what failed and why. Its Close button is in sight however long the list is."""
    card = await screen.order(BIRCH, BIRCH_NAME)
    await card.get_by_label("More", exact=True).click()
    await expect(card.get_by_role("menuitem", name="Show order ID")).to_be_in_viewport(ratio=1)

    await card.get_by_role("menuitem", name="All photos").click()

    await expect(screen.modal.get_by_role("heading", name=BIRCH_NAME)).to_be_visible()
    await expect(screen.modal).to_contain_text("Image is too blurry")
    close = screen.modal.get_by_text("Close", exact=True)
    await expect(close).to_be_in_viewport(ratio=1)
    await close.click()
    await expect(screen.modal).to_be_hidden()
    await expect(card.get_by_label("More", exact=True)).to_be_focused()


EVIL = '<!channel> <http://evil.example|safe> <img src=x onerror="alert(1)"> :x:'


async def test_foreign_text_is_only_text(screen: Screen, autoenhance: AutoenhanceSandbox) -> None:
    """A name, a reason or a file name is shown as it is: no mention, no link, no script."""
    images = photos("evil-order-1", (1, failed(EVIL) | {"image_name": EVIL}), (2, {}))
    autoenhance.add(order("evil-order-1", EVIL, images, now=time.time()))
    plain = EVIL.removesuffix(" :x:")

    card = await screen.order("evil-order-1", plain)
    await expect(card.get_by_role("listitem")).to_contain_text(plain)
    await screen.type("/order find evil.example|safe> <img")
    await expect(screen.message("Show")).to_contain_text([plain])
    await screen.type(f"I typed {plain}")
    await expect(screen.message("I typed")).to_contain_text("<!channel>")
    await screen.choose(card, "All photos")
    await expect(screen.modal.get_by_role("heading", name=plain)).to_be_visible()

    await expect(screen.page.locator("img, iframe, .loud")).to_have_count(0)
    await expect(card.get_by_role("link")).to_have_count(0)
    await expect(screen.modal.get_by_role("link")).to_have_count(0)


async def test_autoenhance_goes_down_and_comes_back(screen: Screen) -> None:
    """The panel takes Autoenhance down: the person reads so, and gets the card once it is back."""
    await screen.open_panel()
    failure = screen.page.get_by_label("Responses", exact=True)
    await failure.select_option(label="Down: no response")
    await screen.type(f"/order {OAK}")
    await expect(screen.message(DOWN)).to_contain_text(ONLY_YOU)

    await failure.select_option(label="Normal")

    await expect(screen.card(OAK_NAME)).to_be_visible()
    await expect(screen.message(DOWN)).to_have_count(1)


@pytest.mark.parametrize("channel", ["editing", "owners"])
async def test_where_the_bot_is_no_member(screen: Screen, channel: str) -> None:
    """Sharing is refused with what to type, the card comes as a direct message, and the invitation helps."""
    await screen.enter(channel)
    await expect(screen.page.get_by_text("Order Desk is not in this conversation.")).to_be_visible()
    card = await screen.order(OAK, OAK_NAME)
    await screen.choose(card, "Share in channel")
    await expect(screen.message("/invite @Order Desk")).to_contain_text(ONLY_YOU)

    await screen.page.get_by_role("button", name="Send me the card").click()
    await expect(screen.message("I sent you the card in a direct message")).to_be_visible()
    await screen.enter("Order Desk")
    await expect(card).to_have_count(1)

    await screen.enter(channel)
    await screen.type("/invite @Order Desk")
    await expect(screen.message("was added")).to_be_visible()
    await screen.choose(card, "Share in channel")
    await expect(screen.message("Shared by @ana")).to_be_visible()


async def test_a_guest_looks_up_in_their_channel(screen: Screen) -> None:
    """Gus sees #shoots and nothing else. He gets his card there, and Ana does not see it."""
    await screen.act_as("Gus Weber (guest)")
    await expect(screen.conversations.get_by_role("button")).to_have_count(2)
    card = await screen.order(OAK, OAK_NAME)
    await expect(card).to_contain_text(ONLY_YOU)

    await screen.act_as("Ana Lind")

    await expect(screen.conversations.get_by_role("button", name="editing")).to_be_visible()
    await expect(card).to_have_count(0)


async def test_an_outsider_gets_nothing(screen: Screen, autoenhance: AutoenhanceSandbox) -> None:
    """In #partners Ana is refused because Olga reads along.

    Olga sees nothing of that, and has no such command.
    """
    await screen.enter("partners")
    await screen.type(f"/order {OAK}")
    await expect(screen.message("shared with another company")).to_contain_text(ONLY_YOU)

    await screen.act_as("Olga Petrova (other company)")
    await expect(screen.message(ONLY_YOU)).to_have_count(0)
    await expect(screen.conversations.get_by_role("button")).to_have_count(1)
    await screen.type(f"/order {OAK}")

    await expect(screen.message("/order is not a valid command")).to_be_visible()
    await screen.composer.press_sequentially("/o")
    await expect(screen.suggestions).to_have_count(0)
    await expect(screen.messages.first.get_by_label("More actions")).to_have_count(0)
    assert autoenhance.requests == []


async def test_a_link_makes_no_request(screen: Screen) -> None:
    """Open only says where it would lead. No request leaves this machine."""
    card = await screen.order(OAK, OAK_NAME)

    await card.get_by_role("button", name="Open Oak").click()

    await expect(screen.page.get_by_role("status")).to_contain_text(
        f"https://app.autoenhance.ai/orders/{OAK}"
    )
    assert len(screen.page.context.pages) == 1
    assert screen.hosts() == {"127.0.0.1"}


async def test_a_card_fits_one_screen_of_a_phone(screen: Screen) -> None:
    """With two failures it is about 330 px high, and its buttons are in one row."""
    await screen.page.set_viewport_size({"width": 390, "height": 844})
    card = await screen.order(BIRCH, BIRCH_NAME)
    box = await card.bounding_box()
    buttons = [
        await card.get_by_label(name).bounding_box()
        for name in ("Watch Birch", "Re-check Birch", "Open Birch", "More")
    ]

    assert box
    assert box["height"] < 350
    assert len({round(button["y"]) for button in buttons if button}) == 1


@pytest.mark.parametrize("width", [390, 1000, 1440])
async def test_no_scrolling_sideways(screen: Screen, width: int) -> None:
    """Cards, a list of hits, an open menu and a thread fit a phone as well as a wide window."""
    await screen.page.set_viewport_size({"width": width, "height": 844})
    card = await screen.order(REASONS, REASONS_NAME)
    await card.get_by_label("More", exact=True).click()
    await expect(card.get_by_role("menuitem", name="Show order ID")).to_be_in_viewport(ratio=1)
    assert await screen.is_as_wide_as_its_window()

    await screen.type("/order recent")
    await expect(screen.message("newest")).to_be_visible()
    await screen.shortcut(screen.message("Is this one done?"), "Reply in thread")
    await expect(screen.thread).to_be_visible()
    assert await screen.is_as_wide_as_its_window()


async def test_the_channels_on_a_phone(screen: Screen) -> None:
    """The list of channels opens by its button, and closes once a channel is chosen."""
    await screen.page.set_viewport_size({"width": 390, "height": 844})
    await expect(screen.conversations).to_be_hidden()

    await screen.page.get_by_role("button", name="Channels").click()
    await screen.enter("editing")

    await expect(screen.conversations).to_be_hidden()
    await expect(screen.composer).to_be_focused()


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_in_the_readers_colour_scheme(screen: Screen, scheme: Literal["dark", "light"]) -> None:
    """The page follows the system's dark scheme, and every kind of text is readable in both."""
    await screen.page.emulate_media(color_scheme=scheme)
    card = await screen.order(REASONS, REASONS_NAME)
    shades = await screen.page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)")
    assert (int(shades[0]) < 128) is (scheme == "dark")

    for kind in (".header", "time", ".context span", ".mention", ".button", ".only-you", ".badge"):
        assert await screen.contrast(card.locator(kind).first) >= 4.5, kind


async def test_the_page_scrolls_to_an_answer(screen: Screen) -> None:
    """A person who has scrolled up and sends a command is taken to its answer."""
    for _ in range(2):
        await screen.composer.fill(f"/order {REASONS}")
        await screen.composer.press("Enter")
        await expect(screen.card(REASONS_NAME).last).to_be_in_viewport()
    await screen.messages.first.scroll_into_view_if_needed()

    await screen.composer.fill(f"/order {OAK}")
    await screen.composer.press("Enter")

    await expect(screen.card(OAK_NAME)).to_be_in_viewport()
