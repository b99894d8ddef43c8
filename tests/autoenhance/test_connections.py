"""Autoenhance over real connections that break, send nothing or never end."""

import asyncio
import gzip
import json
import socket
import time
import traceback

import httpx
import pytest
from pydantic import SecretStr

from bot.autoenhance.client import Autoenhance
from bot.autoenhance.limits import Limits
from bot.autoenhance.requests import Requests
from bot.core.errors import OrderTooLarge, Unavailable
from bot.core.metrics import Metrics
from bot.storage.rate_limits.memory import LocalRateLimiter
from tests.autoenhance.vendor import ELM, HASTY, KEY, NOW, ORDER, Talk, client, secrets_in, serving

MEGABYTE = b" " * 1024 * 1024


def answering(head: str, body: bytes = b"") -> Talk:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()

    return talk


PACKED_TWICE = gzip.compress(gzip.compress(json.dumps(ORDER).encode()))


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def stalling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"order_id":')
    await reader.read()


async def test_a_real_answer_is_read() -> None:
    """An answer arrives over a real connection, compressed or not."""
    body = gzip.compress(json.dumps(ORDER).encode())
    head = f"200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}"
    async with serving(answering(head, body)) as url, client(url=url) as autoenhance:
        assert (await autoenhance.order(ELM)).order.name == "12 Elm Street"


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(answering("200 OK\r\nContent-Length: 500", b'{"order_id": "x"'), id="cut in the body"),
        pytest.param(answering("200 OK\r\nContent-Encoding: gzip", b"not packed"), id="badly packed"),
        pytest.param(answering("200 OK\r\nContent-Encoding: gzip, gzip", PACKED_TWICE), id="packed twice"),
        pytest.param(answering("banana"), id="no HTTP"),
        pytest.param(silent, id="silent"),
        pytest.param(stalling, id="stalling"),
    ],
)
@pytest.mark.parametrize(("read", "total"), [(0.05, 60), (60, 0.05)])
async def test_a_broken_answer_is_unavailable(talk: Talk, read: float, total: float) -> None:
    """Every broken or silent connection ends in time: the read limit or the total limit alone is enough."""
    limits = Limits(first_pause=0, jitter=0, read=read, total=total)
    async with serving(talk) as url, client(url=url, limits=limits) as autoenhance, asyncio.timeout(20):
        with pytest.raises(Unavailable) as raised:
            await autoenhance.order(ELM)
    assert not secrets_in("".join(traceback.format_exception(raised.value)), url)


async def test_a_connection_that_takes_too_long_is_unavailable() -> None:
    """The error shows neither the URL nor the order's ID, which aiohttp's own text has."""
    limits = Limits(first_pause=0, jitter=0, connect=1e-9)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        async with client(url=url, limits=limits) as autoenhance:
            with pytest.raises(Unavailable, match="ConnectTimeout") as raised:
                await autoenhance.order(ELM)
    assert not secrets_in("".join(traceback.format_exception(raised.value)), url)


async def test_a_closed_port_is_unavailable() -> None:
    """A refused connection counts as no answer."""
    async with serving(silent) as url:
        pass
    async with client(url=url) as autoenhance:
        with pytest.raises(Unavailable):
            await autoenhance.order(ELM)


async def test_an_answer_announced_as_huge_is_not_waited_for() -> None:
    """The client refuses a body by its announced length alone."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {50 * len(MEGABYTE)}\r\n\r\n".encode())
        await reader.read()

    limits = Limits(read=60, total=60)
    async with serving(talk) as url, client(url=url, limits=limits) as autoenhance, asyncio.timeout(20):
        with pytest.raises(OrderTooLarge):
            await autoenhance.order(ELM)


async def test_a_huge_answer_is_not_read_to_its_end() -> None:
    """The client stops reading 50 MB of unannounced length soon after its limit."""
    sent = 0

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _megabyte in range(50):
            writer.write(MEGABYTE)
            await writer.drain()
            sent += 1

    async with serving(talk) as url, client(url=url, limits=Limits(max_bytes=len(MEGABYTE))) as autoenhance:
        with pytest.raises(OrderTooLarge):
            await autoenhance.order(ELM)
    assert sent < 25  # the sockets' buffers hold the rest


async def test_an_answer_that_decompresses_to_too_much_is_refused() -> None:
    """The limit counts the bytes after decompression."""
    body = gzip.compress(MEGABYTE * 50)
    head = f"200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}"
    async with serving(answering(head, body)) as url, client(url=url) as autoenhance:
        with pytest.raises(OrderTooLarge):
            await autoenhance.order(ELM)


async def test_the_key_does_not_follow_a_redirect() -> None:
    """The client sends nothing to the host that a redirect names."""
    visits = 0

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        await answering("404 Not Found")(reader, writer)

    async with (
        serving(elsewhere) as other,
        serving(answering(f"302 Found\r\nLocation: {other}/")) as url,
        httpx.AsyncClient(trust_env=False, follow_redirects=True) as http,
    ):
        requests = Requests(
            http,
            api_url=url,
            version=None,
            now=lambda: NOW,
            rate_limiter=LocalRateLimiter(time.monotonic),
            metrics=Metrics(),
            limits=HASTY,
        )
        autoenhance = Autoenhance(requests, key=SecretStr(KEY), now=lambda: NOW, limits=HASTY)
        with pytest.raises(Unavailable):
            await autoenhance.orders()
    assert visits == 0


async def test_a_key_that_is_no_valid_header_is_not_shown() -> None:
    """h11 quotes a header that it refuses, but the error shows nothing of the key."""
    async with serving(silent) as url, client(url=url, key=f"{KEY}\n") as autoenhance:
        with pytest.raises(Unavailable) as raised:
            await autoenhance.orders()
    assert not secrets_in("".join(traceback.format_exception(raised.value)))
