"""100,000 watches that are not due, in `serve` on SQLite: their cost, and how late one is checked."""

import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import psutil
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.scaling import rows
from benchmarks.scaling.crowd import Crowd
from benchmarks.scaling.net import POLLS
from benchmarks.scaling.sweeping import spread
from benchmarks.speed.figure import Figure
from bot.bootstrap.app import MAX_CONCURRENT_JOBS as PLACES
from bot.bootstrap.timing import DEFAULT_TIMING
from bot.demo.demo import Sandbox, open_sandbox
from bot.sandbox.autoenhance.order_json import failed, order, photos
from bot.sandbox.autoenhance.sample_orders import BLURRED
from bot.sandbox.server import serving
from bot.storage.database.schema import migrate_sqlite
from bot.watches.models import Watch
from tests.support.process import serving_process

A_SECOND = 100  # watches that come due
ANSWER = 0.1  # seconds until Autoenhance has answered
STARTING = 6.0  # seconds until both processes serve and are idle
MAX_MORE_MB, MAX_CPU_PERCENT, MAX_LATE_SECONDS = 60.0, 2.0, 2.0  # MB, % of a core, seconds at p99
SOON, SPREAD = (
    2400.0,
    3600.0,
)  # seconds until the others are due, evenly. The bot's limit is two hours
ENDING = 3.0  # seconds in which the last ones are checked
YOUNG = 6 * 86400.0  # seconds: a younger watch does not end soon
MB = 1_000_000
WHY = (
    f"An answer of the stand-in takes {ANSWER:.1f} s. One process has {PLACES} places for looks of its own, "
    f"and asks {DEFAULT_TIMING.limits.per_second} times a second at most: neither is full. The orders are "
    "stuck, as most are that sleep, and nothing new is seen, so Slack is told nothing: it takes fifty edits "
    "a minute."
)


@dataclass(frozen=True)
class Scope:
    """`idle` and `busy` are seconds: first no watch is due, then some are."""

    watches: int
    idle: float
    busy: float


FULL, QUICK = Scope(100_000, 60, 30), Scope(2_000, 3, 3)


@dataclass(frozen=True)
class Taken:
    """The memory and the CPU time that a process uses."""

    megabytes: float
    cpu: float  # % of a core


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 - the signature of `bench.Part`
    return asyncio.run(_measure(QUICK if quick else FULL))


async def _measure(scope: Scope) -> list[Figure]:
    async with AsyncExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        many, none = folder / "many.sqlite3", folder / "none.sqlite3"
        migrate_sqlite(none)
        waking = await asyncio.to_thread(_fill, many, scope)
        url = await opened.enter_async_context(serving(_standing_in(waking)))
        sandbox = await opened.enter_async_context(open_sandbox(folder, autoenhance_api_url=url))
        begins = time.time() + STARTING + scope.idle
        due = await asyncio.to_thread(_plan, many, waking, begins)
        ours = await opened.enter_async_context(_bot(sandbox, many))
        beside = await opened.enter_async_context(_bot(sandbox, none))
        await asyncio.sleep(begins - scope.idle - time.time())
        idle, alone = await asyncio.gather(_taken(ours, scope.idle), _taken(beside, scope.idle))
        busy = await _taken(ours, scope.busy)
        await asyncio.sleep(ENDING)
        late = await asyncio.to_thread(_late, many, due)
    return _figures(scope, idle, alone, busy, late)


def _fill(path: Path, scope: Scope) -> list[Watch]:
    """Fill the database. Returns stuck watches, as many as will come due: none comes due twice in the run."""
    migrate_sqlite(path)
    crowd = Crowd(1, POLLS)
    rows.fill_sqlite(path, crowd, scope.watches)
    stuck = (each for each in rows.crowd_of(crowd, scope.watches) if each.shown_stuck and each.lived < YOUNG)
    return list(islice(stuck, round(scope.busy * A_SECOND)))


