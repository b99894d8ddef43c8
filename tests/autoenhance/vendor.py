"""Stand-ins for Autoenhance: replies like the recorded ones, and servers that misbehave."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from bot.autoenhance.client import Autoenhance
from bot.autoenhance.limits import Limits
from bot.autoenhance.requests import Requests
from bot.bootstrap.clients import http_client
from bot.core.metrics import Metrics
from bot.core.network import Network
from bot.orders.ids import OrderId
from bot.storage.rate_limits.memory import LocalRateLimiter

NOW = datetime(2025, 11, 3, 14, 2, tzinfo=UTC)
ELM = OrderId("3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4")
KEY = "q7Rk2Lw9Zx4Vb8Nc1Mp6Ty3Hs5Jd0Gf2Qa7We4Ru"
HOST = "api.autoenhance.test"
ORDER = {"order_id": ELM, "name": "12 Elm Street", "is_processing": False, "images": []}
HASTY = Limits(first_pause=0, jitter=0, fresh_for=0, per_second=10_000)

Reply = httpx.Response | Exception
Handler = Callable[[httpx.Request], Reply | Awaitable[Reply]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PathTalk = Callable[[str, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Vendor:
    """Answers with `replies` in turn, then always with the last one, and keeps the requests."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        # A response can be read only once.
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)


def found(**changes: Any) -> httpx.Response:
    return httpx.Response(200, json=ORDER | changes)


def listed(*names: str) -> httpx.Response:
    return httpx.Response(200, json={"orders": [{"order_id": name, "name": name} for name in names]})


def status(code: int, **headers: str) -> httpx.Response:
    return httpx.Response(code, headers=headers, json={"message": "…", "detail": {}})


@asynccontextmanager
async def client(
    answer: Handler | None = None,
    *,
    url: str = f"https://{HOST}",
    key: str | None = KEY,
    version: str | None = None,
    limits: Limits = HASTY,
    metrics: Metrics | None = None,
) -> AsyncIterator[Autoenhance]:
    """A client that gets its replies from `answer`, or over real connections from `url`."""
    answered = httpx.AsyncClient(transport=httpx.MockTransport(sent(answer))) if answer else None
    secret = SecretStr(key) if key else None
    async with answered or http_client(Network(), url) as http:
        requests = Requests(
            http,
            api_url=url,
            version=version,
            now=lambda: NOW,
            rate_limiter=LocalRateLimiter(time.monotonic),
            metrics=metrics or Metrics(),
            limits=limits,
        )
        yield Autoenhance(requests, key=secret, now=lambda: NOW, limits=limits)


def sent(answer: Handler) -> Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]:
    """The handler with replies that are still to be read, as over a connection."""

    async def handler(request: httpx.Request) -> httpx.Response:
        reply = answer(request)
        reply = reply if isinstance(reply, httpx.Response | Exception) else await reply
        if isinstance(reply, Exception):
            raise reply
        stream = httpx.ByteStream(reply.content)
        return httpx.Response(reply.status_code, headers=reply.headers, stream=stream)

    return handler


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[str]:
    """A raw TCP server on a free port. `talk` runs after the request's headers."""

    async def any_path(_: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, writer)

    async with serving_paths(any_path) as url:
        yield url


@asynccontextmanager
async def serving_paths(talk: PathTalk) -> AsyncIterator[str]:
    """The same for a `talk` that asks for the request's path."""
    talks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            await talk(head.split()[1].decode(), reader, writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks)


def secrets_in(text: str, *more: str) -> list[str]:
    """Which of the key, the ID, the host and `more` are in `text`."""
    return [secret for secret in (KEY, ELM, HOST, *more) if secret in text]
