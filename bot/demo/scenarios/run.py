"""Plays a script: the real bot on a file of its own, over signed HTTP, between the two stand-ins."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bot.demo.demo import Sandbox, open_app_in, open_sandbox
from bot.demo.scenarios.models import Order, Scenario, Side
from bot.demo.scenarios.notices import Told, told
from bot.demo.scenarios.setup import Stage, channel_id
from bot.demo.scenarios.simulated_users import SimulatedUsers
from bot.demo.scenarios.skipping_loop import Clock, SkippingLoop
from bot.demo.scenarios.verdict import Traffic, Verdict, judge

APART = 0.5  # real seconds between two pictures of the page
_MOMENT = 0.5  # seconds: what happens by then has happened

_Begin = Callable[[], Coroutine[Any, Any, object] | None]
"""What happens at once, or the beginning of what takes its time."""


class ScenarioRun:
    """One playing of a scenario; made by `open_run`."""

    def __init__(self, scenario: Scenario, sandbox: Sandbox, loop: SkippingLoop, clock: Clock) -> None:
        self.scenario = scenario
        self.url = sandbox.slack.base_url
        self.took = 0.0  # real seconds
        self._until = scenario.lasts
        self._sandbox = sandbox
        self._loop = loop
        self._clock = clock
        self._stage = Stage(sandbox, clock, scenario)
        self._crowd = SimulatedUsers(sandbox, clock, {order.id: order.name for order in scenario.orders})
        self._ids = {order.name: order.id for order in scenario.orders}
        self._app = AsyncExitStack()
        self._turn = asyncio.Lock()  # of closing and opening

    async def play(self, stop: asyncio.Event) -> None:
        """Until the day is over, or `stop` is set. After that, time goes as usual again."""
        begun = time.perf_counter()
        playing, stopping = asyncio.create_task(self._play()), asyncio.create_task(stop.wait())
        await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        self._until = self.moment
        self._loop.walk()
        stopping.cancel()
        playing.cancel()
        await asyncio.wait({playing})
        self.took = time.perf_counter() - begun
        if not playing.cancelled():
            playing.result()

    async def open(self) -> None:
        """Starts the bot, on the file that it had before if there was one."""
        async with self._turn:
            self._loop.walk()
            app = await self._app.enter_async_context(open_app_in(self._sandbox, now=self._clock.now))
            self._loop.leap(lambda: app.storage.busy)

    async def close(self) -> None:
        """Ends the bot, as SIGTERM does."""
        async with self._turn:
            self._loop.walk()
            await self._app.aclose()
            self._loop.leap(lambda: False)

    @property
    def moment(self) -> float:
        """Seconds of the day that are over; when it was ended early, no more than that."""
        return min(self._clock.passed, self._until)

    @property
    def asked(self) -> int:
        return len(self._crowd.asked)

    @property
    def ended(self) -> int:
        """Orders that are over."""
        return sum(each.ends is not None and each.ends <= self.moment for each in self.scenario.orders)

    def told(self) -> list[Told]:
        """Every notice, as it stands in the threads."""
        began = self._clock() - self._clock.passed
        return [
            each
            for name in self.scenario.channels
            for each in told(name, self._sandbox.slack.messages(channel_id(name)), self._ids, began)
        ]

    def verdict(self) -> Verdict:
        """What came of it until now."""
        traffic = _traffic(self._sandbox, self.scenario)
        return judge(self.scenario, self.moment, self._crowd.asked, self.told(), traffic)

    async def _play(self) -> None:
        self._stage.furnish()
        await self.open()
        async with asyncio.TaskGroup() as group:
            going = []
            for at, begin in sorted(self._timeline(), key=lambda each: each[0]):
                await self._clock.until(at)
                if work := begin():
                    going.append(group.create_task(work))
            await self._clock.until(self.scenario.lasts)
            for each in going:
                each.cancel()

    def _timeline(self) -> Iterator[tuple[float, _Begin]]:
        for order in self.scenario.orders:
            yield from self._life(order)
        for act in self.scenario.acts:
            yield act.at, partial(self._crowd.do, act)
        for trouble in self.scenario.troubles:
            if trouble.side is Side.DESK:
                yield trouble.at, self.close
                yield trouble.ends, self.open
            else:
                yield trouble.at, partial(self._stage.break_down, trouble)
                yield trouble.ends, partial(self._stage.mend, trouble)

    def _life(self, order: Order) -> Iterator[tuple[float, _Begin]]:
        yield order.at, partial(self._stage.upload, order)
        if order.stuck_after is not None:
            yield order.stops + _MOMENT, partial(self._stage.stall, order)
            if order.expires is not None:
                yield order.expires, partial(self._stage.expire, order)
        if self.scenario.webhook:
            moving = order.photos if order.stuck_after is None else order.stuck_after
            for photo in range(moving):
                at = order.at + order.grouping + (photo + 1) * order.pace
                yield at + _MOMENT, partial(self._stage.call, order, photo)


@asynccontextmanager
async def open_run(scenario: Scenario, *, port: int = 0) -> AsyncIterator[ScenarioRun]:
    """The page is there while this is open. Needs a LeapingLoop to run in."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop)  # noqa: S101 - whoever plays a day has made it
    clock = Clock(scenario.begins)
    with tempfile.TemporaryDirectory(prefix="order-desk-") as folder:
        async with open_sandbox(Path(folder), port=port, clock=clock, apart=APART) as sandbox:
            day = ScenarioRun(scenario, sandbox, loop, clock)
            try:
                yield day
            finally:
                await day.close()
                loop.walk()


def _traffic(sandbox: Sandbox, scenario: Scenario) -> Traffic:
    requests = Counter(asked.path.rpartition("/")[2] for asked in sandbox.autoenhance.requests)
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
