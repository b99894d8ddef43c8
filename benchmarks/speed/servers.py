"""Order Desk and the baselines as processes, all started in the same way between the same stand-ins."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
from uvicorn.loops.auto import auto_loop_factory

from benchmarks.speed.load import SECRET
from benchmarks.speed.outside import Outside, open_outside
from bot.core.settings import FixedSettings
from tests.support.process import APP, ROOT, environment, running

BASELINES = Path(__file__).parent / "baselines"
T = TypeVar("T")


@dataclass(frozen=True)
class Program:
    path: str
    arguments: tuple[str, ...] = ()


OURS = Program(APP, ("serve",))
STOCK = Program(str(BASELINES / "stock.py"))
PLAIN = Program(str(BASELINES / "plain.py"))


@dataclass(frozen=True)
class Server:
    url: str
    pid: int

    def cpu(self) -> float:
        """The seconds of CPU that the process has used so far, seen from outside."""
        times = psutil.Process(self.pid).cpu_times()
        return times.user + times.system


Round = Callable[[Server, Outside], Awaitable[T]]


def alternately(programs: tuple[Program, ...], rounds: int, do: Round[T], *, takes: float) -> list[list[T]]:
    """What `do` returned for each program, in each round. They alternate, so that other work hits them all.

    Each time, a new process runs on a new database, between new stand-ins. Autoenhance takes `takes` seconds
    for an answer.
    """

    async def once(program: Program) -> T:
        with disk() as folder:
            async with open_outside(takes) as outside, serving(program, outside, Path(folder)) as server:
                return await do(server, outside)

    async def all_() -> list[list[T]]:
        came = [[await once(program) for program in programs] for _ in range(rounds)]
        return [list(each) for each in zip(*came, strict=True)]

    return run(all_())


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run in uvicorn's automatic event loop, the fastest one, as the programs do."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        return runner.run(work)


@asynccontextmanager
async def serving(program: Program, outside: Outside, folder: Path) -> AsyncIterator[Server]:
    """The program as soon as it accepts requests. Its database is in `folder`."""
    settings = FixedSettings.load(
        for_slack=True,
        slack_bot_token="xoxb-only-for-the-benchmarks",  # noqa: S106
        slack_signing_secret=SECRET,
        slack_api_url=f"{outside.url}/api/",
        autoenhance_api_url=outside.url,
        autoenhance_api_key="only-for-the-benchmarks",
        database_url=f"sqlite:///{folder / 'order-desk.sqlite3'}",
    )
    usual = environment(settings) | {"LOG_LEVEL": "INFO"}
    async with running(*program.arguments, env=usual, program=program.path) as process:
        yield Server(await process.serves(), process.process.pid)


def disk() -> tempfile.TemporaryDirectory[str]:
    """A folder beside the bot's own database: a temporary folder in memory would make fsync free."""
    (ROOT / "data").mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(dir=ROOT / "data", prefix="bench-")
