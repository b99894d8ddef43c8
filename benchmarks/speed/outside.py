"""A Slack and an Autoenhance that do very little, so that they do not slow the measurement.

The sandbox checks each message, keeps it and draws it on a page. These only count, and record when.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

import httptools

from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.change_signal import ChangeSignal
from bot.sandbox.slack.sample_workspace import BOT, BOT_ID, SHOOTS, TEAM, TEAM_NAME

PHOTOS = 6
NAME = b"12 Elm Street"
NO_BRACKETS = b'{"brackets": []}'
_ID = "0" * 36  # as long as an order's
_ANSWERS: dict[str, dict[str, object]] = {
    "/api/auth.test": {"team_id": TEAM, "team": TEAM_NAME, "user_id": BOT, "bot_id": BOT_ID, "url": ""},
    "/api/conversations.info": {"channel": {"id": SHOOTS, "is_ext_shared": False}},
}


@dataclass
class Outside:
    """All times are from `time.perf_counter`. Requests and answers are kept by order ID."""

    takes: float = 0.0
    """Seconds that Autoenhance takes for an answer."""
    url: str = ""
    asked: list[str] = field(default_factory=list)
    took: dict[str, float] = field(default_factory=dict)
    """The measured seconds until the answer to the latest request."""
    answers: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    """When the latest request to each response_url came, and its body, by name."""
    repeated: int = 0

    def __post_init__(self) -> None:
        self._change_signal = ChangeSignal()
        six = photos(_ID, (PHOTOS, {}))
        self._order = json.dumps(order(_ID, NAME.decode(), six, now=time.time())).encode()

    def response_url(self, name: str) -> str:
        return f"{self.url}/commands/{name}"

    async def answered(self, names: Collection[str], *, within: float) -> list[str]:
        """Wait for the answers to these names, at most `within` seconds. Returns those that show an order."""
        with suppress(TimeoutError):
            await self._change_signal.until(
                lambda: all(name in self.answers for name in names), timeout=within
            )
        return [name for name in names if name in self.answers and NAME in self.answers[name][1]]

    def forget(self) -> None:
        """Drop what was kept of the requests so far, so that a long run does not fill the memory."""
        self.asked.clear()
        self.took.clear()
        self.answers.clear()

    def slack(self, path: str, body: bytes) -> bytes:
        if path in _ANSWERS:
            return json.dumps({"ok": True, **_ANSWERS[path]}).encode()
        name = path.rpartition("/")[2]
        self.repeated += name in self.answers
        self.answers[name] = time.perf_counter(), body
        self._change_signal.ring()
        return b"ok"

    def order(self, id_: str) -> bytes:
        return self._order.replace(_ID.encode(), id_.encode())


class _Connection(asyncio.Protocol):
    """One connection from the bot, kept open."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._path, self._body = "", b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transport is no subclass of it

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._path, self._body = url.decode().partition("?")[0], b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._path.endswith("/brackets"):
            asyncio.get_running_loop().call_later(
                self._outside.takes, self._send, NO_BRACKETS, b"application/json"
            )
        elif self._path.startswith("/v3/orders/"):
            self._order(self._path.rpartition("/")[2])
        else:
            kind = b"application/json" if self._path.startswith("/api/") else b"text/html"
            self._send(self._outside.slack(self._path, self._body), kind)

    def _order(self, id_: str) -> None:
        begun = time.perf_counter()
        self._outside.asked.append(id_)

        def send() -> None:
            self._outside.took[id_] = time.perf_counter() - begun
            self._send(self._outside.order(id_), b"application/json")

        asyncio.get_running_loop().call_later(self._outside.takes, send)

    def _send(self, body: bytes, kind: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n" % (kind, len(body))
        if not self._transport.is_closing():
            self._transport.write(head + body)


@asynccontextmanager
async def open_outside(takes: float = 0.0) -> AsyncIterator[Outside]:
    outside = Outside(takes)
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(outside), "127.0.0.1", 0)
    try:
        outside.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield outside
    finally:
        server.close()
