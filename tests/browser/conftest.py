"""A real browser on the sandbox's page, with the real bot behind it. No test may leave a secret anywhere."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox, open_app_in, open_sandbox
from bot.sandbox.clock import MovableClock
from tests.browser.chromium import MISSING, open_browser, program
from tests.browser.screen import Screen, open_screen
from tests.conftest import FAST_TIMING
from tests.support.leaks import no_leaks, searched_database

__all__ = ["no_leaks", "searched_database"]
TIMEOUT_MS = 20_000  # milliseconds

expect.set_options(timeout=TIMEOUT_MS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests. Without one they are skipped, but in CI they fail."""
    found = program()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    async with open_browser(found) as browser:
        yield browser


# The same fixtures as in tests/conftest.py, but in the browser's event loop, which outlives a test.


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox(tmp_path: Path, database_url: str, clock: MovableClock) -> AsyncIterator[Sandbox]:
    async with open_sandbox(tmp_path, database_url=database_url, clock=clock) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def app(sandbox: Sandbox, clock: MovableClock) -> AsyncIterator[App]:
    async with open_app_in(sandbox, timing=FAST_TIMING, now=clock.now) as app:
        yield app


@pytest_asyncio.fixture(loop_scope="session")
async def screen(browser: Browser, sandbox: Sandbox, app: App) -> AsyncIterator[Screen]:
    """The page as Ana opens it. At the end it has no complaints and has asked no other host."""
    async with open_screen(browser, sandbox.slack.base_url, TIMEOUT_MS) as screen:
        yield screen
    assert screen.complaints == []
    assert screen.hosts() == {"127.0.0.1"}
