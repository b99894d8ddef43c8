"""The page: what it receives, what it may ask for, and who may ask."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from bot.sandbox.autoenhance.sample_orders import ELM
from bot.sandbox.page.app import STATIC, demo_app
from bot.sandbox.server import serving
from bot.sandbox.slack.sample_workspace import ANA, BEN, BOT, OLGA, PARTNERS, SHOOTS
from tests.sandbox.browser import Browser, open_browser
from tests.sandbox.tiny_bot import actions, button, home, modal

WATCH = {"word": "watch", "usage": "[id]", "says": "tells a thread", "takes": "order"}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser(subcommands=[WATCH]) as browser:
        yield browser


async def test_the_page_may_load_nothing_from_elsewhere(browser: Browser) -> None:
    """The page's policy says so, and its own files name no other address."""
    document = await browser.http.get("/")
    assert "default-src 'self'" in document.headers["Content-Security-Policy"]
    for file in STATIC.iterdir():
        assert (await browser.http.get(f"/static/{file.name}")).status_code == 200
        assert "innerHTML" not in file.read_text()
        assert "https://" not in file.read_text()


async def test_each_person_sees_what_they_may_see(browser: Browser) -> None:
    """An ephemeral answer is for one person. Another company sees only the shared channel."""
    await browser.ask("say", channel=SHOOTS, text="/nonsense")
    ana, ben, olga = [await browser.sees(viewer) for viewer in (ANA, BEN, OLGA)]
    heard = [
        [channel["messages"][-1]["text"] for channel in each["channels"] if channel["id"] == SHOOTS]
        for each in (ana, ben)
    ]
    assert heard == [["/nonsense is not a valid command."], ["From the web app"]]
    assert [channel["id"] for channel in olga["channels"]] == [PARTNERS]


async def test_changes_are_sent_as_they_happen(browser: Browser) -> None:
    """A change sends one more snapshot on the same stream."""
    async with browser.http.stream("GET", "/page/events") as events:
        lines = events.aiter_lines()
        await anext(lines)
        await browser.ask("say", channel=SHOOTS, text="Hello")
        texts = [line async for line in _until(lines, "Hello")]
    assert texts


async def _until(lines: AsyncIterator[str], words: str) -> AsyncIterator[str]:
    async for line in lines:
        if words in line:
            yield line
            return


async def test_other_sites_cannot_act(browser: Browser) -> None:
    """A request without the page's header does nothing, and a foreign name for this machine is refused."""
    body = {"as": ANA, "channel": SHOOTS, "text": "Hello"}
    assert (await browser.http.post("/page/say", json=body)).status_code == 403
    assert (await browser.http.get("/", headers={"Host": "evil.example"})).status_code == 400
    assert browser.world.slack.messages()[-1].text != "Hello"


async def test_the_same_words_on_two_buttons_are_two_buttons(browser: Browser) -> None:
    """The page names a button by its place."""
    slack, bot = browser.world.slack, browser.world.bot
    blocks = [
        *actions(button("Re-check", action_id="a", value="1")),
        *actions(button("Re-check", action_id="a", value="2")),
    ]
    await bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=blocks)
    card = slack.messages()[-1]
    where = {"channel": SHOOTS, "ts": card.ts, "action_id": "a"}
    assert (await browser.ask("click", **where, block_id=card.blocks[1]["block_id"])).status_code == 200
    assert bot.heard[-1]["actions"][0]["value"] == "2"
    assert (await browser.ask("click", **where, block_id="gone")).status_code == 409


async def test_shortcuts_and_modals_go_through_the_page(browser: Browser) -> None:
    """The page opens and closes a modal from the + menu, and one from a message's menu."""
    slack, bot = browser.world.slack, browser.world.bot
    await browser.ask("shortcut", channel=SHOOTS, callback_id="look_up_order")
    await browser.ask("shortcut", channel=SHOOTS, callback_id="check_orders_here", ts=slack.messages()[0].ts)
    view = slack.workspace.push(ANA, modal())
    assert (await browser.sees(ANA))["views"][0]["id"] == view.id
    assert (await browser.ask("submit", view=view.id, filled={"order": ""})).status_code == 409
    await browser.ask("submit", view=view.id, filled={"order": ELM})
    again = slack.workspace.push(ANA, modal())
    await browser.ask("close", view=again.id)
    assert (await browser.ask("close", view=again.id)).status_code == 409
    assert [payload["type"] for payload in bot.heard] == ["shortcut", "message_action", "view_submission"]


