"""One process that lives for half an hour under load: `python -m benchmarks.living`, or `make bench-long`.

It asks for 30 orders a second. Each minute it notes what the process holds. Memory, handles and open jobs
must be level from the fifth minute on. The whole run writes `living.md`. With `--minutes`, it prints.
"""

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import psutil

from benchmarks.machine import machine
from benchmarks.speed.load import Lines, command, new_order
from benchmarks.speed.outside import Outside, open_outside
from benchmarks.speed.servers import OURS, Server, disk, run, serving

PAGE = Path(__file__).with_name("living.md")
COMMAND = "make bench-long"
MINUTES, A_SECOND = 30, 30
SETTLED = 5  # minutes until all caches, pools and threads are there
TAKES = 0.03  # seconds that Autoenhance takes for an answer
MAX_WAIT_SECONDS = 15.0  # for the last answers of a minute
MAX_GROWTH = 1.05  # of the mean of the last five minutes over that of the first five that are settled


@dataclass(frozen=True)
class Minute:
    """`memory` is what no other process shares (USS), in bytes. `lost` answers never came."""

    memory: int
    handles: int
    threads: int
    open_jobs: int
    lost: int


async def live(minutes: int) -> list[Minute]:
    found = []
    with disk() as folder:
        async with open_outside(TAKES) as outside, serving(OURS, outside, Path(folder)) as server:
            lines = Lines(server.url)
            for minute in range(1, minutes + 1):
                found.append(await _minute(server, outside, lines, Path(folder)))
                sys.stderr.write(f"minute {minute}: {found[-1]}\n")
            lines.close()
    return found


async def _minute(server: Server, outside: Outside, lines: Lines, folder: Path) -> Minute:
    orders = [new_order() for _ in range(60 * A_SECOND)]
    await lines.steadily((command(each, outside.response_url(each)) for each in orders), 1 / A_SECOND)
    answered = await outside.answered(orders, within=MAX_WAIT_SECONDS)
    outside.forget()
    process = psutil.Process(server.pid)
    with closing(sqlite3.connect(folder / "order-desk.sqlite3")) as database:
        [open_jobs] = database.execute("SELECT count(*) FROM jobs WHERE state = 'open'").fetchone()
    return Minute(
        memory=process.memory_full_info().uss,
        handles=process.num_fds(),
        threads=process.num_threads(),
        open_jobs=open_jobs,
        lost=len(orders) - len(answered),
    )


def page(where: str, found: Sequence[Minute]) -> str:
    growth = _growth(found)
    level = growth <= MAX_GROWTH and not any(each.lost or each.open_jobs > A_SECOND for each in found)
    said = "Level" if level else "Not level"
    verdict = (
        f"{said}: memory grew {growth:.3f} x from minutes {SETTLED + 1} to {2 * SETTLED} to the last "
        f"{SETTLED}. At most {MAX_GROWTH} x is level. Keys of done jobs stay for a day, so that a repeated "
        "delivery is recognised: their rows grow with the requests."
    )
    lines = [
        "# Half an hour under load",
        "",
        f"{where} Made by `{COMMAND}`: {A_SECOND} look-ups a second, one process on SQLite.",
        "",
        verdict,
        "",
        "| minute | memory, MB | handles | threads | open jobs | answers lost |",
        "|---|---|---|---|---|---|",
        *(_row(number, each) for number, each in enumerate(found, 1)),
    ]
    return "\n".join(lines) + "\n"


def _row(number: int, minute: Minute) -> str:
    held = (minute.handles, minute.threads, minute.open_jobs, minute.lost)
    return f"| {number} | {minute.memory / 1e6:.1f} | {' | '.join(map(str, held))} |"


def _growth(found: Sequence[Minute]) -> float:
    settled = found[SETTLED:] or found
    return mean(each.memory for each in settled[-SETTLED:]) / mean(each.memory for each in settled[:SETTLED])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=int, default=MINUTES, help="fewer than 30 print, and write nothing")
    minutes = parser.parse_args().minutes
    text = page(machine(), run(live(minutes)))
    if minutes < MINUTES:
        sys.stdout.write(text)
    else:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
