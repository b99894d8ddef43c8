"""Row 6: how long the bot takes from start to ready, and how much memory it uses when idle."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from benchmarks.speed.figure import Figure, spread
from benchmarks.speed.load import Line, command, new_order
from benchmarks.speed.outside import Outside, open_outside
from benchmarks.speed.servers import OURS, STOCK, Program, disk, run, serving

IDLE = 2.0  # seconds after it was ready
MAX_RATIO = 1.5  # the goal, for each


@dataclass(frozen=True)
class Start:
    seconds: float
    cpu: float  # seconds
    memory: float  # bytes that no other process shares (USS)


def starting(quick: bool) -> list[Figure]:  # noqa: FBT001 - as `bench.Part`
    came = run(_starts(1 if quick else 7))
    first = came["first"]
    return [
        _figure(
            "start to ready",
            came,
            lambda start: start.seconds,
            lambda starts: f"{spread([each.seconds for each in starts])} s; CPU {_cpu(starts)}",
            why="stock Bolt's is to its first answer. The very first start makes its tables with Alembic: "
            f"{median(each.seconds for each in first):.2f} s.",
        ),
        _figure(
            "memory when idle",
            came,
            lambda start: start.memory,
            lambda starts: f"{spread([each.memory / 1e6 for each in starts], '.1f')} MB",
            why=f"what no other process shares (USS), {IDLE:.0f} s after the start; "
            f"{median(each.memory for each in first) / 1e6:.0f} MB after the very first. rich, which "
            "httpx and structlog import where it is installed, is 4.5 MB of it.",
        ),
    ]


def _figure(
    what: str,
    came: Mapping[str, Sequence[Start]],
    value: Callable[[Start], float],
    words: Callable[[Sequence[Start]], str],
    why: str,
) -> Figure:
    ratio = median(map(value, came["ours"])) / median(map(value, came["stock"]))
    return Figure(
        what=what,
        ours=words(came["ours"]),
        beside=f"stock Bolt {words(came['stock'])}",
        ratio=f"{ratio:.2f}",
        wanted=f"at most {MAX_RATIO}",
        met=ratio <= MAX_RATIO,
        why=why,
    )


def _cpu(starts: Sequence[Start]) -> str:
    return f"{spread([each.cpu for each in starts])} s"


async def _starts(rounds: int) -> dict[str, list[Start]]:
    """The starts: `first` in an empty folder, `ours` on the database that it left, and `stock`."""
    came: dict[str, list[Start]] = {"first": [], "ours": [], "stock": []}
    for _ in range(rounds):
        with disk() as folder:
            async with open_outside() as outside:
                came["first"].append(await _start(OURS, outside, Path(folder)))
                came["ours"].append(await _start(OURS, outside, Path(folder)))
                came["stock"].append(await _start(STOCK, outside, Path(folder)))
    return came


async def _start(program: Program, outside: Outside, folder: Path) -> Start:
    begun = time.perf_counter()
    async with serving(program, outside, folder) as server:
        line = await Line.open(server.url)
        if program is OURS:
            await line.get("/readyz")
        else:
            order = new_order()
            await line.send(command(order, outside.response_url(order)))
        seconds, cpu = time.perf_counter() - begun, server.cpu()
        line.close()
        await asyncio.sleep(IDLE)
        return Start(seconds, cpu, _memory(server.pid))


def _memory(pid: int) -> int:
    process = psutil.Process(pid)
    return sum(each.memory_full_info().uss for each in (process, *process.children(recursive=True)))
