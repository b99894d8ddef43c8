"""Row 6: how long the bot takes from start to ready, and how much memory it uses when idle."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from benchmarks.speed.figure import Figure
from benchmarks.speed.load import Line, command, new_order
from benchmarks.speed.outside import Outside, open_outside
from benchmarks.speed.servers import OURS, STOCK, Program, disk, run, serving

IDLE = 2.0  # seconds after it was ready
MAX_TIME_RATIO, MAX_MEMORY_RATIO = 2.0, 1.6  # the goals


@dataclass(frozen=True)
class Start:
    seconds: float
    memory: int  # bytes that no other process shares (USS)


def starting(quick: bool) -> list[Figure]:  # noqa: FBT001 - as `bench.Part`
    came = run(_starts(1 if quick else 5))
    ours, stock, first = came["ours"], came["stock"], came["first"]
    seconds = [median(each.seconds for each in program) for program in (ours, stock, first)]
    memory = [median(each.memory for each in program) / 1e6 for program in (ours, stock, first)]
    return [
        Figure(
            what="start to ready",
            ours=f"{seconds[0]:.2f} s",
            beside=f"stock Bolt {seconds[1]:.2f} s to its first answer",
            ratio=f"{seconds[0] / seconds[1]:.2f}",
            wanted=f"at most {MAX_TIME_RATIO:.0f}",
            met=seconds[0] <= MAX_TIME_RATIO * seconds[1],
            why=f"the very first start makes its tables with Alembic: {seconds[2]:.2f} s.",
        ),
        Figure(
            what="memory when idle",
            ours=f"{memory[0]:.0f} MB",
            beside=f"stock Bolt {memory[1]:.0f} MB",
            ratio=f"{memory[0] / memory[1]:.2f}",
            wanted=f"at most {MAX_MEMORY_RATIO}",
            met=memory[0] <= MAX_MEMORY_RATIO * memory[1],
            why=f"what no other process shares (USS), {IDLE:.0f} s after the start; {memory[2]:.0f} MB after "
            "the very first.",
        ),
    ]


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
        seconds = time.perf_counter() - begun
        line.close()
        await asyncio.sleep(IDLE)
        return Start(seconds, _memory(server.pid))


def _memory(pid: int) -> int:
    process = psutil.Process(pid)
    return sum(each.memory_full_info().uss for each in (process, *process.children(recursive=True)))
