"""The requests to Autoenhance, and what its answers mean."""

import traceback

import httpx
import pytest
from pydantic import SecretStr

from bot.autoenhance.client import FetchedOrder
from bot.core.errors import AutoenhanceError, KeyMissing, KeyRefused, Limited, OrderNotFound, Unavailable
from bot.orders.ids import OrderId
from tests.autoenhance.vendor import (
    ELM,
    HOST,
    KEY,
    NOW,
    Reply,
    Vendor,
    client,
    found,
    listed,
    secrets_in,
    status,
)


async def test_an_order_is_asked_for() -> None:
    """The client sends one GET with the version and no key, and returns the order with the answer's time."""
    vendor = Vendor(found())
    async with client(vendor, version="2025-08-31") as autoenhance:
        fetched = await autoenhance.order(ELM)
    assert isinstance(fetched, FetchedOrder)
    assert (fetched.order.name, fetched.at) == ("12 Elm Street", NOW)
    [request] = vendor.asked
    assert (request.method, str(request.url)) == ("GET", f"https://{HOST}/v3/orders/{ELM}")
    assert "x-api-key" not in request.headers
    assert request.headers["x-api-version"] == "2025-08-31"
    assert request.headers["accept"] == "application/json"


async def test_nothing_is_sent_that_is_not_set() -> None:
    """The client leaves out the headers of a key and a version that are not set."""
    vendor = Vendor(found())
    async with client(vendor, key=None) as autoenhance:
        await autoenhance.order(ELM)
    assert not {"x-api-key", "x-api-version"} & set(vendor.asked[0].headers)


@pytest.mark.parametrize("order_id", ["...", "a..b", "~_-.", "x" * 128])
async def test_an_id_stays_one_segment_of_the_path(order_id: str) -> None:
    """No ID leads outside /v3/orders/."""
    vendor = Vendor(found(order_id=order_id))
    async with client(vendor, url=f"https://{HOST}/") as autoenhance:
        await autoenhance.order(OrderId(order_id))
    assert vendor.asked[0].url.raw_path.decode() == f"/v3/orders/{order_id}"


async def test_orders_are_listed_newest_first() -> None:
    """The client asks for the list with a trailing slash and newest first.

    It asks for at most 15, as the API allows.
    """
    vendor = Vendor(listed("a", "b", "c"))
    async with client(vendor) as autoenhance:
        found = await autoenhance.orders(limit=2)
        await autoenhance.orders(limit=50)
    assert [order.name for order in found.orders] == ["a", "b"]
    assert vendor.asked[0].url.path == "/v3/orders/"
    assert [dict(request.url.params) for request in vendor.asked] == [
        {"per_page": "2", "sort": "-date"},
        {"per_page": "15", "sort": "-date"},
    ]


async def test_a_list_needs_a_key() -> None:
    """The client sends no request for a list without a key."""
    vendor = Vendor(listed())
    async with client(vendor, key=None) as autoenhance:
        with pytest.raises(KeyMissing):
            await autoenhance.orders()
    assert not vendor.asked


async def test_a_list_that_is_not_found_is_no_missing_order() -> None:
    """404 and 422 mean a missing order only for the request of one order."""
    async with client(Vendor(status(422))) as autoenhance:
        with pytest.raises(Unavailable):
            await autoenhance.orders()


