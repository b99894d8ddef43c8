"""Two accounts of the stand-in Autoenhance, which do not see each other's orders."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.autoenhance.app import API_KEY, SECOND_KEY, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_book import SECOND
from bot.sandbox.autoenhance.order_json import order
from bot.sandbox.autoenhance.sample_orders import CEDAR, ELM, OAK, ORCHARD, WHARF
from bot.sandbox.http_client import plain_client
from bot.sandbox.server import serving
from tests.support.clock import Clock


@pytest.fixture
def autoenhance(clock: Clock) -> AutoenhanceSandbox:
    return AutoenhanceSandbox(now=clock)


@pytest.fixture
async def api(autoenhance: AutoenhanceSandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(autoenhance.app) as url, plain_client(20) as api:
        api.base_url = httpx.URL(url)
        yield api


async def listed(api: httpx.AsyncClient, key: str) -> list[str]:
    reply = await api.get("/v3/orders/", params={"per_page": "15"}, headers={"x-api-key": key})
    return [each["order_id"] for each in reply.raise_for_status().json()["orders"]]


async def test_each_account_lists_its_own_orders(api: httpx.AsyncClient) -> None:
    """No order is in both lists."""
    assert await listed(api, SECOND_KEY) == [CEDAR, ORCHARD, WHARF]
    assert not {CEDAR, ORCHARD, WHARF} & set(await listed(api, API_KEY))


async def test_a_single_order_needs_no_key(api: httpx.AsyncClient) -> None:
    """Who has the ID reads the order of either account, with any key and with none."""
    for id_ in (OAK, CEDAR):
        for headers in ({}, {"x-api-key": SECOND_KEY}, {"x-api-key": "nonsense"}):
            for path in (id_, f"{id_}/brackets"):
                assert (await api.get(f"/v3/orders/{path}", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("key", "statuses"),
    [(None, [401, 401]), ("nonsense", [401, 401]), (API_KEY, [200, 404]), (SECOND_KEY, [404, 200])],
)
async def test_a_key_may_be_demanded(
    api: httpx.AsyncClient,
    autoenhance: AutoenhanceSandbox,
    clock: Clock,
    key: str | None,
    statuses: list[int],
) -> None:
    """Then only the key of its account opens an order and its brackets, and nothing starts its run."""
    autoenhance.demands_key = True
    headers = {"x-api-key": key} if key else {}

    for after in ("", "/brackets"):
        asked = [await api.get(f"/v3/orders/{each}{after}", headers=headers) for each in (OAK, CEDAR)]
        assert [each.status_code for each in asked] == statuses
    await api.get(f"/v3/orders/{ELM}", headers=headers)
    clock.turn(seconds=1000)
    assert autoenhance.order(ELM)["is_processing"] is (key != API_KEY)


async def test_the_list_of_one_account_can_fail(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox
) -> None:
    """The other account answers meanwhile."""
    autoenhance.set_failure("500", order=SECOND)

    assert OAK in await listed(api, API_KEY)
    with pytest.raises(httpx.HTTPStatusError):
        await listed(api, SECOND_KEY)


async def test_an_order_can_be_given_to_an_account(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """Without an account it is the first one's."""
    autoenhance.add(order("mine", "Mine", [], now=clock()))
    autoenhance.add(order("theirs", "Theirs", [], now=clock(), age=0), account=SECOND)

    assert "mine" not in await listed(api, SECOND_KEY)
    assert (await listed(api, SECOND_KEY))[0] == "theirs"
