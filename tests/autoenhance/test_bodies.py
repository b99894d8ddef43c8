"""Bodies of answers: packed in many words, packed to burst, and large ones at the same time."""

import asyncio
import gzip
import json
import tracemalloc
import zlib
from dataclasses import replace

import pytest

from bot.autoenhance.limits import Limits
from bot.core.errors import OrderTooLarge, Unavailable
from bot.orders.ids import OrderId
from tests.autoenhance.vendor import ELM, HASTY, ORDER, Talk, Vendor, client, found, serving, serving_paths

PLAIN = json.dumps(ORDER).encode()
PACKED = gzip.compress(PLAIN)


def sending(body: bytes, *encodings: str) -> Talk:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = "".join(f"Content-Encoding: {each}\r\n" for each in encodings)
        head = f"HTTP/1.1 200 OK\r\n{said}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return talk


async def name(body: bytes, *encodings: str) -> str | None:
    """The name in the answer that is sent with these headers."""
    async with serving(sending(body, *encodings)) as url, client(url=url) as autoenhance:
        return (await autoenhance.order(ELM)).order.name


@pytest.mark.parametrize(
    "encodings",
    [
        [],
        [""],
        ["identity"],
        ["utf-8"],
        ["UTF-8"],
        ["none"],
        ["None"],
        ["binary"],
        ["utf-8, identity"],
        ["a", ""],
    ],
    ids=str,
)
async def test_a_word_that_names_no_packing_means_nothing(encodings: list[str]) -> None:
    """Servers and proxies name a charset there, or nothing. The body is read as it is."""
    assert await name(PLAIN, *encodings) == "12 Elm Street"


@pytest.mark.parametrize(
    "encodings", [["gzip"], ["GZIP"], ["x-gzip"], [" gzip "], ["utf-8, gzip"], ["gzip", "identity"]], ids=str
)
async def test_gzip_is_unpacked_beside_any_other_word(encodings: list[str]) -> None:
    """It is the one packing that the client asks for."""
    assert await name(PACKED, *encodings) == "12 Elm Street"


