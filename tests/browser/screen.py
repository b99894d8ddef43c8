"""The page by what people see and press: words, labels and roles."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Dialog, Error, Locator, Page, Request, expect

MAX_TAB_PRESSES = 120
DOWN = "isn't responding"
"""What the bot says while Autoenhance is down."""
_CONTRAST = """(node) => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => channels(colour).slice(0, 3).map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  let behind = node;
  while (channels(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const both = [getComputedStyle(node).color, getComputedStyle(behind).backgroundColor].map(light);
  return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
}"""


@dataclass
class Screen:
    """`complaints`: warnings and errors in the console, uncaught exceptions, and dialogs."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("list", name="Messages").locator("> li")

    @property
    def conversations(self) -> Locator:
        return self.page.get_by_role("navigation", name="Conversations")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile("^Message "))

    @property
    def hint(self) -> Locator:
        return self.page.get_by_role("region", name="Tour")

    @property
    def modal(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def under_the_hood(self) -> Locator:
        return self.page.get_by_role("complementary", name="Under the hood")

    def order_controls(self, order: str) -> Locator:
        """The controls of this order in the panel, once its row is open."""
        return self.under_the_hood.get_by_role("group", name=order)

    @property
    def suggestions(self) -> Locator:
        return self.page.get_by_role("listbox", name="Suggestions").get_by_role("option")

    def exchanges(self, words: str) -> Locator:
        """The exchanges whose row has these words."""
        rows = self.under_the_hood.get_by_role("list", name="Requests").locator("> li")
        return rows.filter(has=self.page.locator("summary", has_text=words))

    def message(self, words: str | re.Pattern[str]) -> Locator:
        return self.messages.filter(has_text=words)

    def card(self, name: str) -> Locator:
        """The messages with a card of the order of this name."""
        return self.messages.filter(has=self.page.get_by_role("heading", name=name))

    async def type(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def order(self, order_id: str, name: str) -> Locator:
        """Types `/order …` and waits for the card."""
        await self.type(f"/order {order_id}")
        card = self.card(name)
        await expect(card).to_be_visible()
        return card

    async def choose(self, card: Locator, option: str) -> None:
        """Chooses an entry of a card's overflow menu."""
        await card.get_by_label("More", exact=True).click()
        await card.get_by_role("menuitem", name=option).click()

    async def shortcut(self, message: Locator, name: str) -> None:
        """Chooses an entry of the menu that appears over a message, or presses the button next to it."""
        await message.hover()
        button = message.get_by_role("button", name=name)
        if not await button.count():
            await message.get_by_label("More actions").click()
            button = message.get_by_role("menuitem", name=name)
        await button.click()

    async def open_panel(self) -> None:
        """Opens *Under the hood* if it is closed."""
        if not await self.under_the_hood.is_visible():
            await self.page.get_by_role("button", name="Under the hood", exact=True).click()

    async def open_order(self, name: str) -> Locator:
        """Opens its row in the panel, and returns its controls."""
        await self.open_panel()
        await self.under_the_hood.locator("summary").filter(has_text=name).first.click()
        return self.order_controls(name)

    async def act_as(self, name: str) -> None:
        await self.page.get_by_label("You are").select_option(label=name)

    async def enter(self, conversation: str) -> None:
        called = re.compile(rf"^{re.escape(conversation)}( new)?$")
        if not await self.conversations.is_visible():
            await self.page.get_by_role("button", name="Channels").click()
        await self.conversations.get_by_role("button", name=called).click()
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(conversation)

    async def tab_to(self, target: Locator, key: str = "Tab") -> None:
        """Presses Tab until this element has the focus."""
        for _ in range(MAX_TAB_PRESSES):
            await self.page.keyboard.press(key)
            if await target.evaluate("node => node === document.activeElement"):
                return
        raise AssertionError(f"{target} is not reached by {key}")

    def hosts(self) -> set[str | None]:
        """The hosts that the page sent requests to."""
        return {urlsplit(url).hostname for url in self.requests}

    async def is_as_wide_as_its_window(self) -> bool:
        """Whether neither the page nor the messages scroll sideways."""
        fits: bool = await self.page.evaluate(
            """() => [document.documentElement, document.getElementById("messages")]
                 .every((box) => box.scrollWidth <= box.clientWidth)"""
        )
        return fits

    async def contrast(self, words: Locator) -> float:
        """The contrast between these words and their background, from 1 to 21 as WCAG counts it."""
        ratio: float = await words.evaluate(_CONTRAST)
        return ratio

    async def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _console(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(f"{said.type}: {said.text}")

    def _thrown(self, error: Error) -> None:
        self.complaints.append(f"thrown: {error}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)

    def watch(self) -> None:
        context = self.page.context
        context.on("dialog", self._dialog)
        context.on("console", self._console)
        context.on("request", self._request)
        self.page.on("pageerror", self._thrown)


@asynccontextmanager
async def open_screen(browser: Browser, url: str, patience: int) -> AsyncIterator[Screen]:
    """A browser without any stored state, as on a first visit."""
    context = await browser.new_context(locale="en-GB", timezone_id="Europe/Berlin")
    context.set_default_timeout(patience)
    screen = Screen(await context.new_page())
    screen.watch()
    try:
        await screen.page.goto(url)
        await expect(screen.messages).not_to_have_count(0)
        yield screen
    finally:
        await context.close()
