"""Connecting and sharing an account on the page: by label and keyboard, on a phone, and what axe finds."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.demo.demo import Sandbox, open_sandbox
from bot.sandbox.autoenhance.app import API_KEY
from bot.sandbox.clock import MovableClock
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BEN, EDITING, OWNERS
from bot.storage.keyring import new_key
from tests.browser.screen import Screen
from tests.browser.test_accessibility import AXE, VIEWS, findings

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox(tmp_path: Path, database_url: str, clock: MovableClock) -> AsyncIterator[Sandbox]:
    """With ENCRYPTION_KEYS."""
    keys = new_key()
    async with open_sandbox(
        tmp_path, database_url=database_url, clock=clock, encryption_keys=keys
    ) as sandbox:
        yield sandbox


def home(screen: Screen) -> Locator:
    return screen.page.get_by_role("region", name="App Home")


async def connected(screen: Screen) -> None:
    """Ana connects an account."""
    await screen.enter("Order Desk · Home")
    await home(screen).get_by_role("button", name="Connect an Autoenhance account").click()
    await screen.modal.get_by_role("textbox", name="Name").fill("Elm Studio")
    await screen.modal.get_by_role("textbox", name="API key").fill(API_KEY)
    await screen.modal.get_by_role("button", name="Connect", exact=True).click()
    await expect(home(screen)).to_contain_text("Connected Elm Studio. Its key ends in 000x.")
    await expect(screen.modal).to_be_hidden()


async def opened(screen: Screen, entry: str) -> None:
    """The modal of an entry of the account's menu."""
    await home(screen).get_by_label("More", exact=True).click()
    await screen.page.get_by_role("menuitem", name=entry).click()
    await expect(screen.modal.get_by_role("heading", name=entry)).to_be_visible()


def values(slack: SlackSandbox) -> dict[str, Any]:
    """What was submitted last, by action_id."""
    sent = [each.payload for each in slack.exchanges if each.payload.get("type") == "view_submission"]
    blocks = sent[-1]["view"]["state"]["values"].values()
    return {name: value for block in blocks for name, value in block.items()}


async def test_a_mistake_is_shown_at_its_field(screen: Screen) -> None:
    """The modal stays, the key field is described by the error, and what was typed stays too."""
    await screen.enter("Order Desk · Home")
    await home(screen).get_by_role("button", name="Connect an Autoenhance account").press("Enter")
    name, key = (screen.modal.get_by_role("textbox", name=label) for label in ("Name", "API key"))
    await expect(name).to_be_focused()
    await name.fill("Elm Studio")
    await key.fill("one two")
    await key.press("Enter")

    await expect(screen.modal.get_by_role("alert")).to_contain_text("Copy it again.")
    await expect(key).to_be_focused()
    await expect(name).to_have_value("Elm Studio")


async def test_channels_and_people_are_chosen_with_the_keyboard(screen: Screen, slack: SlackSandbox) -> None:
    """Slack's own names are shown, and their IDs are sent. Shared and archived channels are not offered."""
    await connected(screen)
    await opened(screen, "Channels")
    group = screen.modal.get_by_role("group", name="Channels")
    boxes = group.get_by_role("checkbox")
    words = [each.strip() for each in await group.locator("label").all_inner_texts()]
    assert words == ["#shoots", "#editing", "🔒 owners"]
    await screen.tab_to(boxes.nth(1))
    await screen.page.keyboard.press("Space")
    await screen.page.keyboard.press("Tab")
    await screen.page.keyboard.press("Space")
    await screen.modal.get_by_role("button", name="Save").press("Enter")
    await expect(home(screen)).to_contain_text("Saved. Elm Studio: Searched in")
    assert values(slack)["channels"]["selected_conversations"] == [EDITING, OWNERS]
    assert values(slack)["everywhere"]["selected_options"] == []

    await opened(screen, "Channels")
    await expect(group.get_by_role("checkbox", name="editing")).to_be_checked()
    await expect(group.get_by_role("checkbox", name="shoots")).not_to_be_checked()
    await screen.modal.get_by_role("button", name="Cancel").click()

    await opened(screen, "Hand over")
    await screen.modal.get_by_role("combobox", name="New owner").select_option(label="Ben Okafor")
    await screen.modal.get_by_role("button", name="Hand over").click()
    await expect(home(screen)).to_contain_text("Elm Studio belongs to @ben now.")
    assert values(slack)["owner"] == {"type": "users_select", "selected_user": BEN}
    await expect(home(screen).get_by_label("More", exact=True)).to_have_count(0)
    assert slack.views(ANA) == []


@pytest.mark.parametrize(("scheme", "width", "height"), VIEWS)
async def test_axe_finds_nothing_and_all_fits(
    screen: Screen, scheme: Literal["light", "dark"], width: int, height: int
) -> None:
    """The Home tab with accounts, and each of the modals: in both colour schemes, on a phone as well."""
    await connected(screen)
    await screen.page.emulate_media(color_scheme=scheme)
    await screen.page.set_viewport_size({"width": width, "height": height})
    await screen.page.evaluate(AXE)
    assert await findings(screen.page) == []
    for entry in ("Channels", "Replace key", "Webhook", "Hand over", "Disconnect"):
        await opened(screen, entry)
        assert await findings(screen.page) == []
        assert await screen.is_as_wide_as_its_window()
        await expect(screen.modal.get_by_role("button").last).to_be_in_viewport(ratio=1)
        await screen.page.keyboard.press("Escape")
        await expect(screen.modal).to_be_hidden()
