"""Under the hood: each exchange as a row and in detail, and the controls of both stand-ins."""

from collections.abc import AsyncIterator

import pytest
from starlette.responses import Response

from bot.sandbox.autoenhance.app import SECOND_KEY
from bot.sandbox.autoenhance.sample_orders import BIRCH, ELM, HARBOUR_VIEW, MILL, OAK
from bot.sandbox.page.inspector import BURST_SECONDS, MAX_ROWS_PER_KIND
from bot.sandbox.slack.sample_workspace import BOT, EDITING, SHOOTS
from tests.sandbox.browser import Browser, open_browser
from tests.sandbox.tiny_bot import button, open_receiver

CARD = [{"type": "actions", "elements": [button("Re-check", action_id="recheck")]}]
CLOSED_PORT = "http://127.0.0.1:1/"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


async def test_every_kind_of_exchange_is_a_row(browser: Browser) -> None:
    """Rows come in the order of time, with a failure named by its word."""
    world = browser.world
    await browser.ask("say", channel=SHOOTS, text="/order 3f9a")
    world.clock.seconds += 1
    await world.bot.respond(text="Here.")
    await world.bot.call("chat.postMessage", channel="C0NOWHERE1", text="x")
    world.clock.seconds += 1
    await browser.http.get(f"/v3/orders/{ELM}")
    world.bot.reply = lambda _: Response(status_code=500)
    world.clock.seconds += 1
    await world.slack.open_home()
    browser.autoenhance.webhook_url = CLOSED_PORT
    await browser.autoenhance.call_webhook(ELM)

    log = (await browser.sees())["log"]

    assert [(line["kind"], line["what"], line["result"], line["ok"]) for line in log] == [
        ("delivery", "/order 3f9a", 200, True),
        ("response", "response_url", 200, True),
        ("api", "chat.postMessage", "channel_not_found", False),
        ("autoenhance", "GET /v3/orders/3f9a1c2e…", 200, True),
        ("delivery", "app_home_opened", "dispatch_failed", False),
        ("webhook", "webhook 3f9a1c2e…", "unreachable", False),
    ]
    assert [line["notes"] for line in log[:2]] == [["4 uses left"], ["4 uses left"]]


async def test_calls_of_the_webhook_that_come_together_are_one_row(browser: Browser) -> None:
    """Each order and burst has one row, and its detail shows each call."""
    browser.autoenhance.webhook_url = CLOSED_PORT
    for order in (ELM, ELM, HARBOUR_VIEW, ELM):
        await browser.autoenhance.call_webhook(order)
    browser.world.clock.seconds += BURST_SECONDS + 1
    await browser.autoenhance.call_webhook(ELM)

    log = (await browser.sees())["log"]

    assert [(line["what"], line["notes"]) for line in log] == [
        ("webhook 3f9a1c2e…", ["3 calls"]),
        ("webhook b81d5e07…", []),
        ("webhook 3f9a1c2e…", []),
    ]
    facts, parts = await browser.detail(log[0])
    assert (facts["Calls"], facts["Order"]) == ("3", ELM)
    assert len(parts["Each call"].splitlines()) == 3


async def test_one_kind_does_not_push_out_the_others(browser: Browser) -> None:
    """The panel shows the last rows of each kind."""
    await browser.ask("say", channel=SHOOTS, text="/order 3f9a")
    for _ in range(MAX_ROWS_PER_KIND + 5):
        await browser.http.get(f"/v3/orders/{OAK}")
    log = (await browser.sees())["log"]
    assert [line["kind"] for line in log].count("delivery") == 1
    assert [line["kind"] for line in log].count("autoenhance") == MAX_ROWS_PER_KIND


async def test_a_delivery_in_detail(browser: Browser) -> None:
    """The detail has the shortened signature, its age, the ack and its time.

    It also has what is left of the response_url.
    """
    world = browser.world
    await browser.ask("say", channel=SHOOTS, text="/order 3f9a")
    await world.bot.respond(text="x" * 1_000)
    world.clock.seconds += 600
    delivery, response = (await browser.sees())["log"]

    facts, parts = await browser.detail(delivery)

    assert facts["Ack"].endswith(" ms")
    assert (facts["Sent over"], facts["response_url"]) == ("signed HTTP", "4 of 5 uses and 20 minutes left")
    assert (facts["Signature"][:3], facts["Signature"][-1]) == ("v0=", "…")
    assert facts["Timestamp"].startswith("0 seconds old")
    assert '"text": "3f9a"' in parts["Sent"]
    assert parts["Response"] == "(empty)"
    facts, parts = await browser.detail(response)
    assert "(1,000 characters)" in parts["Sent"]
    assert parts["Response"] == "ok"


