"""An endurance test: `python -m benchmarks.soak` takes a quarter of an hour, with `--short` two minutes.

People make twenty look-ups and five watches a second. Meanwhile Slack and Autoenhance answer 429, fail, are
slow or do not answer. The bot is killed again and again, and starts with a wrong clock. Then all is counted.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.soaking.crowd import LOOK, Crowd
from benchmarks.soaking.faults import inject_faults
from benchmarks.soaking.keeper import Keeper
from benchmarks.soaking.plan import FULL, FULL_ON_POSTGRES, SHORT, SHORT_ON_POSTGRES, Plan
from benchmarks.soaking.verdict import Rows, Verdict, judge
from bot.demo.demo import Sandbox, open_sandbox
from tests.support.stored_rows import rows, run_statement

PAGE = Path(__file__).with_name("soak.md")
POSTGRES_PAGE = Path(__file__).with_name("soak-postgres.md")
LATER = 40 * 86_400.0  # seconds that the clock is ahead in the last start
MAX_START_SECONDS = 60.0  # until the first processes are ready
MAX_TIDY_SECONDS = 60.0  # until the bot has deleted what is too old


async def soak(plan: Plan, database_url: str = "") -> Verdict:
    """Without a `database_url`, on a new SQLite file. A PostgreSQL has its tables already."""
    given: dict[str, Any] = {"database_url": database_url} if database_url else {}
    with tempfile.TemporaryDirectory(prefix="order-desk-soak-") as folder:
        async with open_sandbox(Path(folder), **given) as sandbox:
            crowd, keeper = Crowd(sandbox, plan), Keeper(sandbox, plan.workers)
            looking = asyncio.create_task(_look(crowd))
            async with keeper.running(plan.off):
                await _until(keeper.all_ready, MAX_START_SECONDS)
                killing = asyncio.create_task(keeper.kill(plan.killed_every))
                await asyncio.gather(
                    crowd.ask(), inject_faults(sandbox, plan), _fail_over(plan, database_url)
                )
                killing.cancel()
                await _until(lambda: _is_finished(crowd, sandbox), plan.rest)
            looking.cancel()
            before = await _count(sandbox)
            if database_url:  # its clock is right: by that, the next round of tidying is an hour away
                await run_statement(sandbox.settings, lambda sql: sql.do("DELETE FROM meters"))
            async with keeper.running([LATER]):
                await _until(lambda: _is_tidy(sandbox), MAX_TIDY_SECONDS)
            return judge(crowd, keeper, Rows(*before, *await _ended(sandbox)))


async def _fail_over(plan: Plan, database_url: str) -> None:
    """In the middle of the run."""
    if plan.failover:
        from tests.support.postgres_server import only_reads  # noqa: PLC0415 - psycopg is an extra

        await asyncio.sleep(plan.lasts / 2)
        await asyncio.to_thread(only_reads, database_url, on=True)
        await asyncio.sleep(plan.failover)
        await asyncio.to_thread(only_reads, database_url, on=False)


async def _look(crowd: Crowd) -> None:
    while True:
        await asyncio.sleep(LOOK)
        crowd.look()


async def _until(done: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Wait until `done()` is true, at most `seconds`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not await done():  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(LOOK)


async def _is_finished(crowd: Crowd, sandbox: Sandbox) -> bool:
    return not crowd.waiting and not (await _count(sandbox))[0] and crowd.all_told()


async def _is_tidy(sandbox: Sandbox) -> bool:
    return await _ended(sandbox) == (0, 0)


async def _count(sandbox: Sandbox) -> tuple[int, int, int, int]:
    """The numbers of open jobs, of dead jobs, of all jobs, and of rows in `looks`."""
    query = (
        "SELECT count(*) FILTER (WHERE state = 'open') AS waiting,"
        " count(*) FILTER (WHERE state = 'dead') AS dead, count(*) AS jobs,"
        " (SELECT count(*) FROM looks) AS looks FROM jobs"
    )
    [row] = await rows(sandbox.settings, query)
    return row["waiting"], row["dead"], row["jobs"], row["looks"]


async def _ended(sandbox: Sandbox) -> tuple[int, int]:
    """The numbers of jobs that have ended, and of rows in `looks`."""
    jobs_open, _, jobs, looks = await _count(sandbox)
    return jobs - jobs_open, looks


def page(where: str, verdict: Verdict) -> str:
    wrong = [*verdict.broken, *verdict.doubts]
    kept = "\n".join(f"- {each}" for each in wrong) or "Every promise was kept."
    counts = "\n".join(f"| {name} | {number} |" for name, number in verdict.counts.items())
    return f"# Endurance\n\n{where} Made by `make soak`.\n\n{kept}\n\n| what | |\n|---|---|\n{counts}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--short", action="store_true", help="two minutes; writes nothing")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL that fails over once")
    arguments = parser.parse_args()
    where = machine()
    if arguments.postgres:
        verdict = _soak_on_postgres(SHORT_ON_POSTGRES if arguments.short else FULL_ON_POSTGRES)
    else:
        verdict = asyncio.run(soak(SHORT if arguments.short else FULL))
    text = page(where, verdict)
    sys.stdout.write(text)
    if not arguments.short:
        (POSTGRES_PAGE if arguments.postgres else PAGE).write_text(text, encoding="utf-8")
    sys.exit(bool(verdict.broken or verdict.doubts))


def _soak_on_postgres(plan: Plan) -> Verdict:
    from bot.storage.database.schema import migrate_postgres  # noqa: PLC0415 - psycopg is an extra
    from tests.support.databases import programs  # noqa: PLC0415
    from tests.support.postgres_server import own_server  # noqa: PLC0415

    with own_server(programs(os.environ), in_memory=False) as server:
        url = server.create("soak")
        migrate_postgres(url)
        return asyncio.run(soak(plan, url))


if __name__ == "__main__":
    main()
