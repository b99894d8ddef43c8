"""The first minute: which of its steps are done."""

from collections.abc import AsyncIterator

import pytest
from starlette.responses import JSONResponse

from bot.sandbox.autoenhance.sample_orders import ELM, HARBOUR_VIEW, OAK
from bot.sandbox.slack.sample_workspace import ANA_BOT, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.sandbox.browser import Browser, open_browser
from tests.sandbox.tiny_bot import answer, button, modal

CARD = [
    {"type": "header", "text": {"type": "plain_text", "text": "7 Harbour View, penthouse"}},
    {
        "type": "actions",
        "elements": [button("Re-check", action_id="recheck"), button("Share", action_id="s")],
    },
]
HIT = [{"type": "actions", "elements": [button("Show", action_id="show")]}]
LOOK_UP, RECHECK, WATCH, OUTAGE = range(4)
READY = "7 Harbour View, penthouse is ready."


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        browser.world.slack.events = (*browser.world.slack.events, "app_mention", "message.im")
        assert await done(browser) == set()
        yield browser


async def done(browser: Browser) -> set[int]:
    """The numbers of the steps that are ticked."""
    return {number for number, step in enumerate((await browser.sees())["tour"]) if step["done"]}


async def looked_up(browser: Browser, text: str = f"/order {ELM}") -> Message:
    """Types it. The bot answers with a card that only Ana sees."""
    await browser.ask("say", channel=SHOOTS, text=text)
    await browser.world.bot.respond(text="Here it is.", blocks=CARD)
    return browser.world.slack.messages()[-1]


async def posted(browser: Browser, **more: object) -> Message:
    """The bot posts a card, or a sentence with `blocks=None`."""
    message = {"channel": SHOOTS, "text": "Here.", "blocks": CARD, **more}
    assert (await browser.world.bot.call("chat.postMessage", **message))["ok"]
    return browser.world.slack.messages(str(message["channel"]))[-1]


async def test_only_what_happens_after_the_page_opens_counts() -> None:
    """The demo looks up an order in the terminal before that."""
    async with open_browser() as browser:
        await looked_up(browser)
        assert await done(browser) == set()


async def test_a_look_up_in_a_direct_message_by_a_mention_or_in_a_modal_counts(browser: Browser) -> None:
    """Each is answered with a card in its own way."""
    tours = []
    bot = browser.world.bot
    for channel, text in ((ANA_BOT, ELM), (SHOOTS, f"@Order Desk {ELM}")):
        async with open_browser() as other:
            other.world.slack.events = browser.world.slack.events
            await done(other)
            await other.ask("say", channel=channel, text=text)
            event = other.world.bot.heard[-1]["event"]
            thread = {} if channel == ANA_BOT else {"thread_ts": event["ts"]}
            await posted(other, channel=channel, **thread)
            tours.append(await done(other))
    await browser.ask("shortcut", channel=SHOOTS, callback_id="look_up_order")
    opened = await bot.call("views.open", trigger_id=bot.heard[-1]["trigger_id"], view=modal())
    assert await done(browser) == set()
    bot.reply = answer(response_action="update", view=modal())
    await browser.ask("submit", view=opened["view"]["id"], filled={"order": ELM})
    shown = modal(blocks=CARD)
    del shown["submit"]
    assert (await bot.call("views.update", view_id=opened["view"]["id"], view=shown))["ok"]
    assert [*tours, await done(browser)] == [{LOOK_UP}] * 3


async def test_a_hit_that_is_shown_counts_as_a_look_up(browser: Browser) -> None:
    """The list of hits alone does not."""
    await browser.ask("say", channel=SHOOTS, text="/order harbour")
    await browser.world.bot.respond(text="1 order matches.", blocks=HIT)
    assert await done(browser) == set()
    await browser.world.slack.click(browser.world.slack.messages()[-1], "Show")
    await browser.world.bot.respond(text="Here it is.", blocks=CARD)
    assert await done(browser) == {LOOK_UP}


async def test_a_card_is_checked_again(browser: Browser) -> None:
    """Only Re-check counts, once the card was drawn again. It is no look-up, and Share is no re-check."""
    card = await posted(browser)
    await browser.world.slack.click(card, "Share")
    await posted(browser)
    assert await done(browser) == set()
    await browser.world.slack.click(card, "Re-check")
    assert await done(browser) == set()
    await browser.world.bot.call("chat.update", channel=SHOOTS, ts=card.ts, text="Now.", blocks=CARD)
    assert await done(browser) == {RECHECK}


