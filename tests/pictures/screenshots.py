"""Pictures of what the page shows, at twice a screen's resolution and a fixed time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, FloatRect, Locator, Page, expect

from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BOT, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.pictures.scenes import Still

Scheme = Literal["light", "dark"]

LAPTOP, WIDE, NARROW, PHONE = 1220, 1440, 640, 390
TALL = 3000  # enough for the longest card without scrolling
MARGIN, PADDING = 12, 10
_DRAWN_FROM = "(hash) => document.querySelector('#home > .content')?.drawnFrom.includes(hash)"


@dataclass
class Screenshots:
    """Puts a message or view on the page of a sandbox, takes its picture and removes it."""

    page: Page
    slack: SlackSandbox

    async def take(self, still: Still, to: Path) -> None:
        if still.place == "modal":
            await self._modal(still, to)
        elif still.place == "home":
            self.slack.workspace.publish(ANA, still.sent)
            await self.open_home()
            await self.home(to)
        elif still.place == "below":
            await self._below(still, to)
        else:
            await self._message(still, to)

    async def _below(self, still: Still, to: Path) -> None:
        workspace = self.slack.workspace
        pasted = workspace.post(SHOOTS, ANA, "Is it done? <https://app.autoenhance.ai/orders/12-elm>")
        workspace.attach(pasted, [still.sent | {"is_app_unfurl": True}])
        row = self.page.locator(f'#messages > [data-key="{pasted.ts}"]')
        await self._element(row, to)
        workspace.delete(pasted)
        await expect(row).to_be_hidden()

    async def _message(self, still: Still, to: Path) -> None:
        workspace, place = self.slack.workspace, still.place
        root = workspace.post(SHOOTS, ANA, "A watched order's card") if place == "thread" else None
        more = {"thread_ts": root.ts if root else None, "ephemeral_to": ANA if place == "answer" else None}
        posted = workspace.post(SHOOTS, BOT, still.sent["text"], still.sent["blocks"], **more)
        if root is not None:
            await self.page.locator(f'#messages > [data-key="{root.ts}"] .replies').click()
        rows = "#replies" if root else "#messages"
        await self._element(self.page.locator(f'{rows} > [data-key="{posted.ts}"]'), to)
        for message in (posted, root):
            if message is not None:
                workspace.delete(message)
        await expect(self.page.locator(f'{rows} > [data-key="{posted.ts}"]')).to_be_hidden()

    async def _modal(self, still: Still, to: Path) -> None:
        self.slack.workspace.push(ANA, still.sent)
        await self._element(self.page.locator("#modal[open]"), to)
        self.slack.workspace.close_all(ANA)
        await expect(self.page.locator("#modal[open]")).to_have_count(0)

    async def thread(self, card: Message, to: Path) -> None:
        """A card in its channel, without other messages, next to the notices in its thread."""
        for message in self.slack.messages():
            if message.user != BOT:
                self.slack.workspace.delete(message)
        await self.page.get_by_role("button", name="Close the tour").click()
        await self._resize(WIDE, TALL)
        await self.page.locator(f'#messages > [data-key="{card.ts}"] .replies').click()
        replies = self.page.locator("#replies")
        notices = replies.locator(f'> :not([data-key="{card.ts}"])')
        first, last, list_box = await _box(notices.first), await _box(notices.last), await _box(replies)
        spare = list_box["height"] - (last["y"] + last["height"] - first["y"]) - PADDING
        await self._resize(WIDE, TALL - round(spare) + MARGIN)
        await notices.first.evaluate(
            f"(line) => {{ line.style.scrollMarginTop = '{MARGIN}px'; line.scrollIntoView(); "
            "document.activeElement.blur(); }"
        )
        left, right = await _box(self.page.locator("main")), await _box(self.page.locator("#thread"))
        await self._clip({**left, "width": left["width"] + right["width"]}, to)

    async def card(self, card: Message, to: Path, width: int = NARROW) -> None:
        """A card in its channel, once its picture is loaded."""
        await self._resize(width, TALL)
        row = self.page.locator(f'#messages > [data-key="{card.ts}"]')
        await expect(row.locator("img")).to_have_js_property("complete", value=True)
        await row.scroll_into_view_if_needed()
        await self._element(row, to)

    async def page_at(self, width: int, height: int, to: Path) -> None:
        """The page in a window of this size, at the end of the channel."""
        await self._resize(width, height)
        await self.page.locator("#messages > li").last.scroll_into_view_if_needed()
        await self._clip(None, to)

    async def open_home(self) -> None:
        """Returns after the app has its event, and may redraw the tab."""
        known = len(self.slack.exchanges)
        await self._resize(LAPTOP, TALL)
        await self._open("Order Desk · Home")
        await self.slack.until(
            lambda: [each for each in self.slack.exchanges[known:] if each.status or each.error]
        )

    async def home(self, to: Path) -> None:
        """The tab, once the page has drawn it."""
        view = self.slack.home(ANA)
        assert view is not None
        await self.page.wait_for_function(_DRAWN_FROM, arg=view.hash)
        await self._element(self.page.locator("#home > .content"), to, margin=MARGIN)
        await self._open("shoots")

    async def _resize(self, width: int, height: int) -> None:
        await self.page.set_viewport_size({"width": width, "height": height})

    async def _open(self, name: str) -> None:
        await self.page.locator("#sidebar").get_by_role("button", name=name, exact=True).click()
        await expect(self.page.locator("#channel-name")).to_contain_text(name)

    async def _element(self, element: Locator, to: Path, *, margin: int = 0) -> None:
        await expect(element).to_be_visible()
        await self._clip(_wider(await _box(element), margin), to)

    async def _clip(self, box: FloatRect | None, to: Path) -> None:
        """A part of the page, or all of it, without the pointer."""
        to.parent.mkdir(parents=True, exist_ok=True)
        await self.page.mouse.move(0, 0)
        if box is None:
            await self.page.screenshot(path=to, animations="disabled")
        else:
            await self.page.screenshot(path=to, animations="disabled", clip=box)


async def _box(element: Locator) -> FloatRect:
    box = await element.bounding_box()
    assert box is not None
    return box


def _wider(box: FloatRect, by: int) -> FloatRect:
    """The box at whole points, as half points would blur every line."""
    left, top = round(box["x"]) - by, round(box["y"]) - by
    return {
        "x": left,
        "y": top,
        "width": round(box["width"]) + 2 * by,
        "height": round(box["height"]) + 2 * by,
    }


@asynccontextmanager
async def open_screenshots(
    browser: Browser, slack: SlackSandbox, scheme: Scheme, width: int = LAPTOP
) -> AsyncIterator[Screenshots]:
    """A first visit in this colour scheme. The page's clock has the sandbox's time."""
    context = await browser.new_context(
        locale="en-GB",
        timezone_id="UTC",
        color_scheme=scheme,
        device_scale_factor=2,
        viewport={"width": width, "height": TALL},
    )
    try:
        page = await context.new_page()
        await page.clock.set_fixed_time(slack.workspace.now())
        await page.goto(slack.base_url)
        await expect(page.locator("#messages > li")).not_to_have_count(0)
        yield Screenshots(page, slack)
    finally:
        await context.close()
