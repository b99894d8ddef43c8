"""The metrics after real conversations. On PostgreSQL they come from the serving and the working process."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from bot.bootstrap.app import App, open_worker
from bot.demo.demo import APP_TOKEN, Sandbox, open_app_in, open_sandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK
from bot.sandbox.failures import FailureName
from bot.sandbox.server import serving
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, SHOOTS, TEAM
from bot.slack.constants import ASK_BLOCK, CHECK_ORDERS_HERE, LOOK_UP_ORDER
from bot.slack.listeners.http import MAX_BODY_BYTES
from tests.conftest import FAST_TIMING
from tests.conversations.test_forecasts import OF, goes_on, said
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.running_bot import running_bot
from tests.support.scrape import TOKEN, Scrape, scrape
from tests.support.shoot import Shoot
from tests.support.waiting import until_idle

Scraped = Callable[[], Awaitable[Scrape]]
UNKNOWN_ORDER = "5f0e7c52-9c1b-4a61-8f7e-2d90b3a6c419"


@pytest.fixture
async def sandbox(tmp_path: Path, clock: Clock, database_url: str) -> AsyncIterator[Sandbox]:
    opening = open_sandbox(tmp_path, clock=clock, database_url=database_url, metrics_token=TOKEN)
    async with opening as sandbox:
        yield sandbox


@pytest.fixture
def urls() -> list[str]:
    """The URLs at which the bot's processes are scraped."""
    return []


@pytest.fixture
async def app(sandbox: Sandbox, clock: Clock, urls: list[str]) -> AsyncIterator[App]:
    async with AsyncExitStack() as opened:
        if sandbox.settings.on_postgres:
            worker = await opened.enter_async_context(
                open_worker(sandbox.settings, timing=FAST_TIMING, now=clock.now)
            )
            urls.append(await opened.enter_async_context(serving(worker.web)))
        app = await opened.enter_async_context(open_app_in(sandbox, timing=FAST_TIMING, now=clock.now))
        events = urlsplit(sandbox.slack.events_url or "")
        urls.append(f"{events.scheme}://{events.netloc}")
        yield app


@pytest.fixture
def scraped(app: App, urls: list[str]) -> Scraped:
    """A scrape after all jobs have ended."""

    async def scraped() -> Scrape:
        await until_idle(app)
        return await scrape(*urls)

    return scraped


async def test_a_look_up(chat: Chat, scraped: Scraped) -> None:
    """Each step from the request to the answer is counted once, with its time."""
    await chat.order(OAK)

    metrics = await scraped()
    assert metrics.counted("order_desk_requests_total") == 1
    assert metrics.counted("order_desk_requests_total", kind="command", outcome="acked") == 1
    assert metrics.counted("order_desk_ack_seconds_count") == 1
    assert metrics.counted("order_desk_jobs_total", kind="look_up", outcome="done") == 1
    assert metrics.counted("order_desk_job_seconds_count", kind="look_up") == 1
    assert metrics.counted("order_desk_answer_seconds_count") == 1
    calls = 2  # for the order, and for its brackets
    assert metrics.counted("order_desk_autoenhance_calls_total") == calls
    assert metrics.counted("order_desk_autoenhance_calls_total", outcome="ok") == calls
    assert metrics.counted("order_desk_autoenhance_call_seconds_count") == calls
    assert metrics.counted("order_desk_slack_calls_total", method="response_url", outcome="ok") == 1
    assert metrics.counted("order_desk_slack_call_seconds_count", method="response_url") == 1
    assert 0 < metrics.counted("order_desk_ack_seconds_sum") < 3
    assert (metrics.gauge("order_desk_database_up"), metrics.gauge("order_desk_jobs_dead")) == (1, 0)


async def test_an_order_that_is_not_there(chat: Chat, scraped: Scraped) -> None:
    """A 404 is an answer: the job is done."""
    await chat.order(UNKNOWN_ORDER)

    metrics = await scraped()
    # Its brackets may be answered first, with a 404 too. Otherwise that request is given up.
    assert metrics.counted("order_desk_autoenhance_calls_total", outcome="not_found") in {1, 2}
    assert metrics.counted("order_desk_jobs_total", kind="look_up", outcome="done") == 1


@pytest.mark.parametrize("away", [("500", "no_answer"), ("close", "no_answer"), ("429", "limited")])
async def test_a_job_that_is_put_off(
    chat: Chat, sandbox: Sandbox, clock: Clock, scraped: Scraped, away: tuple[FailureName, str]
) -> None:
    """While Autoenhance is down the job stays in the queue, and its age grows."""
    failure, outcome = away
    sandbox.autoenhance.set_failure(failure, retry_after=60)
    await chat.order(OAK)
    clock.turn(minutes=5)

    metrics = await scraped()
    assert metrics.counted("order_desk_autoenhance_calls_total", outcome=outcome) >= 1
    assert metrics.counted("order_desk_jobs_total", kind="look_up", outcome="put_off") >= 1
    assert metrics.counted("order_desk_answer_seconds_count") == 0
    assert metrics.gauge("order_desk_jobs_open", kind="look_up") == 1
    assert 300 <= (metrics.gauge("order_desk_oldest_job_seconds", kind="look_up") or 0) < 360


async def test_a_job_that_was_given_up(chat: Chat, slack: SlackSandbox, scraped: Scraped) -> None:
    """A dead job is counted when it ends, and is in the gauge as long as it is kept."""
    card = await chat.order(OAK)
    slack.fail("chat.postMessage", error="is_archived")
    await chat.click(card, "Share in channel")
    await chat.reads("archived")
    slack.fail("chat.postMessage", error="invalid_blocks")
    await chat.click(card, "Share in channel")
    await chat.reads("Something went wrong")

    metrics = await scraped()
    assert metrics.counted("order_desk_jobs_total", kind="share", outcome="dead") == 1
    assert metrics.gauge("order_desk_jobs_dead") == 1
    for outcome in ("cannot_post", "refused"):
        assert (
            metrics.counted("order_desk_slack_calls_total", method="chat.postMessage", outcome=outcome) == 1
        )


