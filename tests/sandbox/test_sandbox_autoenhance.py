"""The stand-in Autoenhance: its orders, its two endpoints, its failures."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import failed, order, photos
from bot.sandbox.autoenhance.progress import Run, as_of
from bot.sandbox.autoenhance.sample_orders import (
    CUSTOM,
    DELETED,
    ELM,
    HARBOUR_VIEW,
    LARGE,
    OAK,
    OLDER,
    SILENT,
    sample_orders,
)
from bot.sandbox.failures import FailureName
from bot.sandbox.server import serving
from tests.sandbox.tiny_bot import Clock

NOW = 1_800_000_000.0


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def autoenhance(clock: Clock) -> AutoenhanceSandbox:
    return AutoenhanceSandbox(now=clock)


@pytest.fixture
async def api(autoenhance: AutoenhanceSandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(autoenhance.app) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


async def test_an_order_can_be_read_without_a_key(api: httpx.AsyncClient) -> None:
    """As with the real API, the ID is the only secret."""
    response = await api.get(f"/v3/orders/{OAK}")
    assert response.status_code == 200
    assert response.json()["name"] == "Oak Terrace, show home"
    assert response.json()["status"] is None


async def test_an_unknown_order_is_404_in_the_words_of_the_api(api: httpx.AsyncClient) -> None:
    """The body is APIFlask's own."""
    response = await api.get("/v3/orders/nobody")
    assert (response.status_code, response.json()) == (404, {"detail": {}, "message": "Not Found"})


async def test_the_list_needs_the_key(api: httpx.AsyncClient) -> None:
    """Without the key the list answers 401."""
    assert (await api.get("/v3/orders/")).status_code == 401


async def pages(api: httpx.AsyncClient, **query: str) -> list[list[dict[str, Any]]]:
    """The orders of every page, from the first to the one without a next offset."""
    seen: list[list[dict[str, Any]]] = []
    offset: dict[str, str] = {}
    while True:
        page = (await api.get("/v3/orders/", params=query | offset)).raise_for_status().json()
        seen.append(page["orders"])
        if not (token := page["pagination"]["next_offset"]):
            return seen
        offset = {"offset": token}


async def test_the_list_is_paged(api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox) -> None:
    """Pages of five follow each other without a gap, newest first, and end with a null offset."""
    api.headers["x-api-key"] = autoenhance.api_key
    listed = await pages(api)
    seen = [each["created_at"] for page in listed for each in page]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(autoenhance.orders())
    assert max(map(len, listed)) == 5


async def test_a_page_may_be_shorter_than_asked(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox
) -> None:
    """The API gives fewer orders where they have many photos, and at least one."""
    api.headers["x-api-key"] = autoenhance.api_key
    for number in range(3):
        images = photos("large", (400, {}))
        autoenhance.add(order(f"large-{number}", f"Large {number}", images, now=NOW, age=0))
    listed = await pages(api, per_page="15")
    assert [len(page) for page in listed[:3]] == [1, 1, 1]
    assert sum(map(len, listed)) == len(autoenhance.orders())


async def test_the_list_is_searched_and_sorted(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox
) -> None:
    """`q` is a part of the name in either case, as it is written. An order without a name has no name."""
    api.headers["x-api-key"] = autoenhance.api_key
    autoenhance.add(order("nameless", "", [], now=NOW) | {"name": None})

    async def found(**query: str) -> list[str]:
        return [each["order_id"] for page in await pages(api, **query) for each in page]

    assert await found(q="elm street") == [ELM, CUSTOM]
    assert await found(q="elm street", sort="date") == [CUSTOM, ELM]
    assert await found(q="elm street", sort="name") == [CUSTOM, ELM]
    assert await found(q="elm street", sort="-name") == [ELM, CUSTOM]
    assert await found(q="street elm") == await found(q="none") == []
    autoenhance.ignores_search = True
    assert len(await found(q="elm street")) == len(autoenhance.orders())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("per_page", "16"),
        ("per_page", "0"),
        ("per_page", "x"),
        ("sort", "newest"),
        ("offset", "15"),
        ("offset", "&&"),
    ],
)
async def test_what_the_list_does_not_take_is_refused(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox, name: str, value: str
) -> None:
    """The API answers 422 and names the field: a page has at most 15, and an offset is the API's own."""
    response = await api.get("/v3/orders/", params={name: value}, headers={"x-api-key": autoenhance.api_key})
    assert response.status_code == 422
    assert list(response.json()["detail"]["query"]) == [name]


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        ("401", 401),
        ("429", 429),
        ("500", 500),
        ("502", 502),
        ("503", 503),
        ("html", 200),
        ("empty", 200),
        ("not-an-order", 200),
        ("another-order", 200),
        ("redirect", 302),
    ],
)
async def test_a_failure_lasts_for_the_given_number_of_requests(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox, failure: FailureName, status: int
) -> None:
    """After that number the API works again."""
    autoenhance.set_failure(failure, times=1, retry_after=7, location="http://127.0.0.1:1/")
    unwell, well = [await api.get(f"/v3/orders/{OAK}") for _ in range(2)]
    assert unwell.status_code == status
    assert f'"order_id":"{OAK}","name"' not in unwell.text
    assert well.json()["order_id"] == OAK
    if failure == "429":
        assert unwell.headers["Retry-After"] == "7"


