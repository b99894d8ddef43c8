"""The clock of the demo, moved ahead by the page."""

import time

from bot.sandbox.clock import DAY_SECONDS, MovableClock
from tests.sandbox.browser import open_browser


async def test_the_page_moves_the_clock_a_day_ahead() -> None:
    """Each press adds a day, and the page says how many they are."""
    clock = MovableClock()
    async with open_browser(clock=clock) as browser:
        assert (await browser.sees())["days_ahead"] == 0
        for days in (1, 2):
            assert (await browser.ask("day-later")).status_code == 200
            assert (await browser.sees())["days_ahead"] == days
    ahead = clock() - time.time()
    assert round(ahead) == 2 * DAY_SECONDS
    assert round(clock.now().timestamp() - time.time()) == 2 * DAY_SECONDS


async def test_a_clock_that_is_not_the_pages_stays() -> None:
    """A scripted day has its own. The page then offers nothing."""
    async with open_browser() as browser:
        assert (await browser.sees())["days_ahead"] is None
        refused = await browser.ask("day-later")
        assert (refused.status_code, "scripted day" in refused.json()["error"]) == (409, True)
