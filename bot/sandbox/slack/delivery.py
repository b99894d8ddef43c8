"""Delivers a payload to the bot and records its answer: by signed HTTP, or over an open Socket Mode."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

import httpx

from bot.sandbox.http_client import plain_client
from bot.sandbox.slack.socket_mode import SocketMode
from bot.slack.limits import LIMITS

Kind = Literal["slash_commands", "interactive", "events_api"]

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass
class Exchange:
    """One delivery and its result. `error` is Slack's error code when it failed, else empty."""

    kind: str
    payload: dict[str, Any]
    body: bytes
    headers: dict[str, str]
    at: float = 0.0
    status: int = 0
    reply: bytes = b""
    seconds: float = 0.0
    error: str = ""
    over_socket: bool = field(default=False, repr=False)

    @property
    def answer(self) -> dict[str, Any]:
        """The reply as JSON. As in Slack, plain text becomes the text of a message."""
        try:
            parsed = json.loads(self.reply or b"{}")
        except ValueError:
            parsed = self.reply.decode(errors="replace")
        return parsed if isinstance(parsed, dict) else {"text": str(parsed)}


@dataclass
class Delivery:
    """`patience` is how many seconds Slack waits for an ack."""

    signing_secret: str
    socket_mode: SocketMode
    now: Callable[[], float]
    ring: Callable[[], None]
    events_url: str | None = None
    patience: float = LIMITS.ack_seconds
    exchanges: list[Exchange] = field(default_factory=list)

    async def deliver(self, kind: Kind, payload: dict[str, Any]) -> Exchange:
        """Deliver a payload. Raises nothing for what the bot does: the Exchange holds the error."""
        if self.socket_mode.sockets:
            body = json.dumps(self.socket_mode.envelope(kind, payload)).encode()
            exchange = Exchange(kind, payload, body, {}, over_socket=True)
        else:
            body, content_type = _encoded(kind, payload)
            exchange = Exchange(kind, payload, body, self.signed(body, content_type))
        return await self.send(exchange)

    def signed(self, body: bytes, content_type: str = FORM) -> dict[str, str]:
        """The headers of a request that Slack signs now. The bot refuses old ones."""
        timestamp = str(int(self.now()))
        base = b"v0:" + timestamp.encode() + b":" + body
        digest = hmac.new(self.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest}",
        }

    async def send(self, exchange: Exchange) -> Exchange:
        """Send these bytes and record the result in the exchange."""
        exchange.at = self.now()
        self.exchanges.append(exchange)
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(self.patience):
                await self._send(exchange)
        except TimeoutError:
            exchange.error = "operation_timeout"
        except httpx.HTTPError:
            exchange.error = "dispatch_failed"
        exchange.seconds = time.perf_counter() - begun
        self.ring()
        return exchange

    async def _send(self, exchange: Exchange) -> None:
        if exchange.over_socket:
            exchange.reply = await self.socket_mode.deliver(exchange.body)
            exchange.status = httpx.codes.OK
            return
        if self.events_url is None:
            raise httpx.ConnectError("the app has no request URL")
        async with plain_client(timeout=None) as http:  # see `patience`
            response = await http.post(self.events_url, content=exchange.body, headers=exchange.headers)
        exchange.status, exchange.reply = response.status_code, response.content
        if exchange.status != httpx.codes.OK:
            exchange.error = "dispatch_failed"


def _encoded(kind: Kind, payload: dict[str, Any]) -> tuple[bytes, str]:
    """The body and its content type. Events come as JSON, all others as a form."""
    if kind == "events_api":
        return json.dumps(payload).encode(), JSON
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), FORM
