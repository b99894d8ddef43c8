"""What Slack has besides commands: mentions, direct messages, threads, and every kind of block."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import expect

from bot.sandbox.autoenhance.sample_orders import OAK, REASONS
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BOT, SHOOTS
from bot.slack import constants
from bot.slack.render import modals
from tests.browser.screen import Screen
from tests.pictures.scenes import stills
from tests.slack.sample_views import SAMPLES, view
from tests.support.uploads import uploaded

pytestmark = pytest.mark.asyncio(loop_scope="session")

ONLY_YOU = "Only visible to you"
OAK_NAME = "Oak Terrace, show home"


async def test_a_mention_is_completed_and_answered_in_its_thread(screen: Screen) -> None:
    """@ offers the app first. The answer is in the thread, and a second question there is answered too."""
    keyboard = screen.page.keyboard
    await screen.composer.press_sequentially("@")
    await expect(screen.suggestions.first).to_contain_text("Order Desk")
    await keyboard.press("Enter")
    await expect(screen.composer).to_have_value("@Order Desk ")
    await keyboard.type(OAK)
    await keyboard.press("Enter")
    question = screen.messages.filter(has_text="@Order Desk").filter(has_text=OAK)
    await question.get_by_role("button", name="1 reply").click()
    await expect(screen.thread.get_by_role("heading", name=OAK_NAME)).to_be_visible()

    await expect(screen.thread.get_by_role("textbox")).to_be_focused()
    await keyboard.type("see @ord")
    await keyboard.press("Enter")
    await keyboard.type("12 Elm Street")
    await expect(screen.thread.get_by_role("textbox")).to_have_value("see @Order Desk 12 Elm Street")
    await keyboard.press("Enter")
    await expect(screen.thread).to_contain_text("3 replies")


async def test_no_commands_are_offered_in_a_thread(screen: Screen) -> None:
    """Slack has none there, and says so to the person who types one."""
    await screen.shortcut(screen.message("Is this one done?"), "Reply in thread")
    reply = screen.thread.get_by_role("textbox")
    await reply.press_sequentially("/or")
    await expect(screen.page.get_by_role("listbox", name="People and apps")).to_be_hidden()
    await reply.press_sequentially("der help")
    await reply.press("Enter")
    await reply.fill("Soon.")
    await reply.press("Enter")
    await expect(screen.thread).to_contain_text("not supported in threads")


async def test_an_order_is_asked_for_in_a_direct_message(screen: Screen) -> None:
    """The empty conversation says what can be sent there, and plain words are a question."""
    await screen.enter("Order Desk")
    await expect(screen.message("Send Order Desk an order ID")).to_be_visible()
    await screen.type("oak terrace")
    await screen.page.get_by_role("button", name=f"Show {OAK_NAME}").click()
    await expect(screen.card(OAK_NAME)).to_be_visible()
    await expect(screen.message("Send Order Desk an order ID")).to_have_count(0)


async def test_a_mention_where_the_app_is_no_member(screen: Screen) -> None:
    """The person is told how to add it, and is answered after that."""
    await screen.enter("editing")
    await screen.type(f"@Order Desk {OAK}")
    await expect(screen.message("/invite @Order Desk")).to_contain_text(ONLY_YOU)
    await screen.type("/invite @Order Desk")
    await expect(screen.message("was added")).to_be_visible()
    await screen.type(f"@Order Desk {OAK}")
    await expect(screen.page.get_by_role("button", name="1 reply")).to_be_visible()


async def test_an_ephemeral_answer_in_a_thread(screen: Screen) -> None:
    """It is in the open thread and counts as no reply."""
    question = screen.message("Is this one done?")
    await screen.shortcut(question, "Reply in thread")
    await screen.thread.get_by_role("textbox").fill(f"and {OAK}?")
    await screen.thread.get_by_role("textbox").press("Enter")
    reply = screen.thread.get_by_role("listitem").filter(has_text=f"and {OAK}?")
    await screen.shortcut(reply, "Check orders here")
    await expect(screen.thread.get_by_role("heading", name=OAK_NAME)).to_be_visible()
    await expect(screen.thread).to_contain_text(ONLY_YOU)
    await expect(screen.thread).to_contain_text("1 reply")
    await expect(question.get_by_role("button", name="1 reply")).to_be_visible()


def labels(part: Any) -> list[str]:
    """The accessibility labels of all buttons in it."""
    if isinstance(part, list):
        return [label for each in part for label in labels(each)]
    if not isinstance(part, dict):
        return []
    own = [str(part["accessibility_label"])] if "accessibility_label" in part else []
    return own + [label for each in part.values() for label in labels(each)]


async def test_every_block_that_the_bot_sends_is_drawn(screen: Screen, slack: SlackSandbox) -> None:
    """In all cards, notices, lists and modals nothing is unknown, and a button's label is its name."""
    sent = stills()
    page = screen.page
    shown = [still.sent for still in sent.values() if still.place not in {"modal", "home"}]
    for each in shown:
        slack.workspace.post(SHOOTS, BOT, each.get("text", ""), each["blocks"])
    await expect(page.locator(".message .app")).to_have_count(len(shown))
    named = labels(shown)
    assert named
    for label in set(named):
        await expect(page.get_by_role("button", name=label, exact=True)).to_have_count(named.count(label))
    for still in sent.values():
        if still.place == "modal":
            slack.workspace.push(ANA, still.sent)
            await expect(screen.modal).to_be_visible()
            await expect(screen.modal.locator(".unknown")).to_have_count(0)
            slack.workspace.close_all(ANA)
            await expect(screen.modal).to_be_hidden()
    await expect(page.locator(".unknown")).to_have_count(0)


