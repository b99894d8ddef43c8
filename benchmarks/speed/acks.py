"""Rows 1 and 2: how long the ack of `/order` and of a click takes, with its job recorded on the disk."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from benchmarks.speed.figure import Figure, milliseconds, spread
from benchmarks.speed.load import Line, click, command, new_order, percentile
from benchmarks.speed.outside import Outside
from benchmarks.speed.servers import OURS, STOCK, Server, alternately

TOGETHER = 32  # connections
SELDOM = 0.05  # seconds between two requests in the slow case
HELD = 3600.0  # seconds that Autoenhance takes where no answer must come during the run
WARM = 0.5  # seconds before any ack is counted
MAX_RATIO, MIN_RATE_RATIO, MAX_CPU_RATIO = 0.1, 1.2, 1.0  # the goals
WHY_RATE = (
    "stock Bolt's rate is that of its pause of 10 ms, ours that of one core: uvicorn and Bolt's reading of "
    "the payload take half of each ack; the job and its row the rest. Where Autoenhance answers at once, the "
    "one process also draws and sends up to 200 answers a second, and acknowledges {}."
)
WHY_CLICK = (
    "a click's payload is four times as long as a command's. Bolt's reading of it takes a third of the ack, "
    "and the key of its job, a hash of all of it, a tenth."
)
Body = Callable[[Outside], bytes]


@dataclass(frozen=True)
class Acks:
    """One round: the seconds until each ack, acks a second, and the bot's seconds of CPU for each."""

    p50: float
    rate: float
    cpu: float


def acks(quick: bool) -> list[Figure]:  # noqa: FBT001 - as `bench.Part`
    rounds, seconds = (1, 0.5) if quick else (5, 3.0)
    both = partial(alternately, (OURS, STOCK), rounds)
    alone, seldom = partial(_acks, lines=1, seconds=seconds), partial(_acks, lines=1, pause=SELDOM)
    commands, clicks = (
        partial(_acks, lines=TOGETHER, seconds=seconds, body=body) for body in (_command, _click)
    )
    [busy] = alternately((OURS,), rounds, commands, takes=0.0)
    latency = _latency(*both(alone, takes=HELD), *both(partial(seldom, seconds=seconds), takes=0.0))
    ours, stock = both(commands, takes=HELD)
    typed = _rate("`/order`", ours, stock, why=WHY_RATE.format(_rates(busy)))
    ours, stock = both(clicks, takes=HELD)
    return [latency, *typed, *_rate("a click on Re-check", ours, stock, why=WHY_CLICK)]


def _command(outside: Outside) -> bytes:
    order = new_order()
    return command(order, outside.response_url(order))


def _click(outside: Outside) -> bytes:
    order = new_order()
    return click(f"{order}.000100", "U0ANA00001", order, outside.response_url(order))


async def _acks(
    server: Server, outside: Outside, *, lines: int, seconds: float, body: Body = _command, pause: float = 0.0
) -> Acks:
    """Send one request after the other over each of `lines` connections, each for another order."""
    opened = [await Line.open(server.url) for _ in range(lines)]

    async def send(seconds: float) -> list[float]:
        sent = await asyncio.gather(*(_one_by_one(line, outside, body, seconds, pause) for line in opened))
        return [took for each in sent for took in each]

    await send(WARM)
    begun, cpu = time.perf_counter(), server.cpu()
    acked = await send(seconds)
    took, cpu = time.perf_counter() - begun, server.cpu() - cpu
    for line in opened:
        line.close()
    return Acks(percentile(acked, 50), len(acked) / took, cpu / len(acked))


async def _one_by_one(line: Line, outside: Outside, body: Body, seconds: float, pause: float) -> list[float]:
    """The seconds until each ack."""
    acked: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        acked.append(await line.send(body(outside)))
        if pause:
            await asyncio.sleep(pause)
    return acked


def _latency(
    ours: Sequence[Acks], stock: Sequence[Acks], slow_ours: Sequence[Acks], slow_stock: Sequence[Acks]
) -> Figure:
    ratio = _p50(ours) / _p50(stock)
    return Figure(
        what="`/order` acknowledged, its job on the disk: 1 connection, p50",
        ours=f"{milliseconds([each.p50 for each in ours])}; CPU {_cpu(ours)}",
        beside=f"stock Bolt {milliseconds([each.p50 for each in stock])}; CPU {_cpu(stock)}; records nothing",
        ratio=f"{ratio:.3f}",
        wanted=f"at most {MAX_RATIO}",
        met=ratio <= MAX_RATIO,
        why="one after the other, while Autoenhance keeps the answers waiting. With "
        f"{SELDOM * 1000:.0f} ms between two, which lets the cores and the disk doze, and all answered: "
        f"{_p50(slow_ours) * 1000:.2f} ms beside {_p50(slow_stock) * 1000:.2f}.",
    )


def _rate(what: str, ours: Sequence[Acks], stock: Sequence[Acks], why: str = "") -> list[Figure]:
    rate = median(each.rate for each in ours) / median(each.rate for each in stock)
    cpu = median(each.cpu for each in ours) / median(each.cpu for each in stock)
    return [
        Figure(
            what=f"{what} acknowledged and recorded: {TOGETHER} connections",
            ours=_rates(ours),
            beside=f"stock Bolt {_rates(stock)}",
            ratio=f"{rate:.2f}",
            wanted=f"at least {MIN_RATE_RATIO}",
            met=rate >= MIN_RATE_RATIO,
            why=why,
        ),
        Figure(
            what=f"{what}: CPU per ack in the same run",
            ours=_cpu(ours),
            beside=f"stock Bolt {_cpu(stock)}",
            ratio=f"{cpu:.2f}",
            wanted=f"at most {MAX_CPU_RATIO}",
            met=cpu <= MAX_CPU_RATIO,
        ),
    ]


def _p50(rounds: Sequence[Acks]) -> float:
    return median(each.p50 for each in rounds)


def _rates(rounds: Sequence[Acks]) -> str:
    return f"{spread([each.rate for each in rounds], ',.0f')} a second"


def _cpu(rounds: Sequence[Acks]) -> str:
    return milliseconds([each.cpu for each in rounds])