async def test_a_late_ack_says_so(browser: Browser) -> None:
    """Slack itself tells no one."""
    (exchange,) = [await browser.world.slack.command("/order 3f9a")]
    exchange.seconds = 3.5
    facts, _ = await browser.detail({"id": "d0"})
    assert facts["Ack"] == "3500.0 ms, too late. Slack waits 3 seconds"


async def test_a_request_to_autoenhance_in_detail(browser: Browser) -> None:
    """The detail hides the key and shows the first of many photos. An unknown exchange is a 404."""
    await browser.http.get(f"/v3/orders/{OAK}", headers={"x-api-key": "a-very-secret-key-of-ours"})
    (row,) = (await browser.sees())["log"]
    facts, parts = await browser.detail(row)
    assert (facts["Path"], facts["Status"]) == (f"/v3/orders/{OAK}", "200")
    assert '"a-very-sec…"' in parts["Headers"]
    assert "… and 15 more" in parts["Response"]
    for nothing in ("a7", "x0", "anything"):
        assert (await browser.http.get(f"/page/wire/{nothing}")).status_code == 404


async def test_a_failure_for_all_orders_and_for_one(browser: Browser) -> None:
    """An order's own failure comes first, and can be removed."""
    await browser.ask("mood", mood="500")
    await browser.ask("mood", order=ELM, mood="404")
    assert ((await browser.sees())["mood"], (await browser.order(ELM))["mood"]) == ("500", "404")
    assert (await browser.http.get(f"/v3/orders/{ELM}")).status_code == 404
    await browser.ask("mood", order=ELM, mood="")
    assert (await browser.http.get(f"/v3/orders/{ELM}")).status_code == 500
    await browser.ask("mood", mood="well")
    assert (await browser.http.get(f"/v3/orders/{ELM}")).status_code == 200


async def test_an_order_can_be_moved_by_hand(browser: Browser) -> None:
    """A stalled order too gets a photo more, a failure, its end, or a new start."""
    for act, state in (
        ("advance", "is_processing · 23 processed · 2 error · 1 processing · 4 waiting"),
        ("fail", "is_processing · 23 processed · 3 error · 1 processing · 3 waiting"),
        ("finish", "27 processed · 3 error"),
        ("restart", "is_processing · 1 processing · 29 waiting"),
        ("delete", "is_deleted · is_processing · 1 processing · 29 waiting"),
    ):
        assert (await browser.ask("order", order=BIRCH, act=act, reason="blurred")).status_code == 200
        assert (await browser.order(BIRCH))["state"] == state


async def test_what_cannot_be_moved_says_why(browser: Browser) -> None:
    """The answer names an order without photos, an unknown one, and one whose photos have all failed."""
    for order, words in ((MILL, "no photos"), ("gone", "no photos")):
        refused = await browser.ask("order", order=order, act="advance")
        assert (refused.status_code, words in refused.json()["error"]) == (409, True)
    for _ in range(19):
        last = await browser.ask("order", order=OAK, act="fail", reason=None)
    assert (last.status_code, (await browser.order(OAK))["state"]) == (409, "18 error")
    assert (await browser.ask("room", channel="C0NOWHERE1", act="archive")).status_code == 409


async def test_an_order_can_be_made_older(browser: Browser) -> None:
    """Nothing moves any more, and the last change is hours ago, but not before the order was made.

    A new photo ends that.
    """
    for order in (ELM, MILL):
        await browser.ask("order", order=order, act="age")
        shown = browser.autoenhance.order(order)
        browser.world.clock.seconds += 60
        assert browser.autoenhance.order(order) == shown
        assert shown["created_at"] < shown["last_updated_at"] < "2027-01-15T05:10"
    await browser.ask("order", order=ELM, act="advance")
    assert browser.autoenhance.order(ELM)["last_updated_at"] > "2027-01-15T08:00"


