"""What a connection may do before anybody knows who calls: real sockets, real uvicorn, short deadlines."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.core.metrics import REASONS, Metrics
from bot.sandbox.server import serving
from bot.web.autoenhance_webhook import WebhookEndpoint, with_token
from bot.web.connections import MAX_HEAD_BYTES, MAX_HEADERS, Connections, max_connections
from tests.support.caller import callers, head
from tests.support.clock import Clock

MEGABYTE = b"x" * 1_000_000
SHORT, LONG = 0.7, 60.0  # seconds: a deadline that is awaited, and one that no test reaches
TOKEN = "an-authentication-value"


class Server:
    """A small app behind the limits. `/slow` ends its answer when `finish` is set, `/stream` too, after 50 MB.

    `/huge` answers with 50 MB at once. `begun` is set when `/slow` begins, and when the others have sent theirs.
    """

    def __init__(self) -> None:
        self.url = ""
        self.ended: Counter[str] = Counter()
        self.one_ended = asyncio.Event()
        self.begun = asyncio.Event()
        self.finish = asyncio.Event()
        metrics = Metrics()
        self.webhook = WebhookEndpoint(with_token(SecretStr(TOKEN)), self._never, Clock().now, metrics)
        self.app = Starlette(
            routes=[
                Route("/read", self._read, methods=["POST"]),
                Route("/slow", self._slow),
                Route("/huge", self._huge),
                Route("/stream", self._stream),
                Route("/quick", self._quick, methods=["GET", "POST"]),
                Route("/webhook", self.webhook.answer, methods=["POST"]),
            ]
        )

    def refused(self, reason: str) -> None:
        assert reason in REASONS
        self.ended[reason] += 1
        self.one_ended.set()

    async def _read(self, request: Request) -> Response:
        return PlainTextResponse(f"read {len(await request.body())}")

    async def _slow(self, _: Request) -> Response:
        self.begun.set()
        await self.finish.wait()
        return PlainTextResponse("done at last")

    async def _huge(self, _: Request) -> Response:
        return Response(50 * MEGABYTE, background=BackgroundTask(self._sent))

    async def _sent(self) -> None:
        self.begun.set()

    async def _stream(self, _: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(50):
                yield MEGABYTE
            self.begun.set()
            await self.finish.wait()
            yield b"done at last"

        return StreamingResponse(parts())

    async def _quick(self, _: Request) -> Response:
        return PlainTextResponse("quick")

    async def _never(self, *_: object) -> None:
        raise AssertionError("no call was whole")


@asynccontextmanager
async def limited(seconds: float = LONG, *, limit: int = 100) -> AsyncIterator[Server]:
    server = Server()
    connections = Connections(limit, seconds, server.refused)
    try:
        async with serving(server.app, http=connections.protocol()) as server.url:
            yield server
    finally:
        connections.close()


@pytest.mark.parametrize(
    ("sent", "drop", "reason", "status"),
    [
        pytest.param(b"", b"", "idle", b"", id="nothing"),
        pytest.param(b"POST /re", b"", "slow", b" 408 ", id="part-of-a-line"),
        pytest.param(b"POST /read HTTP/1.1\r\n", b"a: b\r\n", "slow", b" 408 ", id="a-head-line-by-line"),
        pytest.param(b"\r\n", b"\r\n", "slow", b" 408 ", id="empty-lines"),
        pytest.param(head("/read", "Content-Length: 999"), b"x", "slow", b" 408 ", id="a-body-byte-by-byte"),
        pytest.param(head("/read", "Transfer-Encoding: chunked"), b"1\r\nx\r\n", "slow", b" 408 ", id="chunks-without-end"),
        pytest.param(head("/read", "Transfer-Encoding: chunked") + b"0\r\n", b"a: b\r\n", "slow", b" 408 ", id="trailers"),
        pytest.param(head("/read", "Transfer-Encoding: chunked") + b"1;", b"a", "slow", b" 408 ", id="a-chunk-extension"),
        pytest.param(head("/read", "Expect: 100-continue", "Content-Length: 9"), b"", "slow", b" 408 ", id="waits-after-100"),
        pytest.param(head("/quick", method="GET"), b"", "idle", b" 200 ", id="idle-after-an-answer"),
        pytest.param(head("/quick", "Content-Length: 999"), b"x", "slow", b" 200 ", id="a-body-that-nobody-reads"),
    ],
)  # fmt: skip
async def test_a_request_must_be_whole_in_time(sent: bytes, drop: bytes, reason: str, status: bytes) -> None:
    """A connection is ended at its deadline, whatever is sent meanwhile. Who had begun is told 408."""
    async with limited(SHORT) as server:
        with callers(server.url) as [caller]:
            await caller.connect()
            await caller.send(sent)
            came = await (caller.dripping(drop) if drop else caller.until_closed())

        assert status in came
        assert server.ended == {reason: 1}


async def test_a_second_request_has_a_deadline_too() -> None:
    """A connection on which one request was answered is as limited as a new one."""
    async with limited(SHORT) as server:
        with callers(server.url) as [caller]:
            await caller.connect()
            await caller.send(head("/quick", method="GET"))
            await caller.answer(b"quick")
            await caller.send(b"GET /qui")

            assert b" 408 " in await caller.until_closed()
        assert server.ended == {"slow": 1}


async def test_work_has_no_deadline() -> None:
    """A whole request may be worked on for longer. The deadline is for its caller."""
    async with limited(SHORT) as server:
        with callers(server.url, 2) as [caller, idle]:
            await caller.connect()
            await caller.send(head("/slow", method="GET"))
            await server.begun.wait()
            await idle.connect()
            await idle.until_closed()  # so the time is over
            server.finish.set()

            assert b" 200 " in await caller.answer(b"done at last")


async def test_work_has_no_deadline_after_a_slow_start_either() -> None:
    """A peer that has read all there is so far waits for the bot, and not the other way round."""
    async with limited(3.0) as server:
        with callers(server.url, 2) as [caller, idle]:
            await caller.connect()
            await caller.send(head("/stream", method="GET"))
            ending = asyncio.create_task(caller.answer(b"done at last"))
            await server.begun.wait()
            await idle.connect()
            await idle.until_closed()
            server.finish.set()

            assert b" 200 " in (await ending)[:20]


async def test_a_second_answer_must_be_read_in_time_too() -> None:
    """Who sends more requests than they read answers is cut off, though the bot has one to answer."""
    async with limited(SHORT) as server:
        with callers(server.url, SO_RCVBUF=2048) as [caller]:
            await caller.connect()
            await caller.send(head("/huge", method="GET"))
            await server.begun.wait()
            await caller.send(head("/quick", method="GET"))
            await asyncio.wait_for(server.one_ended.wait(), 20)

        assert server.ended == {"unread": 1}


@pytest.mark.parametrize("path", ["/huge", "/stream", "/quick"])
async def test_an_answer_must_be_read_in_time(path: str) -> None:
    """A peer that reads nothing is cut off, and frees its descriptor."""
    async with limited(SHORT) as server:
        with callers(server.url, SO_RCVBUF=2048) as [caller]:
            await caller.connect()
            await caller.send(head(path, method="GET"))
            await asyncio.wait_for(server.one_ended.wait(), 20)

        assert server.ended == {"idle" if path == "/quick" else "unread": 1}


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        pytest.param(head("/read", *["a: b"] * MAX_HEADERS), b" 431 ", "head", id="too-many-headers"),
        pytest.param(head("/read", "a: " + "b" * MAX_HEAD_BYTES), b" 431 ", "head", id="one-long-header"),
        pytest.param(b"GET / HTTP/1.1\r\na: " + b"b" * 40_000, b" 431 ", "head", id="a-line-without-end"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"a" * 40_000, b" 431 ", "head", id="a-name-without-end"),
        pytest.param(b"GET /" + b"a" * 40_000, b" 431 ", "head", id="an-address-without-end"),
        pytest.param(b"\r\n" * 20_000, b" 431 ", "head", id="only-empty-lines"),
        pytest.param(head("/read", "Transfer-Encoding: chunked") + b"0\r\n" + b"a: b\r\n" * 101, b" 431 ", "head", id="trailers"),
        pytest.param(head("/read", "Transfer-Encoding: chunked") + b"1;" + b"a" * 3_000_000, b" 413 ", "size", id="a-chunk-extension"),
        pytest.param(head("/read", "Transfer-Encoding: chunked") + b"f4240\r\n" + MEGABYTE + b"\r\nf4240\r\n" + MEGABYTE + b"\r\nf4240\r\n" + MEGABYTE, b" 413 ", "size", id="chunks-without-end"),
        pytest.param(head("/quick", "Content-Length: 999999999") + 3 * MEGABYTE, b" 200 ", "size", id="a-body-that-nobody-reads"),
        pytest.param(b"nonsense\r\n\r\n", b" 400 ", "malformed", id="no-http"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b" 400 ", "malformed", id="tls"),
        pytest.param(head("/read", "Content-Length: 1", "Transfer-Encoding: chunked"), b" 400 ", "malformed", id="two-lengths"),
        pytest.param(b"CONNECT mail.example:443 HTTP/1.1\r\n\r\n", b" 400 ", "malformed", id="asks-for-a-proxy"),
        pytest.param(head("http://", method="GET"), b" 400 ", "malformed", id="an-address-without-a-host"),
    ],
)  # fmt: skip
async def test_a_request_has_a_size(sent: bytes, status: bytes, reason: str) -> None:
    """A head or a request that is too large is refused while it comes, and the connection closed."""
    async with limited() as server:
        with callers(server.url) as [caller]:
            await caller.connect()
            await caller.send(sent)

            assert status in await caller.until_closed()
        assert server.ended == {reason: 1}


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        pytest.param(head("/read", *["a: b"] * (MAX_HEADERS - 2), "Content-Length: 2") + b"xx", b"read 2", id="many-headers"),
        pytest.param(head("/read", "a: " + "b" * 30_000, "Content-Length: 2") + b"xx", b"read 2", id="a-long-header"),
        pytest.param(head("/read", f"Content-Length: {1024 * 1024}") + b"x" * 1024 * 1024, b"read 1048576", id="a-mebibyte"),
        pytest.param(head("/read", "Transfer-Encoding: chunked") + b"2;a=b\r\nxx\r\n0\r\nc: d\r\n\r\n", b"read 2", id="chunks"),
        pytest.param(head("/quick", method="GET", version="1.0"), b"quick", id="http-1.0"),
    ],
)  # fmt: skip
async def test_what_is_within_the_limits_is_answered(sent: bytes, answer: bytes) -> None:
    """The limits leave room for all that Slack, Autoenhance, Prometheus and proxies send."""
    async with limited() as server:
        with callers(server.url) as [caller]:
            await caller.connect()
            await caller.send(sent)

            assert b" 200 " in await caller.answer(answer)
        assert not server.ended


async def test_an_expected_100_is_said_once() -> None:
    """Who asks before sending the body hears `100 Continue`, or the refusal alone and then the end."""
    asks = ("Expect: 100-continue", "Content-Length: 2")
    async with limited() as server:
        with callers(server.url, 3) as [idle, read, unread]:
            await idle.connect()
            await idle.send(head("/quick", method="GET"))
            await idle.answer(b"quick")
            await read.connect()
            await read.send(head("/read", *asks))
            await read.answer(b"HTTP/1.1 100 Continue\r\n\r\n")
            await read.send(b"xx")
            await read.answer(b"read 2")
            await unread.connect()
            await unread.send(head("/quick", *asks))
            came = await unread.until_closed()
            assert not idle.is_closed()  # which has been idle for longer

    assert came.startswith(b"HTTP/1.1 200 OK")


async def test_requests_come_one_at_a_time() -> None:
    """Of requests that were sent without waiting, the first is answered. Then the connection is closed."""
    async with limited() as server:
        with callers(server.url, 2) as [idle, caller]:
            await idle.connect()
            await idle.send(head("/quick", method="GET"))
            await idle.answer(b"quick")
            await caller.connect()
            await caller.send(head("/quick", method="GET") * 1000)
            came = await caller.until_closed()
            assert not idle.is_closed()  # which has been idle for longer

        assert came.count(b" 200 ") == 1
        assert server.ended == {"pipelined": 1}


async def test_nothing_is_said_in_the_middle_of_an_answer() -> None:
    """Who sends too much after a request that is worked on is cut off, and gets no second answer."""
    async with limited() as server:
        with callers(server.url) as [caller]:
            await caller.connect()
            await caller.send(head("/slow", method="GET"))
            await server.begun.wait()
            await caller.send(b"\r\n" * 20_000)

            assert await caller.until_closed() == b""
        assert server.ended == {"head": 1}


async def test_a_connection_is_used_again() -> None:
    """A caller that waits for each answer may send any number of requests."""
    async with limited() as server:
        with callers(server.url) as [caller]:
            await caller.connect()
            for _ in range(20):
                await caller.send(head("/read", f"Content-Length: {len(MEGABYTE)}") + MEGABYTE)
                await caller.answer(b"read 1000000")
        assert not server.ended


async def test_the_one_that_waits_longest_makes_room() -> None:
    """Above the limit the idlest is ended. One whose request is worked on is not."""
    async with limited(limit=5) as server:
        with callers(server.url, 8) as [worked, *others]:
            await worked.connect()
            await worked.send(head("/slow", method="GET"))
            await server.begun.wait()
            for each in others:
                await each.connect()
            for each in others[:3]:
                assert await each.until_closed() == b""
            last = others[-1]
            await last.send(head("/quick", method="GET"))
            await last.answer(b"quick")
            server.finish.set()
            await worked.answer(b"done at last")

            assert [each.is_closed() for each in others[3:]] == [False] * 4
        assert server.ended == {"crowded": 3}


async def test_who_has_gone_is_not_counted() -> None:
    """Callers may come and go without end, where only a few are there at a time."""
    async with limited(limit=3) as server:
        for _ in range(10):
            with callers(server.url) as [caller]:
                await caller.connect()
                await caller.send(head("/quick", "Connection: close", method="GET"))
                assert b"quick" in await caller.until_closed()
        assert not server.ended


async def test_who_begins_a_request_has_waited_least() -> None:
    """An old connection that has just begun its next request is not the one that makes room."""
    async with limited(limit=2) as server:
        with callers(server.url, 3) as [old, idle, new]:
            await old.connect()
            await old.send(head("/quick", method="GET"))
            await old.answer(b"quick")
            await idle.connect()
            await old.send(head("/read", "Expect: 100-continue", "Content-Length: 2"))
            await old.answer(b"100 Continue")
            await new.connect()

            assert await idle.until_closed() == b""
            await old.send(b"xx")
            await old.answer(b"read 2")


async def test_the_newest_is_refused_where_all_are_worked_on() -> None:
    """Nobody loses an answer that is under way to somebody who has just come."""
    async with limited(limit=2) as server:
        with callers(server.url, 3) as [first, second, third]:
            for each in (first, second):
                await each.connect()
                await each.send(head("/slow", method="GET"))
                await server.begun.wait()
                server.begun.clear()
            await third.connect()
            assert await third.until_closed() == b""
            server.finish.set()

            await asyncio.gather(first.answer(b"done at last"), second.answer(b"done at last"))


async def test_unfinished_bodies_have_a_limit_together() -> None:
    """Where they hold too much, the ones that wait longest are ended, until there is room again."""
    async with limited() as server:
        with callers(server.url, 48) as many:
            for each in many:
                await each.connect()
                await each.send(head("/read", f"Content-Length: {len(MEGABYTE) + 1}") + MEGABYTE)
            await many[-1].send(b"x")

            assert b" 200 " in await many[-1].answer(b"read 1000001")
            assert await many[0].until_closed() == b""
        assert server.ended["memory"] in range(10, 20)


async def test_a_cut_webhook_call_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """A caller who goes away in the middle of a body leaves no traceback."""
    async with limited(SHORT) as server:
        with callers(server.url) as [caller]:
            await caller.connect()
            await caller.send(head("/webhook", f"authentication: {TOKEN}", "Content-Length: 99"))
            assert b" 408 " in await caller.until_closed()

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_attempts_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What nobody signed writes no line, so that nobody can fill the disk. It is counted."""
    async with limited() as server:
        for sent in (
            b"nonsense\r\n\r\n",
            head("/quick", "Upgrade: h2c", "Connection: Upgrade", method="GET"),
        ):
            with callers(server.url) as [caller]:
                await caller.connect()
                await caller.send(sent)
                await caller.answer(b"\r\n\r\n")

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("wanted", "descriptors", "most"),
    [(1000, 1024, 512), (100, 1024, 100), (1000, 64, 32), (1000, 1_048_576, 1000), (1000, None, 1000)],
)
def test_the_limit_follows_from_the_descriptors(wanted: int, descriptors: int | None, most: int) -> None:
    """Connections take at most half of what the process may open. The database and calls need the rest."""
    assert max_connections(wanted, descriptors) == most
