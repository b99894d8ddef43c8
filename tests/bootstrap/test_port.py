"""The port of a real process, attacked over real sockets, while Slack calls."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from bot.demo.demo import APP_TOKEN, Sandbox, open_sandbox
from bot.sandbox.autoenhance.sample_orders import OAK
from tests.support import short_of
from tests.support.caller import callers, head
from tests.support.process import Running, environment, running
from tests.support.scrape import TOKEN, scrape

MEGABYTE = b"x" * 1_000_000
FEW = 256  # descriptors, of which connections may take half
PATHS = ("/slack/events", "/autoenhance/webhook", "/healthz", "/readyz", "/metrics", "/nowhere")
LONG = 60.0  # seconds: no test reaches this deadline


def signed(*lines: str) -> tuple[str, ...]:
    """Headers that could be Slack's. Only the body shows that they are not."""
    return (*lines, f"X-Slack-Request-Timestamp: {int(time.time())}", f"X-Slack-Signature: v0={'0' * 64}")


@asynccontextmanager
async def attacked(
    sandbox: Sandbox, *, seconds: float = LONG, descriptors: int = 1024, **extra: str
) -> AsyncIterator[tuple[Running, str]]:
    """A process that Slack calls, and its URL."""
    env = environment(sandbox.settings) | {"METRICS_TOKEN": TOKEN} | extra
    arguments = (str(seconds), str(descriptors))
    async with running(*arguments, env=env, program=short_of.__file__) as process:
        url = await process.serves()
        sandbox.slack.events_url = f"{url}/slack/events"
        yield process, url


async def is_served(sandbox: Sandbox) -> bool:
    """Whether a command that Slack signed is acknowledged in time."""
    return (await sandbox.slack.command(f"/order {OAK}")).status == 200


async def test_every_address_has_the_deadline(sandbox: Sandbox) -> None:
    """What is not whole in time is refused with 408, whatever it asks for."""
    async with attacked(sandbox, seconds=1.0) as (_, url):
        with callers(url, len(PATHS) + 1) as [body, *heads]:
            await body.connect()
            await body.send(head("/slack/events", *signed("Content-Length: 1000")) + b"comm")
            for path, each in zip(PATHS, heads, strict=True):
                await each.connect()
                await each.send(head(path, "Content-Length: 1000")[:-2])
            came = await asyncio.gather(*(each.until_closed() for each in [body, *heads]))

        assert [line[:20] for line in came] == [b"HTTP/1.1 408 Request"] * len(came)
        assert (await scrape(url)).counted("order_desk_refused_connections_total", reason="slow") == len(came)
        assert await is_served(sandbox)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="idle"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHo", id="part-of-a-head"),
        pytest.param(head("/autoenhance/webhook", "Content-Length: 9"), id="refused-and-no-body"),
        pytest.param(head("/slack/events", *signed("Content-Length: 9")), id="no-body"),
        pytest.param(head("/healthz", method="GET"), id="used-once"),
    ],
)
async def test_connections_do_not_take_all_descriptors(sandbox: Sandbox, sent: bytes) -> None:
    """Slack is served, however many connections somebody else opens and keeps."""
    async with attacked(sandbox, descriptors=FEW) as (process, url):
        with callers(url, 3 * FEW) as many:
            for each in many:
                await each.connect()
                await each.send(sent)
            served = [await is_served(sandbox) for _ in range(5)]
            open_ = psutil.Process(process.process.pid).num_fds()

        assert served == [True] * 5
        assert open_ < FEW
        assert (await scrape(url)).counted("order_desk_refused_connections_total", reason="crowded") > FEW


async def test_a_setting_limits_connections(sandbox: Sandbox) -> None:
    """MAX_CONNECTIONS is how many there are at most, where the descriptors allow more."""
    async with attacked(sandbox, MAX_CONNECTIONS="10") as (_, url):
        with callers(url, 30) as many:
            for each in many:
                await each.connect()
            await asyncio.gather(*(each.until_closed() for each in many[:20]))

            assert await is_served(sandbox)


