"""The first minute: which of its steps are done."""

from collections.abc import AsyncIterator

import pytest
from starlette.responses import JSONResponse

from bot.sandbox.autoenhance.sample_orders import ELM, HARBOUR_VIEW, OAK
from bot.sandbox.slack.sample_workspace import SHOOTS
from tests.sandbox.browser import Browser, open_browser
from tests.sandbox.tiny_bot import button

CARD = [
    {"type": "header", "text": {"type": "plain_text", "text": "12 Elm Street"}},
    {"type": "actions", "elements": [button("Re-check", action_id="recheck")]},
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


async def done(browser: Browser) -> list[bool]:
    return [step["done"] for step in (await browser.sees())["tour"]]


async def looked_up(browser: Browser) -> None:
    await browser.ask("say", channel=SHOOTS, text=f"/order {ELM}")
    await browser.world.bot.respond(text="Here it is.", blocks=CARD)


async def test_only_what_happens_after_the_page_opens_counts(browser: Browser) -> None:
    """The demo looks up an order in the terminal before that."""
    await looked_up(browser)
    assert await done(browser) == [False] * 4


async def test_each_step_is_ticked_when_it_is_done(browser: Browser) -> None:
    """Steps may come in any order, and stay ticked."""
    world, autoenhance = browser.world, browser.autoenhance
    assert await done(browser) == [False] * 4

    await looked_up(browser)
    assert await done(browser) == [True, False, False, False]

    await world.bot.call("chat.postMessage", channel=SHOOTS, text="Here.", blocks=CARD)
    root = world.slack.messages()[-1]
    await world.slack.click(root, "Re-check")
    assert await done(browser) == [True, True, False, False]

    await world.bot.call("chat.postMessage", channel=SHOOTS, text="Ready.", thread_ts=root.ts)
    assert await done(browser) == [True, True, False, False]
    autoenhance.finish(ELM)
    assert await done(browser) == [True, True, True, False]
    autoenhance.restart(ELM)

    await browser.ask("mood", mood="500")
    await browser.http.get(f"/v3/orders/{OAK}")
    await world.slack.command(f"/order {OAK}")
    await world.bot.respond(text="Autoenhance isn't answering.")
    assert await done(browser) == [True, True, True, False]
    await browser.ask("mood", mood="well")
    assert await done(browser) == [True, True, True, False]
    world.clock.seconds += 1
    await world.bot.respond(text="Here it is.", blocks=CARD)
    assert await done(browser) == [True] * 4


async def test_only_a_watched_order_can_be_finished(browser: Browser) -> None:
    """Otherwise a person who finishes it first could not watch it any more."""

    async def offered() -> list[str]:
        return [act["label"] for act in (await browser.sees())["tour"][2]["acts"]]

    assert await offered() == [f"/order watch {HARBOUR_VIEW}"]
    await browser.world.bot.call("chat.postMessage", channel=SHOOTS, text="Here.", blocks=CARD)
    assert await offered() == ["Finish it now"]


async def test_what_failed_is_not_done(browser: Browser) -> None:
    """A click that the bot refuses, a card that Slack refuses and an unknown order do not count."""
    await done(browser)
    world = browser.world
    await browser.ask("say", channel=SHOOTS, text=f"/order {ELM}")
    world.slack.fail("respond", status=500)
    await world.bot.respond(text="Here it is.", blocks=CARD)
    await world.bot.call("chat.postMessage", channel=SHOOTS, text="Here.", blocks=CARD)
    world.bot.reply = lambda _: JSONResponse({}, 500)
    await world.slack.click(world.slack.messages()[-1], "Re-check")
    await browser.http.get("/v3/orders/nothing-here")
    await world.bot.respond(text="No such order.")
    assert await done(browser) == [False] * 4
