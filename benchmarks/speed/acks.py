"""Rows 1 and 2: how long the ack of `/order` takes, with its job recorded on the disk."""

import asyncio
import time
from functools import partial
from statistics import median

from benchmarks.speed.figure import Figure
from benchmarks.speed.load import Line, command, new_order, percentile
from benchmarks.speed.outside import Outside
from benchmarks.speed.servers import OURS, STOCK, Server, alternately

TOGETHER = 32  # connections
SELDOM = 0.05  # seconds between two requests in the slow case
HELD = 3600.0  # seconds that Autoenhance takes where no answer must come during the run
WARM = 0.5  # seconds before any ack is counted
MAX_RATIO, MIN_RATE_RATIO = 0.1, 1.8  # the goals


def acks(quick: bool) -> list[Figure]:  # noqa: FBT001 - as `bench.Part`
    rounds, seconds = (1, 0.5) if quick else (3, 3.0)
    one, many = partial(_alone, seconds=seconds), partial(_together, seconds=seconds)
    alone = alternately((OURS, STOCK), rounds, one, takes=HELD)
    seldom = alternately((OURS, STOCK), rounds, partial(one, pause=SELDOM), takes=0.0)
    together = alternately((OURS, STOCK), rounds, many, takes=HELD)
    [busy] = alternately((OURS,), rounds, many, takes=0.0)
    return [_latency(alone, seldom), _rate(*together, busy=busy)]


async def _alone(server: Server, outside: Outside, *, seconds: float, pause: float = 0.0) -> float:
    """The median seconds until an ack, with one connection."""
    line = await Line.open(server.url)
    await _one_by_one(line, outside, WARM, pause)
    acked = await _one_by_one(line, outside, seconds, pause)
    line.close()
    return percentile(acked, 50)


async def _together(server: Server, outside: Outside, *, seconds: float) -> float:
    """Acks a second, with many connections."""
    lines = [await Line.open(server.url) for _ in range(TOGETHER)]
    await asyncio.gather(*(_one_by_one(line, outside, WARM) for line in lines))
    begun = time.perf_counter()
    acked = await asyncio.gather(*(_one_by_one(line, outside, seconds) for line in lines))
    took = time.perf_counter() - begun
    for line in lines:
        line.close()
    return sum(map(len, acked)) / took


async def _one_by_one(line: Line, outside: Outside, seconds: float, pause: float = 0.0) -> list[float]:
    """The seconds until each ack. Each request is for another order."""
    acked: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        order = new_order()
        acked.append(await line.send(command(order, outside.response_url(order))))
        if pause:
            await asyncio.sleep(pause)
    return acked


def _latency(alone: list[list[float]], seldom: list[list[float]]) -> Figure:
    ours, stock = map(median, alone)
    slow_ours, slow_stock = map(median, seldom)
    return Figure(
        what="`/order` acknowledged, its job on the disk: 1 connection, p50",
        ours=f"{ours * 1000:.2f} ms",
        beside=f"stock Bolt {stock * 1000:.2f} ms, records nothing",
        ratio=f"{ours / stock:.3f}",
        wanted=f"at most {MAX_RATIO}",
        met=ours <= MAX_RATIO * stock,
        why="one after the other, while Autoenhance keeps the answers waiting. With "
        f"{SELDOM * 1000:.0f} ms between two, which lets the cores and the disk doze, and all answered: "
        f"{slow_ours * 1000:.2f} ms beside {slow_stock * 1000:.2f}.",
    )


def _rate(ours: list[float], stock: list[float], *, busy: list[float]) -> Figure:
    ratio = median(ours) / median(stock)
    return Figure(
        what=f"the same, {TOGETHER} connections",
        ours=f"{median(ours):,.0f} a second",
        beside=f"stock Bolt {median(stock):,.0f} a second",
        ratio=f"{ratio:.2f}",
        wanted=f"at least {MIN_RATE_RATIO}",
        met=ratio >= MIN_RATE_RATIO,
        why="stock Bolt's rate is that of its pause of 10 ms, ours that of one core: Bolt, Starlette and "
        "uvicorn take more than half of each ack; reading it, the job and its row the rest. Where "
        "Autoenhance answers at once, the one process also draws and sends up to 200 answers a second, and "
        f"acknowledges {median(busy):,.0f}.",
    )
