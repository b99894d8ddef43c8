"""The code that one request runs through: `python -m benchmarks.journeys`. `--list` names each function.

It counts the files and functions of the bot that are entered, in any thread, from the request until the
answer is shown. Lambdas count. Comprehensions, generator expressions, bodies of classes and modules, and
methods that dataclasses generate do not count.
"""

import argparse
import asyncio
import inspect
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import CodeType, FrameType

import aiohttp

import bot
from bot.autoenhance.limits import Limits
from bot.bootstrap.app import App
from bot.bootstrap.timing import Timing
from bot.core import logging
from bot.demo.demo import Sandbox, open_app_in, open_sandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.shoot import Shoot
from tests.support.waiting import until_idle

BOT_FOLDER = Path(bot.__file__).parent
NOT_THE_BOT = ("sandbox", "demo")
"""Folders in `BOT_FOLDER` that are not part of the bot."""
NOT_COUNTED = ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>")
"""Python's names for parts of a function that are code objects of their own."""
SLACK_REQUEST = aiohttp.ClientSession.request.__code__
"""Every call to Slack goes through this. The stand-ins and Autoenhance's client use another library."""
NEVER, OFTEN = 3600.0, 0.02  # seconds between two sweeps of the watches


class Trace:
    """Counts the entered functions inside `counting`. Make it before the threads that it must follow."""

    def __init__(self) -> None:
        self._counts = False
        self._entered: dict[tuple[str, CodeType], str] = {}
        self.stack: list[str] = []
        """The bot's frames of the task at the latest call to Slack, the outermost first."""
        threading.setprofile(self._event)
        sys.setprofile(self._event)

    @property
    def functions(self) -> list[str]:
        """The names of the entered functions, each once, in the order of their first calls."""
        return list(self._entered.values())

    @property
    def files(self) -> set[str]:
        return {name.partition(":")[0] for name in self.functions}

    @contextmanager
    def counting(self) -> Iterator[None]:
        self._counts = True
        try:
            yield
        finally:
            self._counts = False

    def _event(self, frame: FrameType, event: str, _: object) -> None:
        if not self._counts or event != "call":
            return
        code = frame.f_code
        if code is SLACK_REQUEST:
            self.stack = [name for each in _below(frame) if (name := _name(each.f_code))][::-1]
        elif (key := (code.co_filename, code)) not in self._entered and (name := _name(code)):
            self._entered[key] = name


def _below(frame: FrameType | None) -> Iterator[FrameType]:
    """The frame and its callers. All coroutines of a task are on the stack while the innermost runs."""
    while frame:
        yield frame
        frame = frame.f_back


def _name(code: CodeType) -> str:
    """`file:function`. Empty if the function is not counted."""
    path = Path(code.co_filename)
    if (
        not path.is_relative_to(BOT_FOLDER)
        or code.co_name in NOT_COUNTED
        or not code.co_flags & inspect.CO_OPTIMIZED
    ):
        return ""
    inside = path.relative_to(BOT_FOLDER)
    return "" if inside.parts[0] in NOT_THE_BOT else f"{inside}:{code.co_qualname}"


@asynccontextmanager
async def _opened(clock: Clock, tick: float) -> AsyncIterator[tuple[Sandbox, App]]:
    """A new bot between the stand-ins. With `tick` NEVER, it has swept once and does not sweep again."""
    pace = Timing(Limits(fresh_for=0), tick=tick)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            open_sandbox(Path(folder), clock=clock) as sandbox,
            open_app_in(sandbox, timing=pace, now=clock.now) as app,
        ):
            await Chat(sandbox.slack).order("list")
            await until_idle(app)
            yield sandbox, app


async def look_up(trace: Trace) -> None:
    async with _opened(Clock(), NEVER) as (sandbox, _):
        chat = Chat(sandbox.slack)
        with trace.counting():
            await chat.order(BIRCH)


async def re_check(trace: Trace) -> None:
    clock = Clock()
    async with _opened(clock, NEVER) as (sandbox, app):
        chat, shoot = Chat(sandbox.slack), Shoot(sandbox.autoenhance, clock)
        card = await chat.watch(shoot.id)
        await until_idle(app)
        shoot.is_now(4)
        with trace.counting():
            await chat.click(card, "Re-check")
            await chat.until(lambda: "4 of 10 done" in card.plain())


async def webhook(trace: Trace) -> None:
    clock = Clock()
    async with _opened(clock, OFTEN) as (sandbox, app):
        chat, shoot = Chat(sandbox.slack), Shoot(sandbox.autoenhance, clock)
        card = await chat.watch(shoot.id)
        await until_idle(app)
        shoot.finish()
        with trace.counting():
            await sandbox.autoenhance.call_webhook(shoot.id)
            clock.turn(seconds=4)  # the bot waits a little for other photos that end at the same time
            await chat.noticed(card)


JOURNEYS: dict[str, Callable[[Trace], Awaitable[None]]] = {
    "`/order` to the card": look_up,
    "Re-check of a watched card to the edited card": re_check,
    "webhook's call to the notice in the thread": webhook,
}


async def main(*, listed: bool) -> None:
    logging.configure("WARNING")
    say = sys.stdout.write
    rows, details = [], []
    for what, journey in JOURNEYS.items():
        trace = Trace()
        await journey(trace)
        rows.append(f"| {what} | {len(trace.files)} | {len(trace.functions)} | {len(trace.stack)} |")
        details += [f"\n## {what}\n", *trace.functions, "\nfrom the worker to the wire:", *trace.stack]
    say("| journey | files | functions | frames of the task at the call to Slack |\n|---|---|---|---|\n")
    say("\n".join([*rows, *(details if listed else [])]) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--list", action="store_true", help="each function, in the order of its first call")
    asyncio.run(main(listed=parser.parse_args().list))
