"""A day in the terminal: a progress bar, then the verdict."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from bot.bootstrap.server import stop_signal
from bot.demo.scenarios.models import MINUTE, Scenario
from bot.demo.scenarios.names import Name
from bot.demo.scenarios.run import ScenarioRun, open_run
from bot.demo.scenarios.scripts import scenario
from bot.demo.scenarios.skipping_loop import SkippingLoop
from bot.demo.scenarios.summary import table
from bot.demo.scenarios.verdict import clock

_MIN_UPDATE_SECONDS = 0.2  # real seconds between two updates of the bar
_COLUMNS = (
    "{task.fields[clock]}",
    "{task.fields[ended]} of {task.fields[orders]} orders finished",
    "· {task.fields[asked]} requests",
    "· {task.fields[notices]} notices",
)


def play(name: Name, out: Console, *, port: int, stay: bool) -> bool:
    """Play a day in a SkippingLoop. False when anything was lost. Raises OSError when the port is in use."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(show_run(scenario(name), out, port=port, stay=stay))


async def show_run(script: Scenario, out: Console, *, port: int = 0, stay: bool = False) -> bool:
    """Play a day and print its verdict. False when anything was lost. Ctrl-C ends the day early."""
    stop = stop_signal()
    async with open_run(script, port=port) as day:
        out.print(f"\n[bold]{script.says}[/bold]")
        out.print(f"Watch it in your browser: {day.url}   (Ctrl-C to stop)\n")
        async with _bar(day, out):
            await day.play(stop)
        verdict = day.verdict()
        out.print(table(verdict, day.took))
        for sentence in verdict.lost:
            out.print(f"Lost: {sentence}", style="red", markup=False, highlight=False, soft_wrap=True)
        if stay and not stop.is_set():
            out.print(f"\nThe bot keeps running, now in real time: {day.url}   (Ctrl-C to stop)\n")
            await stop.wait()
    return not verdict.lost


@asynccontextmanager
async def _bar(day: ScenarioRun, out: Console) -> AsyncIterator[None]:
    clock_, *others = (TextColumn(text) for text in _COLUMNS)
    with Progress(clock_, BarColumn(), *others, console=out) as progress:
        task = progress.add_task("", total=day.scenario.lasts, **_fields(day))
        updating = asyncio.create_task(_update(day, progress, task))
        yield
        updating.cancel()
        progress.update(task, completed=day.moment, **_fields(day))


async def _update(day: ScenarioRun, progress: Progress, task: TaskID) -> None:
    """Update the bar each minute of the day, but not so often that it slows the day down."""
    drawn = 0.0
    while True:
        if time.monotonic() - drawn > _MIN_UPDATE_SECONDS:
            progress.update(task, completed=day.moment, **_fields(day))
            drawn = time.monotonic()
        await asyncio.sleep(MINUTE)


def _fields(day: ScenarioRun) -> dict[str, Any]:
    return {
        "clock": clock(day.moment, day.scenario),
        "ended": day.ended,
        "orders": len(day.scenario.orders),
        "asked": day.asked,
        "notices": len(day.notices()),
    }
