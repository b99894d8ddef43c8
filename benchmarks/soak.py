"""An endurance test: `python -m benchmarks.soak` takes a quarter of an hour, with `--short` two minutes.

People make twenty look-ups and five watches a second. Meanwhile Slack and Autoenhance answer 429, fail, are
slow or do not answer. The bot is killed again and again, and starts with a wrong clock. Then all is counted.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.soaking.crowd import LOOK, Crowd
from benchmarks.soaking.keeper import Keeper
from benchmarks.soaking.plan import FULL, SHORT, Plan
from benchmarks.soaking.verdict import Rows, Verdict, judge
from benchmarks.soaking.weather import weather
from bot.demo.demo import open_sandbox

PAGE = Path(__file__).with_name("soak.md")
LATER = 40 * 86_400.0  # seconds that the clock is ahead in the last start
MAX_TIDY_SECONDS = 60.0  # until the bot has deleted what is too old


async def soak(plan: Plan) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="order-desk-soak-") as folder:
        async with open_sandbox(Path(folder)) as sandbox:
            file = Path(folder) / "order-desk.sqlite3"
            crowd, keeper = Crowd(sandbox, plan), Keeper(sandbox)
            looking = asyncio.create_task(_look(crowd))
            async with keeper.running(plan.off):
                killing = asyncio.create_task(keeper.kill(plan.killed_every))
                await asyncio.gather(crowd.ask(), weather(sandbox, plan))
                killing.cancel()
                await _until(lambda: _is_finished(crowd, file), plan.rest)
            looking.cancel()
            before = _count(file)
            async with keeper.running([LATER]):
                await _until(lambda: _ended(file) == (0, 0), MAX_TIDY_SECONDS)
            return judge(crowd, keeper, Rows(*before, *_ended(file)))


async def _look(crowd: Crowd) -> None:
    while True:
        await asyncio.sleep(LOOK)
        crowd.look()


async def _until(done: Callable[[], bool], seconds: float) -> None:
    """Wait until `done()` is true, at most `seconds`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not done():  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(LOOK)


def _is_finished(crowd: Crowd, file: Path) -> bool:
    return not crowd.waiting and not _count(file)[0] and crowd.all_told()


def _count(file: Path) -> tuple[int, int, int, int]:
    """The numbers of open jobs, of dead jobs, of all jobs, and of rows in `looks`."""
    query = (
        "SELECT count(*) FILTER (WHERE state = 'open'), count(*) FILTER (WHERE state = 'dead'), count(*),"
        " (SELECT count(*) FROM looks) FROM jobs"
    )
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as read:
        jobs_open, dead, jobs, looks = read.execute(query).fetchone()
    return jobs_open, dead, jobs, looks


def _ended(file: Path) -> tuple[int, int]:
    """The numbers of jobs that have ended, and of rows in `looks`."""
    jobs_open, _, jobs, looks = _count(file)
    return jobs - jobs_open, looks


def page(where: str, verdict: Verdict) -> str:
    wrong = [*verdict.broken, *verdict.doubts]
    kept = "\n".join(f"- {each}" for each in wrong) or "Every promise was kept."
    counts = "\n".join(f"| {name} | {number} |" for name, number in verdict.counts.items())
    return f"# Endurance\n\n{where} Made by `make soak`.\n\n{kept}\n\n| what | |\n|---|---|\n{counts}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--short", action="store_true", help="two minutes; writes nothing")
    short = parser.parse_args().short
    where = machine()
    verdict = asyncio.run(soak(SHORT if short else FULL))
    text = page(where, verdict)
    sys.stdout.write(text)
    if not short:
        PAGE.write_text(text, encoding="utf-8")
    sys.exit(bool(verdict.broken or verdict.doubts))


if __name__ == "__main__":
    main()
