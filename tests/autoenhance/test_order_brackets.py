"""The brackets of an order, asked for beside it on a real server, and what their failures cost: nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.autoenhance.client import Autoenhance
from bot.autoenhance.limits import Limits
from bot.core.errors import (
    AutoenhanceError,
    KeyMissing,
    KeyRefused,
    Limited,
    OrderNotFound,
    OrderTooLarge,
    Unavailable,
)
from bot.core.metrics import Metrics
from tests.autoenhance.vendor import ELM, HASTY, KEY, ORDER, PathTalk, client, secrets_in, serving_paths

PATIENT = replace(HASTY, brackets_after=60.0)  # no test depends on how fast this machine is
ONE = {"brackets": [{"bracket_id": "b", "name": "a.jpg", "order_id": ELM, "is_uploaded": True}]}


def answer(status: int, body: object) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content


@dataclass
class Served:
    """An Autoenhance whose orders are well. `brackets` is how it answers for brackets; None is never."""

    brackets: bytes | None
    paths: list[str] = field(default_factory=list)
    before_the_order: Callable[[], Awaitable[Any]] | None = None
    asked_for_brackets: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.paths.append(path)
        if not path.endswith("/brackets"):
            if self.before_the_order:
                await self.before_the_order()
            writer.write(answer(200, ORDER))
            return
        self.asked_for_brackets.set()
        if self.brackets is None:
            await reader.read()
        else:
            writer.write(self.brackets)


@asynccontextmanager
async def asking(
    talk: PathTalk, *, key: str | None = KEY, limits: Limits = PATIENT, metrics: Metrics | None = None
) -> AsyncIterator[Autoenhance]:
    async with serving_paths(talk) as url, client(url=url, key=key, limits=limits, metrics=metrics) as found:
        yield found


async def test_an_order_comes_with_its_brackets() -> None:
    """Both are asked for, once each."""
    served = Served(answer(200, ONE))
    async with asking(served.talk) as autoenhance:
        fetched = await autoenhance.order_with_brackets(ELM)

    assert fetched.order.name == "12 Elm Street"
    assert [each.name for each in fetched.brackets or ()] == ["a.jpg"]
    assert sorted(served.paths) == [f"/v3/orders/{ELM}", f"/v3/orders/{ELM}/brackets"]


async def test_both_are_asked_for_at_once() -> None:
    """The rate limit does not part them: with one request in 100 seconds, both go out within 30."""
    served, limits = Served(answer(200, ONE)), replace(PATIENT, per_second=0.01, total=30.0)
    async with asking(served.talk, limits=limits) as autoenhance:
        assert (await autoenhance.order_with_brackets(ELM)).brackets
        with pytest.raises(Limited):
            await autoenhance.order(ELM, fresh=True)


async def test_they_are_asked_for_without_a_key() -> None:
    """By specification none is needed."""
    heads: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer(200, ONE))
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server, client(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", key=KEY) as found:
        await found.brackets(ELM)

    assert heads[0].startswith(f"GET /v3/orders/{ELM}/brackets HTTP".encode())
    assert KEY.encode() not in heads[0]


async def test_both_are_asked_for_side_by_side() -> None:
    """The order is answered only when its brackets were asked for."""
    served = Served(answer(200, ONE))
    served.before_the_order = served.asked_for_brackets.wait
    async with asking(served.talk) as autoenhance, asyncio.timeout(20):
        assert (await autoenhance.order_with_brackets(ELM)).brackets


FAILURES = {
    "401": (answer(401, {"message": "Unauthorized"}), KeyRefused),
    "404": (answer(404, {"message": "Not Found"}), OrderNotFound),
    "500": (answer(500, b"<html>"), Unavailable),
    "503": (answer(503, b""), Unavailable),
    "nonsense": (answer(200, b"<html>"), Unavailable),
    "a list": (answer(200, []), Unavailable),
    "no brackets": (answer(200, {"message": "no"}), Unavailable),
    "closed": (b"", Unavailable),
    "another order": (answer(200, {"brackets": [{"order_id": "another"}]}), Unavailable),
    "too many": (answer(200, {"brackets": [0] * 60_000}), OrderTooLarge),
}


@pytest.mark.parametrize(("brackets", "kind"), FAILURES.values(), ids=FAILURES)
async def test_a_failure_costs_the_order_nothing(brackets: bytes, kind: type[AutoenhanceError]) -> None:
    """The order comes without brackets. Asked for alone, they raise what an order would raise."""
    served = Served(brackets)
    async with asking(served.talk) as autoenhance:
        fetched = await autoenhance.order_with_brackets(ELM)
        assert await autoenhance.brackets_soon(ELM) is None
        with pytest.raises(kind) as raised:
            await autoenhance.brackets(ELM)

    assert (fetched.order.name, fetched.brackets) == ("12 Elm Street", None)
    assert not secrets_in(str(raised.value))


async def test_without_a_key_a_refusal_says_that_one_is_missing() -> None:
    """As with orders."""
    async with asking(Served(answer(401, {})).talk, key=None) as autoenhance:
        with pytest.raises(KeyMissing):
            await autoenhance.brackets(ELM)


async def test_brackets_that_never_come_are_not_waited_for() -> None:
    """Only `Limits.brackets_after` seconds after the order, and nobody reads their answer any more."""
    served = Served(None)
    limits = replace(HASTY, brackets_after=0.01, read=300.0, total=300.0)
    async with asking(served.talk, limits=limits) as autoenhance:
        async with asyncio.timeout(20):
            fetched = await autoenhance.order_with_brackets(ELM)
            assert await autoenhance.brackets_soon(ELM) is None

    assert (fetched.order.name, fetched.brackets) == ("12 Elm Street", None)


async def test_an_order_that_fails_raises_its_own_error() -> None:
    """Whatever its brackets say."""

    async def talk(path: str, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(200, ONE) if path.endswith("/brackets") else answer(404, {}))

    async with asking(talk) as autoenhance:
        with pytest.raises(OrderNotFound):
            await autoenhance.order_with_brackets(ELM)


async def test_brackets_are_asked_for_once_and_counted() -> None:
    """A failure that may pass is not tried again. The metrics count the call as one of Autoenhance's."""
    served, metrics = Served(answer(503, b"")), Metrics()
    async with asking(served.talk, metrics=metrics) as autoenhance:
        assert await autoenhance.brackets_soon(ELM) is None

    assert len(served.paths) == 1
    calls = metrics.registry.get_sample_value("order_desk_autoenhance_calls_total", {"outcome": "no_answer"})
    assert calls == 1


async def test_callers_share_one_request() -> None:
    """As they share one for the order."""
    served = Served(answer(200, ONE))
    async with asking(served.talk, limits=replace(PATIENT, fresh_for=60.0)) as autoenhance:
        await asyncio.gather(*(autoenhance.order_with_brackets(ELM) for _ in range(20)))

    assert len(served.paths) == 2