@pytest.mark.parametrize(
    ("body", "encodings"),
    [
        pytest.param(gzip.compress(PACKED), ["gzip, gzip"], id="two layers"),
        pytest.param(gzip.compress(PACKED), ["gzip", "x-gzip"], id="two layers in two headers"),
        pytest.param(zlib.compress(PLAIN), ["deflate"], id="deflate"),
        pytest.param(PLAIN, ["br"], id="brotli"),
        pytest.param(PACKED[:-20], ["gzip"], id="cut"),
        pytest.param(PACKED[:-8] + b"12345678", ["gzip"], id="with another sum"),
        pytest.param(PLAIN, ["gzip"], id="not packed"),
        pytest.param(PACKED, [], id="packed without a word"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_unavailable(body: bytes, encodings: list[str]) -> None:
    """The client guesses nothing."""
    with pytest.raises(Unavailable):
        await name(body, *encodings)


async def test_a_body_that_unpacks_to_far_too_much_takes_neither_memory_nor_the_loop() -> None:
    """It is unpacked in small steps, and no further than the limit. Others have their turns in between."""
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    limits = Limits(max_bytes=4_000_000, large_bytes=100_000)
    tracemalloc.start()
    counting = asyncio.create_task(other())
    try:
        async with serving(sending(bomb, "gzip")) as url, client(url=url, limits=limits) as autoenhance:
            before, turns = tracemalloc.get_traced_memory()[0], 0
            with pytest.raises(OrderTooLarge):
                await autoenhance.order(ELM)
            grown = tracemalloc.get_traced_memory()[1] - before
    finally:
        counting.cancel()
        tracemalloc.stop()

    assert grown < 3 * limits.max_bytes
    assert turns > 4_000_000 // 65_536


class ThreeOrders:
    """A server of three orders. The end of `slow` is sent once `go_on` is set."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.sent = asyncio.Event()

    async def __call__(self, path: str, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        photos = 1 if path.endswith("small") else 1_000
        order = {"order_id": path.rpartition("/")[2], "images": [{"image_name": "x" * 100}] * photos}
        body = json.dumps(order).encode()
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:-1])
        await writer.drain()
        if path.endswith("slow"):
            self.sent.set()
            await self.go_on.wait()
        writer.write(body[-1:])
        await writer.drain()


async def test_large_answers_are_few_at_a_time() -> None:
    """One that has no turn yet waits, however long the one before takes. Small ones do not wait."""
    vendor = ThreeOrders()
    limits = replace(HASTY, large_bytes=50_000, large_at_once=1)
    async with (
        serving_paths(vendor) as url,
        client(url=url, limits=limits) as autoenhance,
        asyncio.timeout(20),
    ):
        slow = asyncio.create_task(autoenhance.order(OrderId("slow")))
        await vendor.sent.wait()
        while not autoenhance._requests._large_answers._free.locked():  # noqa: ASYNC110 - nothing signals it
            await asyncio.sleep(0.01)
        second = asyncio.create_task(autoenhance.order(OrderId("large")))
        for _ in range(20):
            assert len((await autoenhance.order(OrderId("small"))).order.photos) == 1
        assert not second.done()
        vendor.go_on.set()
        fetched = await asyncio.gather(slow, second)
        assert [len(each.order.photos) for each in fetched] == [1_000, 1_000]


async def test_a_turn_is_given_back_whatever_comes_of_it() -> None:
    """Answers that are cut, too long or no order, and callers that leave, keep no other from their turn."""
    limits = replace(HASTY, max_bytes=200_000, large_bytes=1_000, large_at_once=1, attempts=3)
    for body in (b"[" + b" " * 5_000, b" " * 300_000, b'{"order_id": "other"}' + b" " * 5_000):
        async with serving(sending(body)) as url, client(url=url, limits=limits) as autoenhance:
            for _ in range(3):
                with pytest.raises((Unavailable, OrderTooLarge)):
                    await autoenhance.order(ELM)
            assert not autoenhance._requests._large_answers._free.locked()


async def test_a_large_answer_that_breaks_is_asked_for_again_in_the_same_turn() -> None:
    """Another attempt does not wait for the turn that its caller has."""
    body = json.dumps(ORDER | {"images": [{"image_name": "x"}] * 500}).encode()
    sent = 0

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        sent += 1
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        writer.write(body if sent == 3 else body[:-1])
        await writer.drain()

    limits = replace(HASTY, large_bytes=1_000, large_at_once=1)
    async with serving(talk) as url, client(url=url, limits=limits) as autoenhance, asyncio.timeout(20):
        assert len((await autoenhance.order(ELM)).order.photos) == 500
    assert sent == 3


async def test_a_large_order_is_not_kept_for_later_callers() -> None:
    """Those who asked at the same time share it. A small one is kept for a moment."""
    for photos, requests in ((1_001, 2), (10, 1)):
        vendor = Vendor(found(images=[{"image_name": "x"}] * photos))
        async with client(vendor, limits=replace(HASTY, fresh_for=60)) as autoenhance:
            await asyncio.gather(*(autoenhance.order(ELM) for _ in range(5)))
            await autoenhance.order(ELM)
        assert len(vendor.asked) == requests


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param(ELM, "5f0e7c52-9c1b-4a61-8f7e-2d90b3a6c418", id="another UUID"),
        pytest.param("12-elm", "12-oak", id="another name"),
        pytest.param("12-elm", "12-Elm", id="a name in other letters"),
    ],
)
async def test_the_answer_about_another_order_is_not_shown(asked: str, answered: str) -> None:
    """A cache in between may mix answers up. The next attempt may get the right one."""
    async with client(Vendor(found(order_id=answered))) as autoenhance:
        with pytest.raises(Unavailable):
            await autoenhance.order(OrderId(asked))


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param(ELM, ELM.upper(), id="a UUID in capitals"),
        pytest.param(ELM.upper(), ELM, id="asked in capitals"),
        pytest.param("12-elm", "12-elm", id="a name"),
        pytest.param("1234", 1234, id="a number"),
        pytest.param(ELM, None, id="nothing"),
        pytest.param(ELM, "", id="an empty text"),
        pytest.param(ELM, ["odd"], id="no text"),
    ],
)
async def test_the_answer_about_this_order_is_shown(asked: str, answered: object) -> None:
    """A UUID is the same in any letters, and an answer need not name its order."""
    async with client(Vendor(found(order_id=answered))) as autoenhance:
        assert (await autoenhance.order(OrderId(asked))).order.name == "12 Elm Street"
