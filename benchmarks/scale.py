"""How many watches one bot can carry, and what stops it: `python -m benchmarks.scale`.

It has two parts. One simulates when checks come due, with the bot's own schedule and limits. The other
measures the bot's own queries on real databases. The whole run takes a quarter of an hour and two gigabytes
of disk, and writes `scale.md`. With `--quick` it takes less than a minute, and prints.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.scaling import rows
from benchmarks.scaling.costs import Costs, Often
from benchmarks.scaling.crowd import Crowd
from benchmarks.scaling.databases import POSTGRES, OpenDatabase, on_postgres, on_sqlite
from benchmarks.scaling.net import HOOKS, PLAN, POLLS
from benchmarks.scaling.page import Figures, page
from benchmarks.scaling.plans import plans
from benchmarks.scaling.sweeping import UNLIMITED, Means, Result, Sweeps
from bot.bootstrap.app import MAX_CONCURRENT_JOBS
from tests.support.databases import programs
from tests.support.postgres_server import own_server

PAGE = Path(__file__).with_name("scale.md")
COMMAND = "make bench-scale"
WAYS = (POLLS, HOOKS, PLAN)
SEED = 1
CROWDED = 100_000  # watches: more than one IP address can check in time


@dataclass(frozen=True)
class Scope:
    """How much is measured. `needed`, `warm` and `limited` are seconds of simulated time.

    A run without limits takes at most `needed`. A run with limits warms up for `warm`, then counts `limited`.
    """

    numbers: tuple[int, ...]
    needed: float
    warm: float
    limited: float
    often: Often


FULL = Scope((1_000, 10_000, 100_000, 1_000_000), 3600, 600, 1800, Often(30, 300, 2_000))
QUICK = Scope((1_000, 10_000), 300, 60, 300, Often(10, 100, 400))


def simulate(figures: Figures, scope: Scope) -> None:
    for number in scope.numbers:
        seconds = min(scope.needed, max(20_000_000 / number, 60))
        figures.needed[number], figures.limited[number] = {}, {}
        for way, crowd in figures.crowds.items():
            _say(f"simulating {number:,} watches: {way.name}")
            figures.needed[number][way] = Sweeps(crowd, number).run(UNLIMITED, warm=10, seconds=seconds)
            limited = Sweeps(crowd, number).run(Means(), warm=scope.warm, seconds=scope.limited)
            figures.limited[number][way] = limited
    for workers in (1, 2, 4, 8):
        figures.by_workers[workers] = _crowded(figures.crowds[POLLS], workers)


def _crowded(crowd: Crowd, workers: int) -> Result:
    return Sweeps(crowd, CROWDED).run(Means(places=workers * MAX_CONCURRENT_JOBS), warm=10, seconds=60)


async def measure(figures: Figures, scope: Scope) -> None:
    crowd = figures.crowds[POLLS]
    with own_server(programs(os.environ), options=(), in_memory=False) as server:
        for number in scope.numbers:
            async with AsyncExitStack() as opened:
                folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
                await _measure(figures, await opened.enter_async_context(on_sqlite(folder)), crowd, number)
            async with on_postgres(server) as storage:
                await _measure(figures, storage, crowd, number)


async def _measure(figures: Figures, storage: OpenDatabase, crowd: Crowd, number: int) -> None:
    _say(f"measuring {number:,} watches on {storage.kind}")
    await rows.check(storage.database, crowd)
    await asyncio.to_thread(storage.fill, crowd, number)
    figures.sizes.setdefault(storage.kind, {})[number] = await storage.size()
    if storage.kind == POSTGRES:
        figures.plans = await plans(storage.database)
    costs = await Costs(storage, number, figures.often).all()
    figures.costs.setdefault(storage.kind, {})[number] = costs


def _say(words: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {words}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 watches only; writes nothing")
    quick = parser.parse_args().quick
    scope = QUICK if quick else FULL
    figures = Figures(machine(), COMMAND, scope.often, {way: Crowd(SEED, way) for way in WAYS})
    asyncio.run(measure(figures, scope))
    simulate(figures, scope)
    if quick:
        sys.stdout.write(page(figures))
    else:
        PAGE.write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