async def test_an_input_is_named_by_its_label_and_described_by_its_hint(
    screen: Screen, slack: SlackSandbox
) -> None:
    """The placeholder of a menu is not its name, and of two options with one label the chosen one is sent."""
    text = {"type": "plain_text", "text": "7 Harbour View"}
    options = [{"text": text, "value": value} for value in ("first", "second")]
    menu: dict[str, Any] = {"type": "static_select", "action_id": "chosen", "options": options}
    words = {
        key: {"type": "plain_text", "text": value} for key, value in (("label", "Order"), ("hint", "One."))
    }
    menu["placeholder"] = {"type": "plain_text", "text": "Choose one"}
    title, submit = ({"type": "plain_text", "text": value} for value in ("Watch", "Go"))
    block = {"type": "input", "block_id": "order", "element": menu, **words}
    slack.workspace.push(ANA, {"type": "modal", "title": title, "submit": submit, "blocks": [block]})
    field = screen.modal.get_by_role("combobox", name="Order", exact=True)
    await expect(field).to_have_accessible_description("One.")
    await field.select_option(index=2)
    await screen.modal.get_by_role("button", name="Go").click()
    await slack.until(lambda: slack.exchanges)
    state = slack.exchanges[-1].payload["view"]["state"]["values"]["order"]["chosen"]
    assert state["selected_option"]["value"] == "second"


async def test_a_photo_is_chosen_by_keyboard(screen: Screen, slack: SlackSandbox) -> None:
    """In the modal with all photos, before any long list. The choice is sent at once."""
    shown = modals.photos(view(SAMPLES[REASONS]), (SHOOTS, "1700000000.000100"))
    slack.workspace.push(ANA, modals.answer(shown, callback_id=constants.PHOTOS))
    menu = screen.modal.get_by_role("combobox", name="Before and after", exact=True)
    await expect(menu).to_be_in_viewport(ratio=1)
    await screen.tab_to(menu)
    await screen.page.keyboard.press("ArrowDown")
    await slack.until(lambda: slack.exchanges)
    [action] = slack.exchanges[-1].payload["actions"]
    assert action["action_id"] == constants.BEFORE_AND_AFTER
    assert action["selected_option"]["text"]["text"].endswith(".jpg")


_WIDTH = "([image, width]) => image.naturalWidth === width"


@pytest.mark.parametrize("width", [390, 1280])
async def test_an_uploaded_picture_is_shown(screen: Screen, slack: SlackSandbox, width: int) -> None:
    """Within the width of its message, with its alt text. Of a deleted file, Slack says so."""
    await screen.page.set_viewport_size({"width": width, "height": 844})
    drawn = io.BytesIO()
    Image.new("RGB", (1600, 900), "teal").save(drawn, "JPEG")
    kept, deleted = uploaded(slack, drawn.getvalue()), uploaded(slack, drawn.getvalue())
    slack.files.delete({"file": deleted})
    blocks = [
        {"type": "image", "slack_file": {"id": file}, "alt_text": alt}
        for file, alt in ((kept, "12 of 30 photos"), (deleted, "Older ones"))
    ]
    slack.workspace.post(SHOOTS, BOT, "Birch Avenue 9", blocks)
    images = [screen.page.get_by_role("img", name=name) for name in ("12 of 30 photos", "Older ones")]
    for image, natural in zip(images, (1600, 320), strict=True):
        await screen.page.wait_for_function(_WIDTH, arg=[await image.element_handle(), natural])
    box = await images[0].bounding_box()
    assert box
    assert box["x"] + box["width"] <= width
    assert box["width"] / box["height"] == pytest.approx(1600 / 900, rel=0.02)