async def test_what_is_not_whole_keeps_little_memory(sandbox: Sandbox) -> None:
    """300 MB of unfinished bodies and 30 MB of header lines leave the process small, and Slack is served."""
    async with attacked(sandbox) as (process, url):
        memory = psutil.Process(process.process.pid).memory_info
        assert await is_served(sandbox)
        before = memory().rss
        with callers(url, 301) as [lines, *bodies]:
            await lines.connect()
            await lines.send(b"GET / HTTP/1.1\r\n")
            for each in bodies:
                await each.connect()
                await each.send(head("/slack/events", *signed("Content-Length: 1000001")) + MEGABYTE)
                await lines.send(b"a: b\r\n" * 17_000)

            assert await is_served(sandbox)
            assert memory().rss - before < 150_000_000


async def test_a_line_without_end_holds_up_nobody(sandbox: Sandbox) -> None:
    """One endless header line is cut off, so the time that it takes does not grow with it."""
    async with attacked(sandbox) as (_, url):
        with callers(url) as [line]:
            await line.connect()
            await line.send(b"GET / HTTP/1.1\r\na: ")
            sent = 0
            while sent < 100 and await line.send(MEGABYTE):
                sent += 1

            assert sent < 100
            assert await is_served(sandbox)


async def test_the_body_of_what_cannot_be_signed_is_not_read(sandbox: Sandbox) -> None:
    """The headers alone are enough to refuse it, also where `100 Continue` is asked for."""
    timestamp, signature = signed()
    old, early = (f"X-Slack-Request-Timestamp: {int(time.time()) + off}" for off in (-400, 3000))
    cases = [
        (signature,),
        (timestamp,),
        (signature, "X-Slack-Request-Timestamp: soon"),
        (signature, old),
        (signature, early),
        (timestamp, "X-Slack-Signature: v1=abc"),
    ]
    async with attacked(sandbox) as (_, url):
        with callers(url, 2 * len(cases)) as several:
            for lines, plain, expects in zip(cases, several[::2], several[1::2], strict=True):
                await plain.connect()
                await plain.send(head("/slack/events", "Content-Length: 1000", *lines))
                await expects.connect()
                await expects.send(
                    head("/slack/events", "Content-Length: 1000", "Expect: 100-continue", *lines)
                )

                assert b" 401 " in await plain.answer(b"Unauthorized")
                assert (await expects.until_closed()).startswith(b"HTTP/1.1 401 ")


async def test_a_process_in_socket_mode_has_the_same_port(tmp_path: Path) -> None:
    """Its health and metrics are behind the same limits."""
    async with (
        open_sandbox(tmp_path, slack_app_token=APP_TOKEN, slack_signing_secret=None) as sandbox,
        attacked(sandbox, descriptors=FEW, SLACK_APP_TOKEN=APP_TOKEN) as (_, url),
    ):
        with callers(url, FEW) as [long, *many]:
            await long.connect()
            await long.send(b"GET /healthz HTTP/1.1\r\na: " + b"b" * 40_000)
            came = await long.until_closed()
            for each in many:
                await each.connect()

            assert b" 431 " in came
            assert (await scrape(url)).counted("order_desk_refused_connections_total", reason="crowded")


async def test_sigterm_ends_a_crowd(sandbox: Sandbox) -> None:
    """A process that is told to end does so, whatever its callers keep open."""
    async with attacked(sandbox) as (process, url):
        with callers(url, 3) as [idle, part, body]:
            for each, sent in (
                (idle, b""),
                (part, b"GET"),
                (body, head("/slack/events", *signed("Content-Length: 9"))),
            ):
                await each.connect()
                await each.send(sent)

            assert await asyncio.wait_for(process.stop(), 30) == 0