async def test_each_person_has_their_own_home_tab(browser: Browser) -> None:
    """Opening it sends the event, buttons in it work, and another company has none."""
    slack, bot = browser.world.slack, browser.world.bot
    view = home(button("Recent", action_id="recent"))
    await bot.call("views.publish", user_id=BEN, view=view)
    ana, ben, olga = [await browser.sees(viewer) for viewer in (ANA, BEN, OLGA)]
    assert [each["has_app_home"] for each in (ana, ben, olga)] == [True, True, False]
    assert [each["app_home"] is None for each in (ana, ben, olga)] == [True, False, True]
    assert (await browser.ask("home", **{"as": BEN})).status_code == 200
    assert (await browser.ask("home", **{"as": OLGA})).status_code == 409
    shown = ben["app_home"]
    where = {"view": shown["id"], "block_id": shown["blocks"][0]["block_id"], "action_id": "recent"}
    assert (await browser.ask("click", **where, **{"as": BEN})).status_code == 200
    assert (await browser.ask("click", **where)).status_code == 409
    assert [payload["type"] for payload in bot.heard] == ["event_callback", "block_actions"]
    assert slack.home(ANA) is None


async def test_a_broadcast_reply_names_its_thread(browser: Browser) -> None:
    """The page draws it in the channel too, below the first words of the thread."""
    root = browser.world.slack.messages()[0]
    await browser.world.bot.call(
        "chat.postMessage", channel=SHOOTS, text="Done.", thread_ts=root.ts, reply_broadcast=True
    )
    messages = (await browser.sees(ANA))["channels"][0]["messages"]
    assert (messages[-1]["broadcast"], messages[-1]["replied_to"]) == (True, root.plain())
    assert not any(message["broadcast"] for message in messages[:-1])


async def test_the_page_receives_what_may_be_typed(browser: Browser) -> None:
    """The page gets the command from the manifest, and its words from the options."""
    (command,) = (await browser.sees(ANA))["commands"]
    assert (command["command"], command["subcommands"]) == ("/order", [WATCH])


async def test_the_app_is_not_offered_to_another_company(browser: Browser) -> None:
    """Olga of another company sees the shared channel, and in it no command."""
    (channel,) = (await browser.sees(OLGA))["channels"]
    assert not channel["is_offered"]
    assert all(each["is_offered"] for each in (await browser.sees(ANA))["channels"])


async def test_a_thread_is_summed_up_below_its_message(browser: Browser) -> None:
    """The page shows how many replies there are, by whom, and the time of the last."""
    root = browser.world.slack.messages()[0]
    await browser.ask("say", **{"as": BEN}, channel=SHOOTS, text="Soon.", thread_ts=root.ts)
    await browser.world.bot.call("chat.postMessage", channel=SHOOTS, text="Done.", thread_ts=root.ts)
    *_, last = browser.world.slack.messages()
    shown = (await browser.sees(ANA))["channels"][0]["messages"][0]
    assert (shown["replies"], shown["repliers"], shown["last_reply"]) == (2, [BEN, BOT], last.ts)


async def test_the_server_stops_with_an_open_page(browser: Browser) -> None:
    """An open stream of events ends with the server."""
    server = AsyncExitStack()
    url = await server.enter_async_context(serving(demo_app(browser.world.slack, browser.autoenhance)))
    async with browser.http.stream("GET", f"{url}/page/events") as events, asyncio.timeout(3):
        lines = events.aiter_lines()
        await anext(lines)
        await server.aclose()
        with pytest.raises(httpx.HTTPError):
            await anext(line async for line in lines if line.startswith("never"))


async def test_the_bot_is_marked_as_an_app(browser: Browser) -> None:
    """The page draws a badge for it."""
    assert (await browser.sees(ANA))["users"][BOT]["is_bot"]


async def test_many_changes_are_drawn_together(browser: Browser) -> None:
    """The page is redrawn at most once in so many real seconds, with the latest state."""
    app = demo_app(browser.world.slack, browser.autoenhance, apart=0.2)
    begun = time.monotonic()
    async with (
        serving(app) as url,
        httpx.AsyncClient(base_url=url) as http,
        http.stream("GET", "/page/events", params={"as": ANA}) as events,
    ):
        pictures = (line async for line in events.aiter_lines() if line)
        await anext(pictures)
        for number in range(3):
            await browser.world.slack.say(f"number {number}")
        drawn = await anext(pictures)

    assert time.monotonic() - begun > 0.19
    assert "number 2" in drawn