@pytest.mark.parametrize(
    ("reply", "error", "requests"),
    [
        pytest.param(status(401), KeyRefused, 2, id="401"),
        pytest.param(status(403), KeyRefused, 2, id="403"),
        pytest.param(status(404), OrderNotFound, 1, id="404"),
        pytest.param(status(410), OrderNotFound, 1, id="410"),
        pytest.param(status(422), OrderNotFound, 1, id="422"),
        pytest.param(status(400), Unavailable, 1, id="400"),
        pytest.param(status(402), Unavailable, 1, id="402"),
        pytest.param(status(429), Limited, 3, id="429"),
        pytest.param(status(500), Unavailable, 1, id="500"),
        pytest.param(status(502), Unavailable, 3, id="502"),
        pytest.param(status(503), Unavailable, 3, id="503"),
        pytest.param(status(504), Unavailable, 3, id="504"),
        pytest.param(status(204), Unavailable, 1, id="204"),
        pytest.param(status(301, location="https://elsewhere.test/"), Unavailable, 1, id="redirect"),
        pytest.param(status(304), Unavailable, 1, id="not modified"),
        pytest.param(httpx.Response(200, html="<h1>Sign in</h1>"), Unavailable, 1, id="HTML"),
        pytest.param(httpx.Response(200, content=b""), Unavailable, 1, id="empty"),
        pytest.param(httpx.Response(200, content=b'{"order_id": "x'), Unavailable, 1, id="cut JSON"),
        pytest.param(httpx.Response(200, json={"message": "Hello"}), Unavailable, 1, id="no order"),
        pytest.param(httpx.ConnectError("refused"), Unavailable, 3, id="no connection"),
        pytest.param(httpx.ConnectTimeout("slow"), Unavailable, 3, id="slow to connect"),
        pytest.param(httpx.RemoteProtocolError("cut"), Unavailable, 3, id="cut off"),
        pytest.param(httpx.ReadTimeout("slow"), Unavailable, 1, id="slow to answer"),
        pytest.param(httpx.PoolTimeout("busy"), Unavailable, 1, id="no free connection"),
        pytest.param(
            httpx.LocalProtocolError(f"Illegal header {KEY}"), Unavailable, 1, id="a key with a newline"
        ),
    ],
)
async def test_every_failed_answer_raises_its_own_error(
    reply: Reply, error: type[AutoenhanceError], requests: int
) -> None:
    """Each answer raises one kind of error.

    Only a failure that may end in a moment is retried, with three attempts in all. What is refused without a
    key is asked for with one.
    """
    vendor = Vendor(reply)
    async with client(vendor) as autoenhance:
        with pytest.raises(error) as raised:
            await autoenhance.order(ELM)
    assert type(raised.value) is error
    assert len(vendor.asked) == requests
    assert not secrets_in("".join(traceback.format_exception(raised.value)))


async def test_a_refusal_without_a_key_asks_for_one() -> None:
    """A refusal without a key asks for a key, and not for another one."""
    async with client(Vendor(status(401)), key=None) as autoenhance:
        with pytest.raises(KeyMissing):
            await autoenhance.order(ELM)


@pytest.mark.parametrize(
    ("key", "reply", "path"),
    [
        pytest.param(KEY, listed(), "/v3/orders/?per_page=1", id="with a key"),
        pytest.param(None, status(404), "/v3/orders/00000000-0000-4000-8000-000000000000", id="without"),
    ],
)
async def test_a_probe_succeeds(key: str | None, reply: httpx.Response, path: str) -> None:
    """With a key, the list shows whether the key is good.

    Without a key, a 404 for a made-up order shows that the API answers.
    """
    vendor = Vendor(reply)
    async with client(vendor, key=key) as autoenhance:
        await autoenhance.probe()
    assert vendor.asked[0].url.raw_path.decode() == path


@pytest.mark.parametrize(
    ("key", "code", "error"), [(KEY, 401, KeyRefused), (KEY, 500, Unavailable), (None, 500, Unavailable)]
)
async def test_a_probe_says_what_is_wrong(key: str | None, code: int, error: type[AutoenhanceError]) -> None:
    """A probe raises the same errors as a look-up."""
    async with client(Vendor(status(code)), key=key) as autoenhance:
        with pytest.raises(error):
            await autoenhance.probe()


async def test_a_members_key_is_checked_with_the_list() -> None:
    """With that key and no other, and for one order."""
    vendor = Vendor(listed())
    async with client(vendor, key=KEY) as autoenhance:
        await autoenhance.check_key(SecretStr("a member's"))
    [asked] = vendor.asked
    assert (asked.url.raw_path.decode(), asked.headers["x-api-key"]) == (
        "/v3/orders/?per_page=1",
        "a member's",
    )


@pytest.mark.parametrize(("code", "error"), [(401, KeyRefused), (403, KeyRefused), (500, Unavailable)])
async def test_a_members_key_that_is_not_accepted(code: int, error: type[AutoenhanceError]) -> None:
    """A key that is refused is told from an Autoenhance that does not answer."""
    async with client(Vendor(status(code)), key=None) as autoenhance:
        with pytest.raises(error):
            await autoenhance.check_key(SecretStr("a member's"))
