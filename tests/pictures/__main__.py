"""`make pictures`: every card, notice, list and modal, the Home tab and the page itself, as PNG."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser

from bot.demo.demo import open_sandbox
from tests.browser.chromium import MISSING, open_browser, program
from tests.pictures import record
from tests.pictures.palette import smaller
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
        renewed = await _for_the_documents(browser)
    sys.stdout.write(f"All of them are in {ALL}; new in the documents: {', '.join(renewed) or 'none'}.\n")


async def _for_the_documents(browser: Browser) -> list[str]:
    """Draws only those that show something new. The others would differ in a few pixels alone."""
    async with played() as story:
        shown = await record.shown(story)
    renewed = record.outdated(shown)
    for name in renewed:
        drawn = (ALL / SCHEMES[0] / f"{record.SHOWN_AS[name]}.png").read_bytes()
        record.picture(name).write_bytes(await smaller(browser, drawn))
    record.write(shown)
    return renewed


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


asyncio.run(main())