async def test_a_notice_of_a_watch(chat: Chat, shoot: Shoot, scraped: Scraped) -> None:
    """The watch, its checks and their delay, the notice and the sweep are counted."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=20)
    await chat.noticed(card)

    metrics = await scraped()
    assert metrics.counted("order_desk_notices_total", kind="finished") == 1
    assert metrics.counted("order_desk_notices_total") == 1
    assert metrics.counted("order_desk_look_late_seconds_count") >= 1
    assert metrics.counted("order_desk_look_late_seconds_sum") > 600
    assert metrics.counted("order_desk_jobs_total", kind="look_at_watched", outcome="done") >= 1
    assert metrics.counted("order_desk_answer_seconds_count") == 1  # no person waits for background checks
    assert metrics.counted("order_desk_rounds_total", round="sweep", outcome="done") >= 1
    assert metrics.gauge("order_desk_watches", condition="open") == 1
    assert metrics.gauge("order_desk_watches", condition="parked") == 0


async def test_each_kind_of_request(chat: Chat, slack: SlackSandbox, scraped: Scraped) -> None:
    """Each kind of request has its own label, and unknown names share one."""
    card = await chat.order(BIRCH)
    await chat.click(card, "Re-check")
    await slack.global_shortcut(LOOK_UP_ORDER)
    await slack.submit(await chat.view("Up to 5 at once"), {ASK_BLOCK: OAK})
    await slack.message_shortcut(CHECK_ORDERS_HERE, slack.messages()[0])
    await slack.open_home()
    await sent(slack, json.dumps({"type": "x" * 300}))

    metrics = await scraped()
    for kind in (
        "command",
        "block_actions",
        "shortcut",
        "view_submission",
        "message_action",
        "event",
        "other",
    ):
        assert metrics.counted("order_desk_requests_total", kind=kind) == 1, kind


async def test_what_is_not_acknowledged(slack: SlackSandbox, scraped: Scraped) -> None:
    """A request that is unsigned, too long or unreadable is counted by its status, without a kind."""
    body = urlencode({"command": "/order"}).encode()
    await slack.send_raw(body, slack.signed(body) | {"X-Slack-Signature": "v0=0"})
    long = b"x" * (MAX_BODY_BYTES + 1)
    await slack.send_raw(long, slack.signed(long))
    await sent(slack, "[]")

    metrics = await scraped()
    for outcome in ("unsigned", "too_large", "unreadable"):
        assert metrics.counted("order_desk_requests_total", outcome=outcome) == 1, outcome
    assert metrics.counted("order_desk_requests_total", outcome="acked") == 0


async def test_a_listener_that_broke(chat: Chat, slack: SlackSandbox, scraped: Scraped) -> None:
    """A listener that raised is counted as broken, though its request was acknowledged."""
    slack.fail("views.open", error="expired_trigger_id")
    await slack.message_shortcut(CHECK_ORDERS_HERE, slack.messages()[0])

    metrics = await scraped()
    assert metrics.counted("order_desk_broken_listeners_total", cause="slack") == 1
    assert metrics.counted("order_desk_slack_calls_total", method="views.open", outcome="gone") == 1


async def test_nothing_says_who_or_what(chat: Chat, shoot: Shoot, sandbox: Sandbox, scraped: Scraped) -> None:
    """No metric holds an order, a person, a channel, a workspace or a secret."""
    card = await chat.order(OAK)
    await chat.click(card, "Re-check")
    await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=20)

    metrics = "".join((await scraped()).texts)
    secrets = [OAK, shoot.id, ANA, SHOOTS, TOKEN, TEAM]
    secrets += [sandbox.autoenhance.api_key, "xoxb-", "hooks", "Pine Lodge", "Oak Terrace"]
    assert [secret for secret in secrets if secret in metrics] == []


async def test_over_socket_mode(tmp_path: Path) -> None:
    """A request over Socket Mode is counted like one over HTTP."""
    opening = open_sandbox(
        tmp_path, slack_app_token=APP_TOKEN, slack_signing_secret=None, metrics_token=TOKEN
    )
    async with opening as sockets, running_bot(sockets, timing=FAST_TIMING) as app, serving(app.web) as url:
        await Chat(sockets.slack).order(OAK)
        metrics = await scrape(url)

    assert metrics.counted("order_desk_requests_total", kind="command", outcome="acked") == 1
    assert metrics.counted("order_desk_slack_calls_total", method="apps.connections.open", outcome="ok") == 2


async def sent(slack: SlackSandbox, payload: str) -> None:
    """Sends any body with a good signature."""
    body = urlencode({"payload": payload}).encode()
    await slack.send_raw(body, slack.signed(body))


async def test_forecasts_are_counted_once_for_an_order(
    chat: Chat, clock: Clock, app: App, shoot: Shoot, scraped: Scraped
) -> None:
    """By how the first range turned out, however many places watch the order."""
    shoot.is_now(of=OF)
    card = await chat.watch(shoot.id)
    await chat.watch(shoot.id, channel=ANA_BOT)
    await goes_on(shoot, chat, 3, 30)
    assert said(card)
    shoot.is_now(OF, of=OF)
    await shoot.later(seconds=72)
    await chat.noticed(card)
    await until_idle(app)

    found = await scraped()
    outcomes = ("early", "inside", "late")
    counted = [found.counted("order_desk_forecasts_total", outcome=outcome) for outcome in outcomes]
    assert counted == [1, 0, 0]