@pytest.mark.parametrize("failure", ["close", "cut"])
async def test_a_broken_connection_is_broken(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox, failure: FailureName
) -> None:
    """The client gets no answer, or half of one."""
    autoenhance.set_failure(failure, order=OAK)
    with pytest.raises(httpx.RemoteProtocolError):
        await api.get(f"/v3/orders/{OAK}")
    assert (await api.get(f"/v3/orders/{LARGE}")).status_code == 200


async def test_a_huge_answer_is_fifty_megabytes(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox
) -> None:
    """A client that reads all of it reads too much."""
    autoenhance.set_failure("huge")
    assert len((await api.get(f"/v3/orders/{OAK}")).content) > 50_000_000


async def test_a_bomb_is_small_on_its_way(api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox) -> None:
    """It is packed a thousand times smaller than it is."""
    autoenhance.set_failure("bomb")
    async with api.stream("GET", f"/v3/orders/{OAK}") as reply:
        assert reply.headers["content-encoding"] == "gzip"
        assert int(reply.headers["content-length"]) < 220_000


async def test_a_misnamed_encoding_packs_nothing(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox
) -> None:
    """The right order is below it."""
    autoenhance.set_failure("misnamed")
    reply = await api.get(f"/v3/orders/{OAK}")
    assert reply.headers["content-encoding"] == "utf-8"
    assert reply.json()["order_id"] == OAK


async def test_a_held_request_is_answered_when_released(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox
) -> None:
    """The request hangs until then, and a test can wait for it."""
    autoenhance.set_failure("hang")
    asking = asyncio.create_task(api.get(f"/v3/orders/{OAK}"))
    await autoenhance.asked(1)
    assert not asking.done()
    autoenhance.released.set()
    assert (await asking).status_code == 200


async def test_requests_are_kept_with_their_headers(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox
) -> None:
    """A test can see what was asked, how often, and with which key."""
    await api.get(f"/v3/orders/{OAK}", headers={"x-api-key": "k"})
    assert [(asked.path, asked.headers["x-api-key"]) for asked in autoenhance.requests] == [
        (f"/v3/orders/{OAK}", "k")
    ]


async def test_an_order_begins_to_run_when_it_is_first_asked_for(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """Each request shows one photo more, and one failure. Then the order can run again."""

    async def statuses() -> list[str]:
        return [image["status"] for image in (await api.get(f"/v3/orders/{ELM}")).json()["images"]]

    clock.seconds += 1000
    assert (await statuses())[:2] == ["processing", "waiting"]
    clock.seconds += 36
    assert (await statuses())[17:20] == ["error", "processing", "waiting"]
    clock.seconds += 24
    assert set(await statuses()) == {"processed", "error"}
    autoenhance.restart(ELM)
    assert (await statuses())[0] == "processing"


def test_progress_is_a_function_of_the_time() -> None:
    """An order first groups without photos, then enhances, and is then done."""
    finished = order("x", "X", photos("x", (1, {}), (1, failed("blurred"))), now=NOW)
    run = Run(NOW, grouping=10)
    grouping, first, last = (as_of(finished, run, NOW + after) for after in (9, 12, 14))
    assert (grouping["is_merging"], grouping["images"]) == (True, [])
    assert [image["status"] for image in first["images"]] == ["processed", "processing"]
    assert (first["is_processing"], last["is_processing"]) == (True, False)
    assert last["images"] == finished["images"]


def test_a_photo_without_a_status_gets_none_while_it_is_enhanced() -> None:
    """Only the order says that something is being done."""
    finished = order("x", "X", photos("x", (3, {"status": None, "downloaded": True})), now=NOW)
    shown = as_of(finished, Run(NOW), NOW + 3)
    assert shown["is_processing"]
    assert [(image["status"], image["downloaded"]) for image in shown["images"]] == [
        (None, True),
        (None, False),
        (None, False),
    ]


async def test_orders_can_be_added_and_removed(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox
) -> None:
    """An added order is answered as it is, and a removed one is a 404."""
    mine = order("mine", "Mine", [], now=NOW, surprise=None)
    autoenhance.add(mine)
    assert (await api.get("/v3/orders/mine")).json() == mine
    autoenhance.remove("mine")
    assert (await api.get("/v3/orders/mine")).status_code == 404


def test_there_is_an_order_of_every_kind() -> None:
    """IDs are fixed and unique, times have no zone, and the odd orders are odd."""
    orders = {each["order_id"]: each for each in sample_orders(NOW)}
    assert len(orders) == len(sample_orders(NOW)) == 21
    assert {ELM, HARBOUR_VIEW, CUSTOM} < set(orders)
    assert orders[DELETED]["is_deleted"]
    assert len(orders[LARGE]["images"]) == 140
    assert "status" not in orders[OLDER]["images"][0]
    assert {photo["status"] for photo in orders[SILENT]["images"]} == {None} == {orders[SILENT]["status"]}
    assert all(len(each["created_at"]) == len("2027-01-15T08:00:00.000000") for each in orders.values())
