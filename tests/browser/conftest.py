"""A real browser at the page of the sandbox, with the real bot behind it."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from bot.build.desk import Desk
from bot.demo import Sandbox, open_desk_in, open_sandbox
from tests.browser.screen import Screen, open_screen
from tests.conftest import HURRY

PROGRAMS = ("chromium", "google-chrome", "chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # what the browser asks for by itself
)
PATIENCE = 10_000  # milliseconds

expect.set_options(timeout=PATIENCE)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests; where there is none they are skipped, but in CI they fail."""
    program = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if program is None:
        reason = f"no browser found, looked for {', '.join(PROGRAMS)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


# The same two as everywhere, but in the event loop of the browser, which outlives a test.


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with open_sandbox(tmp_path) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def desk(sandbox: Sandbox) -> AsyncIterator[Desk]:
    async with open_desk_in(sandbox, pace=HURRY) as desk:
        yield desk


@pytest_asyncio.fixture(loop_scope="session")
async def screen(browser: Browser, sandbox: Sandbox, desk: Desk) -> AsyncIterator[Screen]:
    """The page as Ana opens it; afterwards, that it had nothing to complain of and asked nobody else."""
    async with open_screen(browser, sandbox.slack.base_url, PATIENCE) as screen:
        yield screen
    assert screen.complaints == []
    assert screen.hosts() == {"127.0.0.1"}
