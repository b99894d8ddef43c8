"""`make pictures`: every card, notice, list and modal, the Home tab and the page itself, as PNG."""

import asyncio
import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser

from bot.demo.demo import open_sandbox
from tests.browser.chromium import MISSING, open_browser, program
from tests.pictures import record
from tests.pictures.scenes import played, stills
from tests.pictures.screenshots import LAPTOP, PHONE, WIDE, Scheme, open_screenshots
from tests.slack.sample_views import NOW
from tests.support.clock import StandingClock
from tests.support.waiting import until_idle

ALL = record.FOLDER / "all"  # not in git
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


async def main() -> None:
    found = program()
    if found is None:
        sys.exit(MISSING)
    async with open_browser(found) as browser:
        for scheme in SCHEMES:
            await _stills(browser, scheme)
            await _page(browser, scheme)
        await _stills(browser, "light", PHONE)
    renewed = await _for_the_documents()
    sys.stdout.write(f"All of them are in {ALL}; new in the documents: {', '.join(renewed) or 'none'}.\n")


async def _for_the_documents() -> list[str]:
    """Draws only those that show something new. The others would differ in a few pixels alone."""
    async with played() as story:
        shown = await record.shown(story)
    renewed = record.outdated(shown)
    for name in renewed:
        record.picture(name).write_bytes(_smaller(ALL / SCHEMES[0] / f"{record.SHOWN_AS[name]}.png"))
    record.write(shown)
    return renewed


def _smaller(png: Path) -> bytes:
    """As WebP. Words are smaller without any loss, and photos with one that nobody sees."""
    written = []
    with Image.open(png) as picture:
        for lossless in (True, False):
            to = BytesIO()
            picture.convert("RGB").save(to, "WEBP", lossless=lossless, quality=90, method=6)
            written.append(to.getvalue())
    return min(written, key=len)


async def _stills(browser: Browser, scheme: Scheme, width: int = LAPTOP) -> None:
    """Draws each card on a sandbox without a bot, which gets it as it is. A phone shows no threads."""
    to = ALL / (scheme if width == LAPTOP else "phone")
    with TemporaryDirectory() as folder:
        async with (
            open_sandbox(Path(folder), clock=StandingClock(NOW)) as sandbox,
            open_screenshots(browser, sandbox.slack, scheme, width) as screenshots,
        ):
            for name, still in stills().items():
                if width == LAPTOP or still.place not in {"thread", "home"}:
                    await screenshots.take(still, to / f"{name}.png")


async def _page(browser: Browser, scheme: Scheme) -> None:
    to = ALL / scheme
    async with played() as story, open_screenshots(browser, story.sandbox.slack, scheme) as screenshots:
        await screenshots.page_at(WIDE, 900, to / "page-wide.png")
        await screenshots.page_at(PHONE, 844, to / "page-narrow.png")
        await screenshots.thread(story.card, to / f"{record.THREAD}.png")
        await story.watch_more()
        await screenshots.open_home()
        await until_idle(story.app)
        await screenshots.home(to / f"{record.HOME}.png")
        card = await story.show_pictures()
        await screenshots.card(card, to / f"{record.SHEET}.png")
        if scheme == SCHEMES[0]:
            await screenshots.card(card, ALL / "phone" / f"{record.SHEET}.png", PHONE)


asyncio.run(main())
