"""The page that the benchmarks write, and the rows that they fill in."""

from pathlib import Path

from benchmarks.bench import page
from benchmarks.scaling import rows
from benchmarks.scaling.crowd import Crowd
from benchmarks.scaling.databases import on_sqlite
from benchmarks.scaling.net import POLLS
from benchmarks.speed.figure import Figure, milliseconds, spread


def test_a_line_of_the_table() -> None:
    """Each figure is a row that says whether it was reached. The reason is below the table."""
    slow = Figure("an ack", "2 ms", "stock 10 ms", "0.2", "at most 0.1", met=False, why="the disk.")
    free = Figure("a sweep", "1 ms", "", "", "", met=None)

    drawn = page("Here.", [slow, free])

    assert "| an ack | 2 ms | stock 10 ms | 0.2 | at most 0.1 | no |" in drawn
    assert "| a sweep | 1 ms |  |  |  |  |" in drawn
    assert drawn.endswith("- **an ack**: the disk.\n")


def test_a_figure_of_several_rounds() -> None:
    """It is the median, then the least and the most. One round has only its value."""
    assert spread([3.0, 1.0, 2.0]) == "2.00 (1.00-3.00)"
    assert milliseconds([0.0015]) == "1.50 ms"


async def test_the_rows_of_the_benchmark_of_scale_are_those_of_the_store(tmp_path: Path) -> None:
    """`check` raises if the store would write another row of a watch than the benchmark fills in."""
    async with on_sqlite(tmp_path) as storage:
        await rows.check(storage.database, Crowd(1, POLLS))
