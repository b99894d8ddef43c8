"""The stand-in's files of photos: the key, the redirects, and what would cost a credit."""

import os
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from io import BytesIO
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image, ImageStat

from bot.sandbox.autoenhance.app import API_KEY, SECOND_KEY, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import failed, order, photo
from bot.sandbox.autoenhance.previews import credits_spent
from bot.sandbox.autoenhance.sample_orders import CEDAR, OAK
from bot.sandbox.server import serving
from tests.support.process import ROOT

PHOTO = photo(OAK, 1)["image_id"]
ENHANCED = f"/v3/images/{PHOTO}/enhanced"
ORIGINAL = f"/v3/images/{PHOTO}/original"
PREVIEW = {"preview": "true", "format": "jpeg", "max_width": "640"}


@pytest.fixture
def autoenhance() -> AutoenhanceSandbox:
    return AutoenhanceSandbox()


@pytest.fixture
async def api(autoenhance: AutoenhanceSandbox) -> AsyncIterator[httpx.AsyncClient]:
    store = autoenhance.previews.store
    async with (
        serving(autoenhance.app) as url,
        serving(store) as autoenhance.previews.store_url,
        httpx.AsyncClient(base_url=url, headers={"x-api-key": API_KEY}) as client,
    ):
        yield client


async def test_a_file_is_on_another_origin(autoenhance: AutoenhanceSandbox, api: httpx.AsyncClient) -> None:
    """The API answers 302. Its own client must not send the key there: the stand-in keeps what came."""
    first = await api.get(ENHANCED, params=PREVIEW)
    assert first.status_code == 302
    assert urlsplit(first.headers["location"]).port != api.base_url.port

    async with httpx.AsyncClient(follow_redirects=True) as plain:
        file = await plain.get(first.headers["location"])
    assert (file.status_code, file.headers["content-type"]) == (200, "image/jpeg")
    assert all("x-api-key" not in each.headers for each in autoenhance.previews.fetched)


@pytest.mark.parametrize("path", [ENHANCED, ORIGINAL])
async def test_a_file_needs_the_key(api: httpx.AsyncClient, path: str) -> None:
    """Without the key, or with another one, both answer 401."""
    for key in ("", "another"):
        assert (await api.get(path, params=PREVIEW, headers={"x-api-key": key})).status_code == 401


async def test_an_account_has_the_files_of_its_own_orders(api: httpx.AsyncClient) -> None:
    """With the other account's key, there is no such photo."""
    theirs = f"/v3/images/{photo(CEDAR, 1)['image_id']}/enhanced"

    for path, key, status in (
        (ENHANCED, SECOND_KEY, 404),
        (theirs, API_KEY, 404),
        (theirs, SECOND_KEY, 302),
    ):
        answer = await api.get(path, params=PREVIEW, headers={"x-api-key": key})
        assert answer.status_code == status


async def test_only_a_finished_photo_has_a_file(
    autoenhance: AutoenhanceSandbox, api: httpx.AsyncClient
) -> None:
    """A photo that is unknown, waits or failed is 404. One without a status is finished with its order."""
    images = [
        photo("o", 1, image_id="waits", status="waiting"),
        photo("o", 2, image_id="failed", **failed("dark")),
        photo("o", 3, image_id="silent", status=None),
        photo("o", 4, image_id="done"),
    ]
    autoenhance.add(order("o", "Order", images, now=0.0))
    for name, status in {"nobody": 404, "waits": 404, "failed": 404, "silent": 302, "done": 302}.items():
        assert (await api.get(f"/v3/images/{name}/enhanced", params=PREVIEW)).status_code == status


@pytest.mark.parametrize("path", [ENHANCED, ORIGINAL])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "format=jpeg&max_width=640",
        "preview=false",
        "preview=true&preview=false",
        "preview=true&watermark=false",
    ],
)
async def test_what_would_cost_a_credit_is_counted(api: httpx.AsyncClient, path: str, query: str) -> None:
    """Everything but `preview=true` is 402, and so is a picture without its watermark."""
    assert (await api.get(f"{path}?{query}")).status_code == 402
    spent = len(credits_spent)
    credits_spent.clear()
    assert spent == 1


@pytest.mark.parametrize(
    "query",
    [
        {"preview": "yes"},
        {"format": "gif"},
        {"max_width": "0"},
        {"max_width": "wide"},
        {"quality": "91"},
        {"watermark": "1"},
    ],
)
async def test_a_value_out_of_its_limits_is_422(api: httpx.AsyncClient, query: dict[str, str]) -> None:
    """The limits are those of the specification."""
    assert (await api.get(ENHANCED, params=PREVIEW | query)).status_code == 422


async def file_of(api: httpx.AsyncClient, path: str, **query: str) -> bytes:
    first = await api.get(path, params=PREVIEW | query)
    async with httpx.AsyncClient(follow_redirects=True) as plain:
        return (await plain.get(first.headers["location"])).content


async def test_a_photo_is_always_drawn_alike(api: httpx.AsyncClient) -> None:
    """The photo's ID decides, and another ID has another picture."""
    other = f"/v3/images/{photo(OAK, 9)['image_id']}/enhanced"
    first = await file_of(api, ENHANCED)
    assert first == await file_of(api, ENHANCED)
    assert first != await file_of(api, other)


@pytest.mark.parametrize("number", range(1, 9))
async def test_the_enhanced_photo_is_brighter(api: httpx.AsyncClient, number: int) -> None:
    """In every scene, the original is darker and flatter. Both are as wide as asked."""
    image_id = photo(OAK, number)["image_id"]
    original, enhanced = [
        Image.open(BytesIO(await file_of(api, f"/v3/images/{image_id}/{which}")))
        for which in ("original", "enhanced")
    ]
    assert original.size == enhanced.size == (640, 427)
    dark, bright = ImageStat.Stat(original.convert("L")), ImageStat.Stat(enhanced.convert("L"))
    assert dark.mean[0] < bright.mean[0] - 20
    assert dark.stddev[0] < bright.stddev[0]


async def test_without_pillow_there_are_no_files() -> None:
    """The stand-in starts, answers 404 for every file, and says so once."""
    program = f"""
import sys; sys.modules["PIL"] = None
import asyncio, httpx
from bot.sandbox.autoenhance.app import AutoenhanceSandbox, API_KEY
sandbox = AutoenhanceSandbox()
async def main():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://a") as api:
        for _ in range(2):
            print((await api.get("{ENHANCED}?preview=true", headers={{"x-api-key": API_KEY}})).status_code)
asyncio.run(main())
"""
    process = await create_subprocess_exec(
        sys.executable, "-c", program, cwd=ROOT, stdout=PIPE, stderr=PIPE, env=dict(os.environ)
    )
    out, err = await process.communicate()
    assert out.decode().split() == ["404", "404"]
    assert err.decode().count("Pillow is not installed") == 1
