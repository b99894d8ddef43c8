"""How many look-ups a second one, two and four workers answer on PostgreSQL.

`serve` and each worker are separate processes. A backlog of look-ups of different orders is recorded. Then
the time until the last answer is measured.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from benchmarks.speed.figure import Figure
from benchmarks.speed.outside import NO_BRACKETS
from bot.bootstrap.clients import utc_now
from bot.bootstrap.storage import open_storage
from bot.bootstrap.timing import DEFAULT_TIMING
from bot.demo.demo import Sandbox, open_sandbox
from bot.jobs.models import LookUp
from bot.jobs.requests import Asker, Ephemeral, Wanted
from bot.orders.ids import OrderId
from bot.queue.postgres import PostgresEngine
from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.server import serving
from bot.sandbox.slack.sample_workspace import ANA, SHOOTS, TEAM
from bot.storage.database.schema import migrate_postgres
from tests.support.databases import new_name, programs
from tests.support.postgres_server import own_server
from tests.support.process import serving_process, working_process

WORKERS = (1, 2, 4)
ANSWERS = (0.001, 0.2)  # seconds that Autoenhance takes
PHOTOS = 40
FULL, QUICK, WARM = 600, 100, 64  # look-ups. The last number only opens all connections
MAX_WAIT_SECONDS = 120.0  # seconds to wait for a backlog
WORKING, POSTGRES, STANDING_IN = "the bot", "PostgreSQL", "the stand-ins"
IDLE, OTHERS = "nobody", "other programs"
GROWN = 1.1  # more than this is growth
FULL_AT = 0.9  # of all cores, or of the bot's own rate limit


@dataclass(frozen=True)
class Run:
    """`cores` is how many cores each kind of process used during the run, and how many were idle."""

    a_second: float
    cores: Mapping[str, float]


class Outside:
    """A slow order API, and the response_url for the answers."""

    def __init__(self) -> None:
        self.takes = 0.0
        self._left = 0
        self._all = asyncio.Event()
        self._body = json.dumps(order(OAK, "Oak Terrace", photos(OAK, (PHOTOS, {})), now=time.time()))
        self.app = Starlette(
            routes=[
                Route("/v3/orders/{id}", self._order),
                Route("/v3/orders/{id}/brackets", self._brackets),
                Route("/respond", self._answer, methods=["POST"]),
            ]
        )

    def expect(self, answers: int) -> None:
        self._left = answers
        self._all.clear()

    async def all_answered(self) -> None:
        async with asyncio.timeout(MAX_WAIT_SECONDS):
            await self._all.wait()

    async def _order(self, request: Request) -> Response:
        await asyncio.sleep(self.takes)
        asked = self._body.replace(OAK, request.path_params["id"])  # another order's answer counts as none
        return Response(asked, media_type="application/json")

    async def _brackets(self, _request: Request) -> Response:
        await asyncio.sleep(self.takes)
        return Response(NO_BRACKETS, media_type="application/json")

    async def _answer(self, request: Request) -> Response:
        await request.body()
        self._left -= 1
        if not self._left:
            self._all.set()
        return PlainTextResponse("ok")


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 - the signature of `bench.Part`
    runs = asyncio.run(_measure(WORKERS[:2] if quick else WORKERS, QUICK if quick else FULL))
    return [_figure(takes, found) for takes, found in runs.items()]


async def _measure(numbers: Sequence[int], backlog: int) -> dict[float, dict[int, Run]]:
    runs: dict[float, dict[int, Run]] = {takes: {} for takes in ANSWERS}
    outside = Outside()
    async with AsyncExitStack() as opened:
        server = opened.enter_context(own_server(programs(os.environ), options=(), in_memory=False))
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        url = await opened.enter_async_context(serving(outside.app))
        for workers in numbers:
            database = server.create(new_name())
            migrate_postgres(database)
            given: dict[str, Any] = {"database_url": database, "autoenhance_api_url": url}
            async with open_sandbox(folder, **given) as sandbox, _app(sandbox, workers) as engine:
                for takes in ANSWERS:
                    outside.takes = 0.0
                    await _answered(engine, outside, _look_ups(WARM, f"{url}/respond"))
                    outside.takes = takes
                    runs[takes][workers] = await _run(engine, outside, _look_ups(backlog, f"{url}/respond"))
    return runs


@asynccontextmanager
async def _app(sandbox: Sandbox, workers: int) -> AsyncIterator[PostgresEngine]:
    """Run `serve` and the workers. Yields an engine that records jobs as `serve` does."""
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(serving_process(sandbox, LOG_LEVEL="INFO"))
        for _ in range(workers):
            await opened.enter_async_context(working_process(sandbox.settings, LOG_LEVEL="INFO"))
        storage = await opened.enter_async_context(open_storage(sandbox.settings, utc_now))
        assert isinstance(storage.engine, PostgresEngine)  # noqa: S101 - the settings say so
        yield storage.engine


def _look_ups(number: int, response_url: str) -> list[LookUp]:
    asker = Asker(team_id=TEAM, user_id=ANA, user_team_id=TEAM, channel_id=SHOOTS, at=utc_now())
    orders = [str(uuid4()) for _ in range(number)]
    place = Ephemeral(response_url=response_url)
    return [
        LookUp(key=each, asker=asker, place=place, wanted=(Wanted(order=OrderId(each)),)) for each in orders
    ]


async def _run(engine: PostgresEngine, outside: Outside, jobs: list[LookUp]) -> Run:
    before, begun = _worked(), time.perf_counter()
    await _answered(engine, outside, jobs)
    seconds, after = time.perf_counter() - begun, _worked()
    cores = {kind: (after[kind] - before[kind]) / seconds for kind in after}
    return Run(len(jobs) / seconds, cores | {OTHERS: max(_cores() - sum(cores.values()), 0.0)})


async def _answered(engine: PostgresEngine, outside: Outside, jobs: list[LookUp]) -> None:
    outside.expect(len(jobs))
    await engine.add_all(lambda _: jobs)
    await outside.all_answered()


def _worked() -> dict[str, float]:
    """CPU seconds so far, by the kind of process."""
    us, all_ = psutil.Process(), psutil.cpu_times()
    worked = {WORKING: 0.0, POSTGRES: 0.0, STANDING_IN: _seconds(us), IDLE: all_.idle + all_.iowait}
    for child in us.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            worked[POSTGRES if child.name() == "postgres" else WORKING] += _seconds(child)
    return worked


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _figure(takes: float, runs: dict[int, Run]) -> Figure:
    numbers, rates = list(runs), [run.a_second for run in runs.values()]
    return Figure(
        what=f"answers a second with {_row(numbers)} workers on PostgreSQL, API of {takes * 1000:.0f} ms",
        ours=_row(f"{rate:.0f}" for rate in rates),
        beside=f"{rates[0]:.0f}: one worker",
        ratio=_row(f"{rate / rates[0]:.2f}" for rate in rates),
        wanted="grows until something is full",
        met=all(_grew(runs[fewer], runs[more]) for fewer, more in pairwise(numbers)),
        why=f"Cores had, of {_cores()}: {'; '.join(_usage(*each) for each in runs.items())}.",
    )


def _grew(fewer: Run, more: Run) -> bool:
    """Whether the rate grew, or could not grow because something is full."""
    return more.a_second >= GROWN * fewer.a_second or bool(_full(more))


def _full(run: Run) -> str:
    """What is full, as words. Empty for nothing. PostgreSQL shares the cores, as it runs beside the bot."""
    if run.cores[IDLE] <= (1 - FULL_AT) * _cores():
        return "the cores are full"
    limit = DEFAULT_TIMING.limits.per_second
    return f"the bot's own limit of {limit} requests a second is" if run.a_second >= FULL_AT * limit else ""


def _usage(workers: int, run: Run) -> str:
    had = ", ".join(f"{kind} {cores:.2f}" for kind, cores in run.cores.items())
    return f"with {workers}, {had}" + (f": {full}" if (full := _full(run)) else "")


def _cores() -> int:
    return psutil.cpu_count() or 1


def _row(values: Iterable[object]) -> str:
    return " / ".join(map(str, values))
