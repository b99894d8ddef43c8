"""Many callers that ask Autoenhance at once."""

import asyncio

import httpx
import pytest

from bot.autoenhance.limits import Limits
from bot.core.errors import OrderNotFound
from bot.orders.ids import OrderId
from tests.autoenhance.vendor import ELM, Vendor, client, found, status


class Gate:
    """A vendor that answers only once `open` is set."""

    def __init__(self, reply: httpx.Response) -> None:
        self.open = asyncio.Event()
        self.asked = asyncio.Event()
        self.requests = self.cancelled = 0
        self.vendor = Vendor(reply)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        self.asked.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return self.vendor(request)


async def test_many_callers_at_once_share_one_request() -> None:
    """Five hundred callers share one answer, and so do calls within `fresh_for` seconds after it."""
    gate = Gate(found())
    async with client(gate, limits=Limits(fresh_for=60)) as autoenhance:
        callers = [asyncio.create_task(autoenhance.order(ELM)) for _ in range(500)]
        await gate.asked.wait()
        gate.open.set()
        fetched = await asyncio.gather(*callers)
        assert await autoenhance.order(ELM) is fetched[0]
    assert gate.requests == 1
    assert len(set(map(id, fetched))) == 1


async def test_an_answer_does_not_stay_fresh() -> None:
    """The client asks the vendor again after `fresh_for` seconds."""
    vendor = Vendor(found())
    async with client(vendor, limits=Limits(fresh_for=0.01)) as autoenhance:
        await autoenhance.order(ELM)
        async with asyncio.timeout(20):
            while len(vendor.asked) == 1:
                await autoenhance.order(ELM)
    assert len(vendor.asked) == 2


async def test_different_orders_are_different_requests() -> None:
    """No caller gets the answer about another order."""

    def answer(request: httpx.Request) -> httpx.Response:
        return found(order_id=request.url.path.rpartition("/")[2])

    async with client(answer) as autoenhance:
        fetched = await asyncio.gather(*(autoenhance.order(OrderId(f"o-{n}")) for n in range(20)))
    assert [each.order.order_id for each in fetched] == [f"o-{n}" for n in range(20)]


async def test_a_failure_is_shared_only_with_the_callers_that_wait() -> None:
    """All callers that wait get the error. The next caller asks again."""
    gate = Gate(status(404))
    async with client(gate, limits=Limits(fresh_for=60)) as autoenhance:
        callers = [asyncio.create_task(autoenhance.order(ELM)) for _ in range(3)]
        await gate.asked.wait()
        gate.open.set()
        failures = await asyncio.gather(*callers, return_exceptions=True)
        assert [type(failure) for failure in failures] == [OrderNotFound] * 3
        gate.vendor = Vendor(found())
        assert (await autoenhance.order(ELM)).order.order_id == ELM
    assert gate.requests == 2


async def test_a_cancelled_caller_cancels_no_other() -> None:
    """Cancelling the caller who asked first leaves the request to the others."""
    gate = Gate(found())
    async with client(gate) as autoenhance:
        first, second = (asyncio.create_task(autoenhance.order(ELM)) for _ in range(2))
        await gate.asked.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        gate.open.set()
        assert (await second).order.order_id == ELM
    assert (gate.requests, gate.cancelled) == (1, 0)


async def test_the_last_cancelled_caller_cancels_the_request() -> None:
    """A request without callers is cancelled, and the next caller makes a new one."""
    gate = Gate(found())
    async with client(gate) as autoenhance:
        caller = asyncio.create_task(autoenhance.order(ELM))
        await gate.asked.wait()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        gate.open.set()
        assert (await autoenhance.order(ELM)).order.order_id == ELM
        assert not autoenhance._flights._flights
    assert (gate.requests, gate.cancelled) == (2, 1)


async def test_requests_keep_to_the_rate_limit() -> None:
    """The first two leave at once, and each later one a turn after the one before, on any machine."""
    clock = asyncio.get_running_loop().time
    began = clock()
    left: list[float] = []

    def answer(_: httpx.Request) -> httpx.Response:
        left.append(clock())
        return found(order_id=None)

    async with client(answer, limits=Limits(per_second=100)) as autoenhance:
        await asyncio.gather(*(autoenhance.order(OrderId(f"o-{n}")) for n in range(11)))
    assert [at - began >= 0.01 * turn - 0.001 for turn, at in enumerate(left[2:], 1)] == [True] * 9
