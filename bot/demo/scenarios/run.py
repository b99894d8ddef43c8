"""Plays a scenario: the real bot on its own SQLite file, over signed HTTP, between the two stand-ins."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bot.demo.demo import Sandbox, open_app_in, open_sandbox
from bot.demo.scenarios.forecasts import first_forecasts, misses
from bot.demo.scenarios.models import Order, Scenario, Side
from bot.demo.scenarios.notices import PostedNotice, posted_notices
from bot.demo.scenarios.setup import Environment, channel_id
from bot.demo.scenarios.simulated_users import SimulatedUsers
from bot.demo.scenarios.skipping_loop import Clock, SkippingLoop
from bot.demo.scenarios.verdict import Traffic, Verdict, judge
from bot.sandbox.autoenhance.app import AutoenhanceSandbox

SNAPSHOT_SECONDS = 0.5  # real seconds between two snapshots of the page
_SETTLE_SECONDS = 0.5  # after a change in the stand-in, before it is acted on

_Begin = Callable[[], Coroutine[Any, Any, object] | None]
"""Does a thing at once, or returns a coroutine for what takes time."""


class ScenarioRun:
    """One run of a scenario. Made by `open_run`."""

    def __init__(self, scenario: Scenario, sandbox: Sandbox, loop: SkippingLoop, clock: Clock) -> None:
        self.scenario = scenario
        self.url = sandbox.slack.base_url
        self.took = 0.0  # real seconds
        self._until = scenario.lasts
        self._sandbox = sandbox
        self._loop = loop
        self._clock = clock
        self._environment = Environment(sandbox, clock, scenario)
        self._users = SimulatedUsers(sandbox, clock, {order.id: order.name for order in scenario.orders})
        self._ids = {order.name: order.id for order in scenario.orders}
        self._app = AsyncExitStack()
        self._app_lock = asyncio.Lock()  # one opens or closes the bot at a time

    async def play(self, stop: asyncio.Event) -> None:
        """Play until the end of the day, or until `stop` is set. After that, no time is skipped."""
        begun = time.perf_counter()
        playing, stopping = asyncio.create_task(self._play()), asyncio.create_task(stop.wait())
        await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        self._until = self.moment
        self._loop.stop_skipping()
        stopping.cancel()
        playing.cancel()
        await asyncio.wait({playing})
        self.took = time.perf_counter() - begun
        if not playing.cancelled():
            playing.result()

    async def open(self) -> None:
        """Start the bot. After a stop, it continues with its file."""
        async with self._app_lock:
            self._loop.stop_skipping()
            app = await self._app.enter_async_context(open_app_in(self._sandbox, now=self._clock.now))
            self._loop.skip_idle(lambda: app.storage.busy)

    async def close(self) -> None:
        """Stop the bot, as SIGTERM does."""
        async with self._app_lock:
            self._loop.stop_skipping()
            await self._app.aclose()
            self._loop.skip_idle(lambda: False)

    @property
    def autoenhance(self) -> AutoenhanceSandbox:
        return self._sandbox.autoenhance

    @property
    def moment(self) -> float:
        """Seconds of the day that have passed. They stop counting at the end of the play."""
        return min(self._clock.passed, self._until)

    @property
    def asked(self) -> int:
        return len(self._users.asked)

    @property
    def ended(self) -> int:
        """How many orders have ended."""
        return sum(each.ends is not None and each.ends <= self.moment for each in self.scenario.orders)

    def notices(self) -> list[PostedNotice]:
        """Every notice in the threads."""
        began = self._clock() - self._clock.passed
        return [
            each
            for name in self.scenario.channels
            for each in posted_notices(name, self._sandbox.slack.messages(channel_id(name)), self._ids, began)
        ]

    def verdict(self) -> Verdict:
        """The verdict on the day until now."""
        traffic = _traffic(self._sandbox, self.scenario)
        verdict = judge(self.scenario, self.moment, self._users.asked, self.notices(), traffic)
        return replace(verdict, misses=tuple(self._misses()))

    def _misses(self) -> list[float]:
        cards = [
            (call.params["channel"], call.params.get("text", ""))
            for call in self._sandbox.slack.calls()
            if call.method in {"chat.postMessage", "chat.update"}
        ]
        shown = first_forecasts(cards, self._ids, self._clock() - self._clock.passed)
        return misses(shown, self.scenario.orders, self.moment)

    async def _play(self) -> None:
        self._environment.add_people()
        await self.open()
        async with asyncio.TaskGroup() as group:
            tasks = []
            for at, begin in sorted(self._timeline(), key=lambda each: each[0]):
                await self._clock.until(at)
                if work := begin():
                    tasks.append(group.create_task(work))
            await self._clock.until(self.scenario.lasts)
            for each in tasks:
                each.cancel()

    def _timeline(self) -> Iterator[tuple[float, _Begin]]:
        for order in self.scenario.orders:
            yield from self._life(order)
        for act in self.scenario.acts:
            yield act.at, partial(self._users.do, act)
        for trouble in self.scenario.troubles:
            if trouble.side is Side.BOT:
                yield trouble.at, self.close
                yield trouble.ends, self.open
            else:
                yield trouble.at, partial(self._environment.begin_trouble, trouble)
                yield trouble.ends, partial(self._environment.end_trouble, trouble)

    def _life(self, order: Order) -> Iterator[tuple[float, _Begin]]:
        yield order.at, partial(self._environment.upload, order)
        if order.stuck_after is not None:
            yield order.stops + _SETTLE_SECONDS, partial(self._environment.stall, order)
            if order.expires is not None:
                yield order.expires, partial(self._environment.expire, order)
        if order.downloaded_at is not None and order.downloaded_at < self.scenario.lasts:
            yield order.downloaded_at, partial(self._environment.download, order)
        if self.scenario.webhook:
            moving = order.photos if order.stuck_after is None else order.stuck_after
            for photo in range(moving):
                yield order.times[photo] + _SETTLE_SECONDS, partial(self._environment.call, order, photo)


@asynccontextmanager
async def open_run(scenario: Scenario, *, port: int = 0) -> AsyncIterator[ScenarioRun]:
    """Serve the page while this is open. Must run in a SkippingLoop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop)  # noqa: S101 - `screen.play` makes it
    clock = Clock(scenario.begins)
    with tempfile.TemporaryDirectory(prefix="order-desk-") as folder:
        async with open_sandbox(Path(folder), port=port, clock=clock, apart=SNAPSHOT_SECONDS) as sandbox:
            day = ScenarioRun(scenario, sandbox, loop, clock)
            try:
                yield day
            finally:
                await day.close()
                loop.stop_skipping()


def _traffic(sandbox: Sandbox, scenario: Scenario) -> Traffic:
    paths = (asked.path.removesuffix("/brackets") for asked in sandbox.autoenhance.requests)
    requests = Counter(path.rpartition("/")[2] for path in paths)
    calls = sandbox.slack.calls()
    done = [call for call in calls if isinstance(call.answer, dict) and call.answer.get("ok")]
    posts: dict[str, list[float]] = {}
    for call in done:
        if call.method == "chat.postMessage":
            posts.setdefault(call.params["channel"], []).append(call.at)
    return Traffic(
        orders={order.id: requests[order.id] for order in scenario.orders},
        all_requests=len(sandbox.autoenhance.requests),
        statuses=Counter(call.status for call in calls),
        posts=posts,
        edits=[call.at for call in done if call.method == "chat.update"],
    )
