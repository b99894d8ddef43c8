"""The Home tab, broadcast replies and the webhook on the page, with a tiny bot instead of the real one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import ELM
from bot.sandbox.page.app import demo_app
from bot.sandbox.server import serving
from bot.sandbox.slack.sample_workspace import ANA, BEN, SHOOTS
from tests.browser.conftest import TIMEOUT_MS
from tests.browser.screen import Screen, open_screen
from tests.sandbox.tiny_bot import World, actions, button, home, open_receiver, open_world

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENTRY = "Order Desk · Home"


@dataclass
class HomePage:
    """The page with its Slack, its tiny bot and its Autoenhance."""

    screen: Screen
    world: World
    autoenhance: AutoenhanceSandbox

    @property
    def home(self) -> Locator:
        return self.screen.page.get_by_role("region", name="App Home")

    async def publish(self, words: str, *, user: str = ANA) -> None:
        blocks: list[dict[str, Any]] = [
            {"type": "header", "text": {"type": "plain_text", "text": words}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "5 orders of `harbour`"}]},
            *home(button("Refresh", action_id="refresh"), button("Help", action_id="help"))["blocks"],
        ]
        published = await self.world.bot.call("views.publish", user_id=user, view=home() | {"blocks": blocks})
        assert published["ok"]

    async def heard(self, kind: str) -> dict[str, Any]:
        """The last payload of this type, once there is one."""
        bot = self.world.bot
        found = await self.world.slack.until(lambda: [each for each in bot.heard if each["type"] == kind])
        return found[-1]


@pytest_asyncio.fixture(loop_scope="session")
async def tab_page(browser: Browser) -> AsyncIterator[HomePage]:
    async with open_world() as world:
        autoenhance = AutoenhanceSandbox(now=world.clock)
        async with serving(demo_app(world.slack, autoenhance)) as url:
            async with open_screen(browser, url, TIMEOUT_MS) as screen:
                yield HomePage(screen, world, autoenhance)
            assert screen.complaints == []


async def test_the_home_tab_is_opened_drawn_and_pressed(tab_page: HomePage) -> None:
    """The app gets an event when the tab opens.

    What it publishes is drawn and redrawn, and a button keeps the focus.
    """
    screen = tab_page.screen
    await screen.enter(ENTRY)
    await expect(tab_page.home).to_contain_text("Nothing here yet")
    await expect(screen.composer).to_be_hidden()
    assert (await tab_page.heard("event_callback"))["event"]["user"] == ANA

    await tab_page.publish("Recent orders")
    await expect(tab_page.home.get_by_role("heading", name="Recent orders")).to_be_visible()
    refresh = tab_page.home.get_by_role("button", name="Refresh")
    await refresh.press("Enter")
    clicked = await tab_page.heard("block_actions")
    assert (clicked["view"]["type"], clicked["actions"][0]["action_id"]) == ("home", "refresh")

    await tab_page.publish("No orders")
    await expect(tab_page.home.get_by_role("heading", name="No orders")).to_be_visible()
    await expect(tab_page.home.get_by_role("heading")).to_have_count(1)
    await expect(refresh).to_be_focused()

    await screen.enter("shoots")
    await expect(tab_page.home).to_be_hidden()
    await expect(screen.composer).to_be_focused()


async def test_each_person_opens_their_own_home_tab(tab_page: HomePage) -> None:
    """Ben sees his tab, and the app gets his event.

    Olga of another company sees a channel and no Home tab.
    """
    await tab_page.publish("For Ana")
    await tab_page.publish("For Ben", user=BEN)
    await tab_page.screen.enter("partners")
    await tab_page.screen.enter(ENTRY)
    await expect(tab_page.home).to_contain_text("For Ana")

    await tab_page.screen.act_as("Ben Okafor")
    await expect(tab_page.home).to_contain_text("For Ben")
    await tab_page.world.slack.until(lambda: tab_page.world.bot.heard[-1]["event"]["user"] == BEN)

    await tab_page.screen.act_as("Olga Petrova (other company)")
    await expect(tab_page.home).to_be_hidden()
    await expect(tab_page.screen.conversations.get_by_role("button", name=ENTRY)).to_have_count(0)


async def test_the_home_tab_with_the_keyboard(tab_page: HomePage) -> None:
    """Tab reaches the entry, Enter opens it, and the next Tab focuses its first button."""
    await tab_page.publish("Recent orders")
    await tab_page.screen.tab_to(tab_page.screen.conversations.get_by_role("button", name=ENTRY))
    await tab_page.screen.page.keyboard.press("Enter")
    await expect(tab_page.home).to_be_focused()

    await tab_page.screen.page.keyboard.press("Tab")

    await expect(tab_page.home.get_by_role("button", name="Refresh")).to_be_focused()


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_the_home_tab_on_a_phone(tab_page: HomePage, scheme: Literal["dark", "light"]) -> None:
    """The Home tab opens from the list of channels, fits a phone, and is readable in both colour schemes."""
    screen = tab_page.screen
    await tab_page.publish("Recent orders")
    await screen.page.emulate_media(color_scheme=scheme)
    await screen.page.set_viewport_size({"width": 390, "height": 844})
    await screen.page.get_by_role("button", name="Channels").click()
    await screen.enter(ENTRY)
    await expect(screen.conversations).to_be_hidden()

    await expect(tab_page.home.get_by_role("button", name="Help")).to_be_in_viewport(ratio=1)
    assert await screen.is_as_wide_as_its_window()
    for kind in (".header", "code", ".context span", ".button"):
        assert await screen.contrast(tab_page.home.locator(kind).first) >= 4.5, kind


async def test_a_broadcast_reply_is_seen_in_channel_and_thread(tab_page: HomePage) -> None:
    """In the channel the reply names and links its thread. In the thread it says that it was broadcast."""
    root = tab_page.world.slack.messages()[0]
    where = {"channel": SHOOTS, "thread_ts": root.ts, "reply_broadcast": True}
    await tab_page.world.bot.call("chat.postMessage", text="All done.", **where)
    reply = tab_page.screen.message("All done.")
    await expect(reply).to_contain_text(
        "replied to a thread: Back from Elm Street, the dusk set is uploading now 📷"
    )

    await reply.get_by_role("button", name="Back from Elm Street").click()

    await expect(tab_page.screen.thread.get_by_text("All done.")).to_be_visible()
    await expect(tab_page.screen.thread).to_contain_text("Also sent to the channel")
    await expect(reply).to_have_count(1)


async def test_a_button_with_confirm_asks_first(tab_page: HomePage) -> None:
    """The app gets the click only after a yes. Escape is a no."""
    said = {"title": "Stop?", "text": "Nobody is told any more.", "confirm": "Stop", "deny": "Go on"}
    ask = {key: {"type": "plain_text", "text": words} for key, words in said.items()}
    blocks = actions(button("Stop watching", action_id="stop", confirm=ask))
    await tab_page.world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=blocks)
    stop, dialog = tab_page.screen.page.get_by_role("button", name="Stop watching"), tab_page.screen.modal
    await stop.click()
    await expect(dialog).to_contain_text("Nobody is told any more.")
    await dialog.get_by_role("button", name="Go on").click()
    await expect(dialog).to_be_hidden()
    await stop.click()
    await expect(dialog).to_be_visible()
    await tab_page.screen.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert tab_page.world.bot.heard == []

    await stop.click()
    await dialog.get_by_role("button", name="Stop", exact=True).click()

    assert (await tab_page.heard("block_actions"))["actions"][0]["action_id"] == "stop"


async def test_an_order_is_ended_and_the_webhook_called(tab_page: HomePage) -> None:
    """An order is ended next to one that runs: the receiver gets the call, and the log shows it."""
    page = tab_page.screen.page
    acts = await tab_page.screen.open_order("12 Elm Street — twilight")
    await acts.get_by_role("button", name="Finish now").click()
    await expect(page.get_by_text("29 processed · 1 error")).to_be_visible()

    async with open_receiver() as receiver:
        tab_page.autoenhance.webhook_url = receiver.url
        await acts.get_by_role("button", name="Call webhook").click()
        await receiver.until(1)

    (heard,) = receiver.heard
    assert (heard["order_id"], heard["order_is_processing"]) == (ELM, False)
    assert receiver.proofs == [tab_page.autoenhance.webhook_token]
    await expect(page.get_by_role("listitem").filter(has_text="webhook 3f9a1c2e…")).to_contain_text("200")
