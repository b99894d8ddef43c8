"""The stand-in's list of an order's brackets."""

from collections import Counter

import httpx
import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, HARBOUR_VIEW, MILL, OAK, ODD, QUAY
from tests.sandbox.test_sandbox_autoenhance import api, autoenhance, clock

__all__ = ["api", "autoenhance", "clock"]


@pytest.mark.parametrize(
    ("order", "sizes", "loose", "unfinished"),
    [
        (OAK, {3: 17, 1: 1}, 0, 0),
        (ODD, {5: 16}, 0, 0),
        (BIRCH, {1: 30}, 0, 0),
        (MILL, {}, 12, 1),
        (QUAY, {}, 36, 0),
        (HARBOUR_VIEW, {}, 12, 0),
    ],
    ids=["one left over", "five each", "one each", "one not uploaded", "being grouped", "a run that begins"],
)
async def test_the_brackets_of_an_order(
    api: httpx.AsyncClient, order: str, sizes: dict[int, int], loose: int, unfinished: int
) -> None:
    """No key is needed. `sizes` counts the photos of so many brackets, `loose` the brackets of no photo."""
    await api.get(f"/v3/orders/{order}")
    found = (await api.get(f"/v3/orders/{order}/brackets")).json()["brackets"]

    of_photos = Counter(each["image_id"] for each in found if each["image_id"])
    assert (Counter(of_photos.values()), sum(not each["image_id"] for each in found)) == (sizes, loose)
    assert sum(not each["is_uploaded"] for each in found) == unfinished
    assert {each["order_id"] for each in found} == {order}


async def test_an_unknown_order_has_none(api: httpx.AsyncClient) -> None:
    """404, as for the order."""
    assert (await api.get("/v3/orders/nothing/brackets")).status_code == 404


async def test_they_fail_as_their_order_does(api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox) -> None:
    """By the same control. They do not use up a failure that is set for some answers."""
    autoenhance.set_failure("500", order=OAK, times=1)
    assert (await api.get(f"/v3/orders/{OAK}/brackets")).status_code == 500
    assert (await api.get(f"/v3/orders/{OAK}")).status_code == 500
    assert (await api.get(f"/v3/orders/{OAK}/brackets")).status_code == 200
    assert (len(autoenhance.requests), len(autoenhance.looks)) == (3, 1)
