"""Makes and sends Slack's requests with as little work as possible, as the client is not measured."""

import asyncio
import hashlib
import hmac
import itertools
import json
import statistics
import time
import uuid
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Self, cast
from urllib.parse import quote, urlencode, urlsplit

import httptools

from bot.jobs.requests import Wanted
from bot.orders.ids import OrderId
from bot.sandbox.slack.blocks import Control
from bot.sandbox.slack.payloads import TOKEN, Occasion, click_in_message
from bot.sandbox.slack.sample_workspace import APP, SHOOTS, TEAM, TEAM_DOMAIN
from bot.sandbox.slack.workspace import Channel, User
from bot.slack.constants import COMMAND, RECHECK
from bot.slack.render import buttons

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 - from the example in Slack's documentation
MAX_IDLE_SECONDS = 3.0  # after that, a connection is not used again
_PATH = b"/slack/events"
_COMMAND = urlencode({
    "token": TOKEN,
    "team_id": TEAM,
    "team_domain": TEAM_DOMAIN,
    "channel_id": SHOOTS,
    "channel_name": "shoots",
    "user_id": "U0ANA00001",
    "user_name": "ana",
    "command": COMMAND,
    "api_app_id": APP,
    "is_enterprise_install": "false",
})  # fmt: skip
_RECHECK = {"type": "plain_text", "text": "Re-check"}
_number = itertools.count(1)


def new_order() -> str:
    """A new order ID."""
    return str(uuid.uuid4())


def command(order: str, response_url: str) -> bytes:
    """The body of `/order` with this order ID."""
    trigger = f"{next(_number)}.8134.0f2c"
    return (
        f"{_COMMAND}&text={order}&trigger_id={trigger}&response_url={quote(response_url, safe='')}".encode()
    )


def click(card: str, user: str, order: str, response_url: str) -> bytes:
    """The body of a click on Re-check, on an ephemeral card of this order."""
    at = f"{next(_number)}.000000"
    occasion = Occasion(
        user=User(user, user.lower(), user, TEAM),
        channel=Channel(SHOOTS, "shoots", {user}),
        trigger_id=f"{at}.8134",
        response_url=response_url,
        ts=at,
    )
    value = buttons.pack(buttons.ButtonValue(wanted=(Wanted(order=OrderId(order)),)))
    button = {"type": "button", "action_id": RECHECK, "text": _RECHECK, "value": value}
    control = Control(buttons.block_id(OrderId(order)), button)
    payload = click_in_message(occasion, control, {"ts": card}, ephemeral=True)
    return urlencode({"payload": json.dumps(payload)}).encode()


def signed(body: bytes) -> bytes:
    """The whole HTTP request, signed now."""
    now = b"%d" % time.time()
    signature = hmac.digest(SECRET.encode(), b"v0:%b:%b" % (now, body), hashlib.sha256).hex().encode()
    return (
        b"POST %b HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        b"user-agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\naccept: */*\r\n"
        b"x-slack-request-timestamp: %b\r\nx-slack-signature: v0=%b\r\ncontent-length: %d\r\n\r\n%b"
    ) % (_PATH, now, signature, len(body), body)


class Line(asyncio.Protocol):
    """One connection to the bot, one request at a time."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport
        self._answered: asyncio.Future[int]

    @classmethod
    async def open(cls, url: str) -> Self:
        host, port = urlsplit(url).netloc.split(":")
        _, line = await asyncio.get_running_loop().create_connection(cls, host, int(port))
        return line

    async def send(self, body: bytes) -> float:
        """Seconds until the ack. Raises RuntimeError for any status but 200."""
        begun = time.perf_counter()
        await self._ask(signed(body))
        return time.perf_counter() - begun

    async def get(self, path: str) -> None:
        """Return when the answer has come. Raises RuntimeError for any status but 200."""
        await self._ask(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())

    async def _ask(self, request: bytes) -> None:
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        self._used = time.perf_counter()
        if (status := await self._answered) != HTTPStatus.OK:
            raise RuntimeError(f"answered {status}")

    @property
    def is_fresh(self) -> bool:
        """Whether it may be used again. uvicorn closes connections that are idle for five seconds."""
        return time.perf_counter() - self._used < MAX_IDLE_SECONDS

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transport is no subclass of it

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._answered.set_result(self._parser.get_status_code())
        self._parser = httptools.HttpResponseParser(self)

    def connection_lost(self, error: Exception | None) -> None:
        if hasattr(self, "_answered") and not self._answered.done():
            self._answered.set_exception(error or ConnectionError("the bot hung up"))


class Lines:
    """One connection for each request under way. Slack keeps its connections open in the same way."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: list[Line] = []

    async def send(self, body: bytes) -> float:
        """As `Line.send`, over a free connection or a new one."""
        self._free = [line for line in self._free if line.is_fresh]
        line = self._free.pop() if self._free else await Line.open(self._url)
        seconds = await line.send(body)
        self._free.append(line)
        return seconds

    async def steadily(self, bodies: Iterable[bytes], every: float) -> list[float]:
        """Send each at its time, whether or not those before it were answered. Returns when each was sent."""
        begun, sent, tasks = time.perf_counter(), [], []
        for number, body in enumerate(bodies):
            await asyncio.sleep(begun + number * every - time.perf_counter())
            sent.append(time.perf_counter())
            tasks.append(asyncio.create_task(self.send(body)))
        await asyncio.gather(*tasks)
        return sent

    def close(self) -> None:
        for line in self._free:
            line.close()


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