async def test_a_watch_counts_once_its_thread_has_the_news(browser: Browser) -> None:
    """The order must have finished, and a card in a thread is no news."""
    await browser.ask("say", channel=SHOOTS, text=f"/order watch {HARBOUR_VIEW}")
    root = await posted(browser)
    await posted(browser, thread_ts=root.ts, blocks=None, text="1 photo failed in 7 Harbour View, penthouse.")
    assert await done(browser) == set()
    browser.autoenhance.take_in_hand(HARBOUR_VIEW)
    browser.autoenhance.finish(HARBOUR_VIEW)
    await posted(browser, thread_ts=root.ts, blocks=None, text=READY)
    assert await done(browser) == {WATCH}
    browser.autoenhance.restart(HARBOUR_VIEW)
    assert await done(browser) == {WATCH}


async def test_what_is_no_watch_does_not_tick_it(browser: Browser) -> None:
    """An order that finishes by itself, a mention that is answered in a thread, and news from before."""
    browser.autoenhance.take_in_hand(HARBOUR_VIEW)
    browser.autoenhance.finish(HARBOUR_VIEW)
    root = await posted(browser)
    await posted(browser, thread_ts=root.ts, blocks=None, text=READY)
    assert await done(browser) == set()

    browser.world.clock.seconds += 1
    await browser.ask("say", channel=SHOOTS, text="@Order Desk is it done?", thread_ts=root.ts)
    await posted(browser, thread_ts=root.ts, blocks=None, text=READY)
    assert await done(browser) == set()

    browser.world.clock.seconds += 1
    await browser.ask("say", channel=SHOOTS, text=f"@Order Desk watch {HARBOUR_VIEW}", thread_ts=root.ts)
    await posted(browser, thread_ts=root.ts)
    await posted(browser, thread_ts=root.ts, blocks=None, text="Watching 7 Harbour View, penthouse.")
    assert await done(browser) == set()
    await posted(browser, thread_ts=root.ts, blocks=None, text=READY)
    assert await done(browser) == {WATCH}


async def test_an_outage_counts_once_its_look_up_is_answered(browser: Browser) -> None:
    """A failure that nobody looked up, and a look-up after it, do not count."""
    world = browser.world
    await browser.ask("mood", mood="500")
    await browser.http.get(f"/v3/orders/{OAK}")
    await browser.ask("mood", mood="well")
    world.clock.seconds += 1
    await looked_up(browser)
    assert await done(browser) == {LOOK_UP}

    await browser.ask("mood", mood="500")
    await browser.ask("say", channel=SHOOTS, text=f"/order {OAK}")
    await browser.http.get(f"/v3/orders/{OAK}")
    await world.bot.respond(text="Autoenhance isn't responding.")
    assert await done(browser) == {LOOK_UP}
    await browser.ask("mood", mood="well")
    assert await done(browser) == {LOOK_UP}
    world.clock.seconds += 1
    await world.bot.respond(text="Here it is.", blocks=CARD)
    assert await done(browser) == {LOOK_UP, OUTAGE}


async def test_only_a_watched_order_can_be_finished(browser: Browser) -> None:
    """Otherwise a person who finishes it first could not watch it any more. A shared card is no watch."""

    async def offered() -> list[str]:
        return [act["label"] for act in (await browser.sees())["tour"][WATCH]["acts"]]

    first = f"/order watch {HARBOUR_VIEW}"
    await posted(browser)
    assert await offered() == [first]
    await browser.ask("say", channel=SHOOTS, text=first)
    assert await offered() == ["Finish the order now"]


async def test_an_uploaded_file_ticks_nothing(browser: Browser) -> None:
    """Slack answers the bytes of a file with words, and the page goes on as before."""
    browser.world.slack.scopes.add("files:write")
    named = await browser.world.bot.call("files.getUploadURLExternal", filename="sheet.jpg", length=5)
    assert (await browser.world.bot.http.post(named["upload_url"], content=b"\xff\xd8\xff\xe0.")).is_success
    assert await done(browser) == set()
    await looked_up(browser)
    assert await done(browser) == {LOOK_UP}


async def test_what_failed_is_not_done(browser: Browser) -> None:
    """A click that the bot refuses, a card that Slack refuses and an unknown order do not count."""
    world = browser.world
    await browser.ask("say", channel=SHOOTS, text=f"/order {ELM}")
    world.slack.fail("respond", status=500)
    await world.bot.respond(text="Here it is.", blocks=CARD)
    card = await posted(browser)
    world.bot.reply = lambda _: JSONResponse({}, 500)
    await world.slack.click(card, "Re-check")
    await browser.http.get("/v3/orders/nothing-here")
    await world.bot.respond(text="No such order.")
    assert await done(browser) == set()