def _plan(path: Path, due: Sequence[Watch], begins: float) -> dict[int, float]:
    """Schedule these watches, and all others long after the run. Returns when each is due, by its ID."""
    times = {watch.id: begins + number / A_SECOND for number, watch in enumerate(due)}
    with closing(sqlite3.connect(path)) as connection, connection:
        later = "UPDATE watches SET next_look = ? + abs(random() % ?)"
        connection.execute(later, (begins + SOON, int(SPREAD)))
        soon = "UPDATE watches SET next_look = ? WHERE id = ?"
        connection.executemany(soon, [(at, id_) for id_, at in times.items()])
    return times


def _late(path: Path, due: Mapping[int, float]) -> list[float]:
    """How many seconds after it was due each watch was checked."""
    with closing(sqlite3.connect(path)) as connection:
        found = dict(connection.execute("SELECT id, content ->> '$.seen.at' FROM watches"))
    late = [datetime.fromisoformat(found[id_]).timestamp() - at for id_, at in due.items()]
    assert min(late) > 0  # noqa: S101 - all of them were checked
    return late


def _standing_in(watches: Sequence[Watch]) -> Starlette:
    """An Autoenhance that answers slowly and without changes, so that nothing is posted to Slack."""
    bodies = {watch.order: _body(watch) for watch in watches}

    async def answer(request: Request) -> Response:
        await asyncio.sleep(ANSWER)
        return Response(bodies[request.path_params["id"]], media_type="application/json")

    return Starlette(routes=[Route("/v3/orders/{id}", answer)])


def _body(watch: Watch) -> bytes:
    assert watch.seen is not None  # noqa: S101 - it was checked when it began
    tally = watch.seen.tally
    waiting = (tally.waiting, {"status": "waiting"})
    images = photos(watch.order, (tally.done, {}), (tally.failed, failed(BLURRED)), waiting)
    now = watch.seen.at.timestamp()
    return json.dumps(order(watch.order, watch.name, images, now=now, is_processing=True)).encode()


@asynccontextmanager
async def _bot(sandbox: Sandbox, path: Path) -> AsyncIterator[psutil.Process]:
    given = {"DATABASE_URL": f"sqlite:///{path}", "LOG_LEVEL": "INFO"}
    async with serving_process(sandbox, **given) as running:
        yield psutil.Process(running.process.pid)


async def _taken(process: psutil.Process, seconds: float) -> Taken:
    """What the process uses during `seconds`. The memory is the one at the end."""
    before = process.cpu_times()
    await asyncio.sleep(seconds)
    after = process.cpu_times()
    worked = after.user + after.system - before.user - before.system
    return Taken(process.memory_info().rss / MB, 100 * worked / seconds)


def _figures(scope: Scope, idle: Taken, alone: Taken, busy: Taken, late: Sequence[float]) -> list[Figure]:
    (p50, p99, _), tick = spread(list(late)), DEFAULT_TIMING.tick
    more = max(idle.megabytes, busy.megabytes) - alone.megabytes
    return [
        Figure(
            what=f"memory of `serve` with {scope.watches:,} watches asleep, and with {A_SECOND} due a second",
            ours=f"{idle.megabytes:.0f} MB, {busy.megabytes:.0f} MB",
            beside=f"{alone.megabytes:.0f} MB: no watches",
            ratio=f"{more:.0f} MB more",
            wanted=f"at most {MAX_MORE_MB:.0f} MB more",
            met=more <= MAX_MORE_MB,
        ),
        Figure(
            what="its share of a core, nothing due",
            ours=f"{idle.cpu:.2f} %",
            beside=f"{alone.cpu:.2f} %: no watches",
            ratio=f"{idle.cpu / alone.cpu:.2f}" if alone.cpu else "",
            wanted=f"at most {MAX_CPU_PERCENT:.0f} %",
            met=idle.cpu <= MAX_CPU_PERCENT,
        ),
        Figure(
            what=f"{A_SECOND} due a second: from due to seen, p50 / p99",
            ours=f"{p50:.2f} / {p99:.2f} s",
            beside=f"{tick / 2:.2f} / {0.99 * tick:.2f} s: waiting for the sweep, each {tick:.0f} s",
            ratio=f"{busy.cpu:.0f} % of a core",
            wanted=f"p99 within {MAX_LATE_SECONDS:.0f} s",
            met=p99 <= MAX_LATE_SECONDS,
            why=WHY,
        ),
    ]
