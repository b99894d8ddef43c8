"""What a sweep costs with many watches that are not due, on both databases. `scale.md` has a million."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.scaling.costs import Costs as Asked
from benchmarks.scaling.costs import Often
from benchmarks.scaling.crowd import Crowd
from benchmarks.scaling.databases import OpenDatabase, on_postgres, on_sqlite
from benchmarks.scaling.net import POLLS
from benchmarks.speed.figure import Figure
from bot.queue.due_checks import MAX_OPEN_CHECKS
from tests.support.databases import programs
from tests.support.postgres_server import own_server

SEED = 1
NUMBERS = (1_000, 10_000, 100_000)
DUE = (0, MAX_OPEN_CHECKS)
MAX_GROWTH = 2.0  # times the cost, with a hundred times as many watches
WHY = (
    "It costs what is due, as an index tells when that is; beside it the same without that index. "
    "To fill a table with 1,000,000 takes minutes: `scale.md` (`make bench-scale`) has them. What 200 due "
    "cost is to claim their rows and to record their looks; on PostgreSQL each is Procrastinate's job too."
)


@dataclass
class Costs:
    """Medians in milliseconds, one for each number of watches."""

    with_index: list[float] = field(default_factory=list)
    without: list[float] = field(default_factory=list)


Found = dict[tuple[str, int], Costs]
"""By the kind of database and the number of watches that are due."""


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 - the signature of `bench.Part`
    found: Found = {}
    numbers = NUMBERS[:2] if quick else NUMBERS
    asyncio.run(_measure(found, numbers, Often(5 if quick else 30, 0, 0)))
    figures = [_figure(kind, due, numbers, costs) for (kind, due), costs in found.items()]
    return [*figures[:-1], replace(figures[-1], why=WHY)]


async def _measure(found: Found, numbers: Sequence[int], often: Often) -> None:
    crowd = Crowd(SEED, POLLS)
    with own_server(programs(os.environ), options=(), in_memory=False) as server:
        for number in numbers:
            with tempfile.TemporaryDirectory() as folder:
                async with on_sqlite(Path(folder)) as storage:
                    await _sweep(found, storage, crowd, Asked(storage, number, often), number)
            async with on_postgres(server) as storage:
                await _sweep(found, storage, crowd, Asked(storage, number, often), number)


async def _sweep(found: Found, storage: OpenDatabase, crowd: Crowd, asked: Asked, number: int) -> None:
    await asyncio.to_thread(storage.fill, crowd, number)
    for due in DUE:
        costs = found.setdefault((storage.kind, due), Costs())
        costs.with_index.append(await _median(asked, due))
    await storage.database.run(lambda sql: sql.do("DROP INDEX watches_due"))
    for due in DUE:
        found[storage.kind, due].without.append(await _median(asked, due))


async def _median(asked: Asked, due: int) -> float:
    cost = await asked.sweep(due)
    assert cost.p50 is not None  # noqa: S101 - no sweep is refused
    return cost.p50


def _figure(kind: str, due: int, numbers: Sequence[int], costs: Costs) -> Figure:
    grown = costs.with_index[-1] / costs.with_index[0]
    at = " / ".join(f"{number:,}" for number in numbers)
    return Figure(
        what=f"a sweep on {kind} with {due or 'none'} due, of {at} watches (median)",
        ours=_row(costs.with_index),
        beside=f"{_row(costs.without)}: without an index on when",
        ratio=f"{grown:.2f} from the first to the last",
        wanted=f"grows with what is due: at most {MAX_GROWTH:.0f} x",
        met=grown <= MAX_GROWTH,
    )


def _row(costs: Sequence[float]) -> str:
    return " / ".join(f"{cost:,.1f}" for cost in costs) + " ms"