async def test_the_webhook_is_called_by_hand(browser: Browser) -> None:
    """Without a webhook, or when the webhook does not answer, the page gets a 409.

    An order that is moved by hand makes no calls about its past.
    """
    refused = await browser.ask("webhook", order=ELM)
    browser.autoenhance.webhook_url = CLOSED_PORT
    unheard = await browser.ask("webhook", order=ELM)
    assert [refused.status_code, unheard.status_code] == [409, 409]
    async with open_receiver() as receiver:
        browser.autoenhance.webhook_url = receiver.url
        await browser.autoenhance.tick()
        await browser.ask("order", order=BIRCH, act="advance")
        await browser.autoenhance.tick()
        assert (await browser.ask("webhook", order=BIRCH)).status_code == 200
    assert [(heard["order_id"], heard["order_is_processing"]) for heard in receiver.heard] == [
        (BIRCH, True)
    ] * 2


@pytest.mark.parametrize(("failure", "status"), [("ratelimited", 429), ("internal_error", 500)])
async def test_slack_fails_once_or_until_it_is_turned_off(
    browser: Browser, failure: str, status: int
) -> None:
    """The failure is for one method, and the panel names it."""
    method, bot, slack = "chat.postMessage", browser.world.bot, browser.world.slack
    for once, statuses in ((True, [status, 200]), (False, [status, status])):
        before = len(slack.calls())
        await browser.ask("slack-mood", method=method, mood=failure, once=once, retry_after=7)
        assert (await browser.sees())["slack_moods"][method] == failure
        for _ in statuses:
            await bot.call(method, channel=SHOOTS, text="x")
        assert [call.status for call in slack.calls()[before:]] == statuses
        await browser.ask("slack-mood", method=method, mood="well")
        assert (await browser.sees())["slack_moods"][method] == "well"
    assert (await browser.ask("slack-mood", method="auth.test", mood="slow")).status_code == 409


async def test_slack_answers_late(browser: Browser) -> None:
    """The answer is good, and the panel shows how long it took."""
    slack = browser.world.slack
    await browser.ask("slack-mood", method="chat.update", mood="slow", once=True)
    assert (await browser.sees())["slack_moods"]["chat.update"] == "slow"
    slack.faults.slow("chat.postMessage", 0.05)
    assert (await browser.world.bot.call("chat.postMessage", channel=SHOOTS, text="x"))["ok"]
    assert slack.calls()[-1].seconds >= 0.05
    assert slack.faults.standing() == {"chat.update": "slow"}


async def test_channels_are_changed_and_changed_back(browser: Browser) -> None:
    """The bot joins and leaves, a channel is archived or shared, and Slack's error says so to the bot."""
    bot = browser.world.bot
    for act, back, flag, error in (
        ("remove", "invite", "has_bot", "not_in_channel"),
        ("archive", "unarchive", "is_archived", "is_archived"),
        ("share", "unshare", "is_ext_shared", None),
    ):
        before = (await browser.sees())["rooms"][0][flag]
        await browser.ask("room", channel=SHOOTS, act=act)
        assert (await browser.sees())["rooms"][0][flag] is not before
        assert (await bot.call("chat.postMessage", channel=SHOOTS, text="x")).get("error") == error
        await browser.ask("room", channel=SHOOTS, act=back)
        assert (await browser.sees())["rooms"][0][flag] is before
    assert BOT not in browser.world.slack.workspace.channels[EDITING].members


async def test_a_delivery_comes_again(browser: Browser) -> None:
    """A delivery has the same body with a new signature, a count and the reason."""
    assert (await browser.ask("redeliver")).status_code == 409
    for text in ("/order one", "/order two"):
        await browser.ask("say", channel=SHOOTS, text=text)
    browser.world.clock.seconds += 400
    await browser.ask("redeliver")
    await browser.ask("redeliver", number=0)
    await browser.ask("redeliver", number=0)
    bot = browser.world.bot
    assert [heard["text"] for heard in bot.heard] == ["one", "two", "two", "one", "one"]
    retries = [request.headers.get("x-slack-retry-num") for request in bot.requests]
    assert retries == [None, None, "1", "1", "2"]
    stamps = {request.headers["x-slack-request-timestamp"] for request in bot.requests[2:]}
    assert stamps == {str(int(browser.world.clock.seconds))}
    assert bot.requests[-1].headers["x-slack-retry-reason"] == "http_timeout"
    assert "retry 2" in (await browser.sees())["log"][-1]["notes"]


async def test_the_key_of_the_second_account_can_be_copied(browser: Browser) -> None:
    """A person who tries the demo connects that account with it."""
    assert (await browser.sees())["second_key"] == SECOND_KEY
