"""The webhook's endpoint: who may call it, what is refused, and what becomes due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.bootstrap.app import open_app
from bot.core.errors import DatabaseFailed
from bot.core.metrics import Metrics
from bot.demo.demo import Sandbox
from bot.orders.ids import OrderId
from bot.sandbox.server import serving
from bot.storage.due_watches import ENOUGH
from bot.web.app import build_web
from bot.web.autoenhance_webhook import MAX_BODY_BYTES, SETTLE_TIME, WebhookEndpoint, with_token

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKEN = "sesame-opens-the-open_endpoint"
WITH_TOKEN = {"Authentication": TOKEN}
ELM = "12-elm"
PATH = "/autoenhance/webhook"


class DueOrders:
    """Records each order that becomes due, with its time. Raises `broken` if that is set."""

    def __init__(self) -> None:
        self.orders: list[tuple[OrderId, timedelta, int]] = []
        self.broken: Exception | None = None

    async def __call__(self, order: OrderId, due: datetime, photos: int, team_id: str | None) -> None:
        assert team_id is None, "AUTOENHANCE_WEBHOOK_TOKEN is no team's"
        if self.broken:
            raise self.broken
        self.orders.append((order, due - NOW, photos))


@pytest.fixture
def due_orders() -> DueOrders:
    return DueOrders()


@asynccontextmanager
async def open_endpoint(due_orders: DueOrders | None) -> AsyncIterator[httpx.AsyncClient]:
    """The bot's own routes on a real socket. With None there is no token."""

    async def ready() -> list[str]:
        return []

    webhook = (
        WebhookEndpoint(with_token(SecretStr(TOKEN)), due_orders, lambda: NOW, Metrics()).answer
        if due_orders
        else None
    )
    async with (
        serving(build_web(ready, webhook=webhook)) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        yield client


def call(**fields: Any) -> dict[str, Any]:
    return {"event": "image_processed", "order_id": ELM, "error": False, "order_is_processing": True} | fields


CALLS: list[tuple[str, dict[str, Any], list[int]]] = [
    ("end", call(order_is_processing=False), [ENOUGH]),
    ("failure", call(error=True), [ENOUGH]),
    ("failure-in-words", call(error="too blurry"), [ENOUGH]),
    ("photo", call(), [1]),
    ("registered", call(event="image_registered"), []),
    ("unknown-event", call(event="order_sold"), []),
    ("no-order", call(order_id=None), []),
    ("impossible-order", call(order_id="a b"), []),
    ("nothing", {}, []),
]


@pytest.mark.parametrize(("body", "photos"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS])
async def test_what_a_call_makes_due(due_orders: DueOrders, body: dict[str, Any], photos: list[int]) -> None:
    """Every well-formed call gets a 200.

    Only news of an order makes it due, with the photos that it counts for.
    """
    async with open_endpoint(due_orders) as http:
        answer = await http.post(PATH, json=body, headers=WITH_TOKEN)

    assert answer.status_code == 200
    assert due_orders.orders == [(ELM, SETTLE_TIME, each) for each in photos]


@pytest.mark.parametrize("body", [b"", b" \n"], ids=["empty", "blank"])
async def test_a_test_call_gets_a_200(due_orders: DueOrders, body: bytes) -> None:
    """Autoenhance's settings page tries the URL without a body."""
    async with open_endpoint(due_orders) as http:
        answer = await http.post(PATH, content=body, headers=WITH_TOKEN)

    assert (answer.status_code, due_orders.orders) == (200, [])


@pytest.mark.parametrize(
    "body",
    [b"not json", b"[]", b"null", b"\x00\xff\xfe", b'{"order_id":', b"order_id=12-elm", b"[" * 9000],
    ids=["text", "array", "null", "binary", "cut", "form", "deep"],
)
async def test_a_malformed_call_is_refused(due_orders: DueOrders, body: bytes) -> None:
    """A malformed call gets a 400, and makes nothing due."""
    async with open_endpoint(due_orders) as http:
        answer = await http.post(PATH, content=body, headers=WITH_TOKEN)

    assert (answer.status_code, due_orders.orders) == (400, [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authentication": TOKEN}, 200),
        ({"Authentication": f"Bearer {TOKEN}"}, 200),
        ({"Authorization": TOKEN}, 200),
        ({"Authorization": f"bearer {TOKEN}"}, 200),
        ({}, 401),
        ({"Authentication": ""}, 401),
        ({"Authentication": "wrong"}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authentication": "sésame".encode()}, 401),
        ({"Authentication": "sésame".encode("latin-1")}, 401),
    ],
    ids=str,
)
async def test_a_call_needs_the_token(
    due_orders: DueOrders, headers: dict[str, str | bytes], status: int
) -> None:
    """Either header may have the token, with or without Bearer. The refusal does not quote what was sent."""
    async with open_endpoint(due_orders) as http:
        answer = await http.post(PATH, json=call(), headers=[*headers.items()])  # type: ignore[arg-type]  # str and bytes

    assert answer.status_code == status
    assert len(due_orders.orders) == (status == 200)
    assert "wrong" not in answer.text
    assert TOKEN not in answer.text


async def test_a_body_without_the_token_is_not_read(due_orders: DueOrders) -> None:
    """Without the token the answer is a 401, however large or broken the body is."""
    async with open_endpoint(due_orders) as http:
        for body in (b"not json", b"x" * 2 * MAX_BODY_BYTES, b""):
            assert (await http.post(PATH, content=body)).status_code == 401


def padded(size: int) -> bytes:
    body = b'{"event": "image_processed", "order_id": "12-elm", "more": "'
    return body + b"x" * (size - len(body) - 2) + b'"}'


@pytest.mark.parametrize("with_length", [True, False], ids=["content-length", "chunked"])
@pytest.mark.parametrize(
    ("size", "status"), [(MAX_BODY_BYTES, 200), (MAX_BODY_BYTES + 1, 413), (4 * MAX_BODY_BYTES, 413)]
)
async def test_how_large_a_call_may_be(
    due_orders: DueOrders, size: int, status: int, *, with_length: bool
) -> None:
    """A call may have 64 KiB, with or without a stated length."""
    body = padded(size)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    async with open_endpoint(due_orders) as http:
        answer = await http.post(PATH, content=body if with_length else pieces(), headers=WITH_TOKEN)

    assert answer.status_code == status
    assert len(due_orders.orders) == (status == 200)


async def test_a_body_without_an_end_is_cut_off(due_orders: DueOrders) -> None:
    """The answer comes as soon as the body is too large."""
    async with open_endpoint(due_orders) as http:
        address = http.base_url
        reader, writer = await asyncio.open_connection(address.host, address.port)
        head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthentication: {TOKEN}\r\n"
        chunk = b"11000\r\n" + b"x" * 0x11000 + b"\r\n"  # and no last chunk
        writer.write(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)
        status = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        await writer.wait_closed()

    assert b" 413 " in status


async def test_a_call_that_could_not_be_stored_may_come_again(due_orders: DueOrders) -> None:
    """A full disk is a 503, which asks for a repeat."""
    due_orders.broken = DatabaseFailed("disk full")
    async with open_endpoint(due_orders) as http:
        answer = await http.post(PATH, json=call(), headers=WITH_TOKEN)
        assert (answer.status_code, answer.text) == (503, "not now")

        due_orders.broken = None
        assert (await http.post(PATH, json=call(), headers=WITH_TOKEN)).status_code == 200


async def test_the_endpoint_takes_post_only(due_orders: DueOrders) -> None:
    """A GET, as from a browser, is a 405."""
    async with open_endpoint(due_orders) as http:
        assert (await http.get(PATH, headers=WITH_TOKEN)).status_code == 405


async def test_without_a_token_there_is_no_endpoint() -> None:
    """The bot could not detect a forged call, so the URL is a 404."""
    async with open_endpoint(None) as http:
        assert (await http.post(PATH, json=call(), headers=WITH_TOKEN)).status_code == 404


@pytest.mark.parametrize(
    ("settings", "status"),
    [({}, 401), ({"autoenhance_webhook_token": None}, 404)],
    ids=["set", "not-set"],
)
async def test_the_bot_has_the_endpoint_where_a_token_is_set(
    sandbox: Sandbox, settings: dict[str, Any], status: int
) -> None:
    """The running bot has it with a token in its settings, and not without."""
    chosen = sandbox.settings.model_copy(update=settings)
    async with (
        open_app(chosen) as app,
        serving(app.web) as url,
        httpx.AsyncClient() as http,
    ):
        assert (await http.post(url + PATH, json=call())).status_code == status


async def test_the_bot_answers_for_an_order_that_is_not_watched(sandbox: Sandbox) -> None:
    """Autoenhance calls about every order of the account, and most are not watched."""
    token = sandbox.autoenhance.webhook_token
    async with (
        open_app(sandbox.settings) as app,
        serving(app.web) as url,
        httpx.AsyncClient() as http,
    ):
        answer = await http.post(url + PATH, json=call(), headers={"Authentication": token})

    assert answer.status_code == 200
