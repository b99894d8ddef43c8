"""What the real API is known to send in odd forms, the stand-in sends as it is given."""

import httpx
import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import Json, order, photos
from bot.sandbox.autoenhance.progress import Rhythm, Run, done_times
from bot.sandbox.autoenhance.sample_orders import ELM, MILL
from bot.sandbox.page.inspector import inspector
from tests.sandbox.test_sandbox_autoenhance import NOW, api, autoenhance, clock
from tests.sandbox.tiny_bot import Clock, open_world

__all__ = ["api", "autoenhance", "clock"]
MISSING = object()


def odd(field: str, value: object, changes: Json) -> Json:
    """The changes with this field, or without it."""
    left = {key: each for key, each in changes.items() if key != field}
    return left if value is MISSING else left | {field: value}


@pytest.mark.parametrize(
    "created",
    [
        "2027-01-15T08:00:00Z",
        "2027-01-15T08:00:00+02:00",
        "2030-01-01",
        "soon",
        "",
        1_800_000_000,
        None,
        MISSING,
    ],
)
async def test_an_order_is_listed_whenever_it_was_created(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox, created: object
) -> None:
    """Its date is sent as it is, and the order can be stalled, run again and be shown in the panel."""
    api.headers["x-api-key"] = autoenhance.api_key
    given = odd("created_at", created, order("odd", "Odd", photos("odd", (3, {})), now=NOW))
    autoenhance.add(given)
    assert (await api.get("/v3/orders/odd")).json() == given
    listed = (await api.get("/v3/orders/", params={"q": "Odd"})).json()["orders"]
    assert [each["order_id"] for each in listed] == ["odd"]
    async with open_world() as world:
        assert "odd" in {each["id"] for each in inspector(world.slack, autoenhance)["orders"]}
    autoenhance.age("odd", 3600)
    autoenhance.take_in_hand("odd")
    autoenhance.restart("odd")
    assert autoenhance.order("odd")["is_processing"]


@pytest.mark.parametrize("downloaded", [None, "true", 1, MISSING])
async def test_a_photo_says_oddly_whether_it_was_downloaded(
    api: httpx.AsyncClient, autoenhance: AutoenhanceSandbox, downloaded: object
) -> None:
    """It is sent as it is, until the photo is downloaded."""
    [image] = photos("odd", (1, {}))
    images = [odd("downloaded", downloaded, image)]
    autoenhance.add(order("odd", "Odd", images, now=NOW))
    assert (await api.get("/v3/orders/odd")).json()["images"] == images
    if not images[0].get("downloaded"):
        autoenhance.download("odd")
        assert autoenhance.order("odd")["images"][0]["downloaded"] is True


@pytest.mark.parametrize("rhythm", [None, *Rhythm])
def test_an_order_grows_while_it_runs(
    autoenhance: AutoenhanceSandbox, clock: Clock, rhythm: Rhythm | None
) -> None:
    """The photos that are uploaded later come after the others, and the run ends with the last of them."""
    images = photos("x", (10, {}))
    times = done_times(rhythm, 10, 2.0, "x") if rhythm else ()
    autoenhance.add(order("x", "X", images, now=NOW), Run(NOW, times=times))
    autoenhance.upload("x", 5)
    clock.seconds += 20.1
    grown = autoenhance.order("x")
    assert (grown["total_images"], len(grown["images"]), grown["is_processing"]) == (15, 15, True)
    assert sum(image["status"] == "processed" for image in grown["images"]) == 10
    assert len({image["image_id"] for image in grown["images"]}) == 15
    clock.seconds += 10
    assert not autoenhance.order("x")["is_processing"]


def test_an_order_that_has_ended_goes_on_with_more_photos(
    autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """Also one that had no photos at all."""
    autoenhance.restart(ELM)
    clock.seconds += 1_000
    for id_, before in ((ELM, 30), (MILL, 0)):
        autoenhance.upload(id_, 2)
        shown = autoenhance.order(id_)
        assert (shown["total_images"], shown["is_processing"]) == (before + 2, True)
        clock.seconds += 5
        assert not autoenhance.order(id_)["is_processing"]
