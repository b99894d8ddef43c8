"""How often Autoenhance is asked about an order that is watched, and how late its end is noticed.

The whole bot between both stand-ins, on the clock of `bot/days/clock.py`: ten minutes are over as soon as all
that happens in them is done.
"""

import asyncio
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from statistics import median, quantiles

from benchmarks.speed.figure import Figure
from bot.core import logging
from bot.demo.scenarios.builder import PEOPLE, ScenarioBuilder
from bot.demo.scenarios.models import MINUTE, ActKind, Order, Scenario
from bot.demo.scenarios.notices import END
from bot.demo.scenarios.run import open_run
from bot.demo.scenarios.skipping_loop import SkippingLoop

PHOTOS, LASTS = 40, 10 * MINUTE
GROUPING = (10.0, 120.0)  # seconds of these, before the first photo is done
UPLOADED_WITHIN = 2 * MINUTE
WATCHED_AFTER = (5.0, 30.0)  # seconds
FIRST = Order("ffffffff-0000-4000-8000-000000000000", "100 Mill Road", at=0, photos=3, pace=10, grouping=10)
"""Before the others, and not counted: from it the bot knows whether the webhook calls."""
AFTERWARDS = MINUTE  # less than until an order that is over is looked at again
CHANNELS = tuple(f"shoots{number}" for number in range(10))
FULL, QUICK = (5, 40), (1, 10)  # days, and orders of each
NAIVE = 10.0  # seconds between two questions of the poller beside it
MOST_CALLED, MOST_POLLED = 5, 20  # requests for an order, with and without the webhook
LATE_SECONDS = 20.0  # seconds, at p95


WHY = (
    "Of the ten minutes, {:.0f} to {:.0f} s go by before the first photo is done. Requests are counted from "
    "the one that begins the watch to the one that sees the end, which is noticed when its thread says so."
)


@dataclass
class Asked:
    """For each order, the requests until its end was noticed, and how many seconds that took."""

    requests: list[int] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        calls = f"{median(self.requests):.0f}, at most {max(self.requests)}"
        return f"{calls}; noticed after {self.p95:.1f} s at p95"

    @property
    def p95(self) -> float:
        return quantiles(self.late, n=20, method="inclusive")[-1]


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 - as every part is asked
    logging.configure("ERROR")  # the stand-ins end connections that are idle by their clock
    days, orders = QUICK if quick else FULL
    polled, called, naive = Asked(), Asked(), Asked()
    for seed in range(days):
        _played(scenario(seed, orders, webhook=False), polled)
        _played(scenario(seed, orders, webhook=True), called)
        _poll(scenario(seed, orders, webhook=False), naive)
    why = WHY.format(*GROUPING)
    return [_without(polled, naive, why), _with(called)]


def scenario(seed: int, number: int, *, webhook: bool) -> Scenario:
    luck = Random(seed)  # noqa: S311 - no secret
    maker = ScenarioBuilder(luck, CHANNELS, orders=[FIRST])
    maker.act(2, ActKind.WATCH, FIRST)
    for index in range(number):
        grouping = luck.uniform(*GROUPING)
        order = Order(
            id=f"{index:08x}-0000-4000-8000-000000000000",
            name=f"{101 + index} Mill Road",
            at=MINUTE + luck.uniform(0, UPLOADED_WITHIN),
            photos=PHOTOS,
            pace=(LASTS - grouping) / PHOTOS,
            grouping=grouping,
        )
        maker.orders.append(order)
        maker.act(order.at + luck.uniform(*WATCHED_AFTER), ActKind.WATCH, order)
    shoots, acts = maker.in_order()
    return Scenario(
        name="asking",
        says="Orders of forty photos, each done after ten minutes.",
        begins=datetime(2026, 11, 23, 9, tzinfo=UTC),
        lasts=MINUTE + UPLOADED_WITHIN + LASTS + AFTERWARDS,
        people=PEOPLE,
        channels=CHANNELS,
        orders=shoots,
        acts=acts,
        webhook=webhook,
    )


def counted(script: Scenario) -> list[Order]:
    return [order for order in script.orders if order is not FIRST]


def _played(script: Scenario, found: Asked) -> None:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(_play(script, found))


async def _play(script: Scenario, found: Asked) -> None:
    async with open_run(script) as day:
        await day.play(asyncio.Event())
        ends = {order.id: order.stops for order in counted(script)}
        late = [
            notice.at - ends[notice.order]
            for notice in day.notices()
            if notice.kind in END and notice.order in ends
        ]
        assert len(late) == len(ends)  # noqa: S101 - else the bot lost one, which is no matter of speed
        asked = day.verdict().traffic.orders
        found.late += late
        found.requests += [asked[order] for order in ends]


def _poll(script: Scenario, found: Asked) -> None:
    """What one would write: each order is asked for every few seconds, from when it is watched."""
    begun = {act.order: act.at for act in script.acts}
    for order in counted(script):
        questions = math.ceil((order.stops - begun[order.id]) / NAIVE)
        found.requests.append(1 + questions)
        found.late.append(begun[order.id] + questions * NAIVE - order.stops)


def _without(polled: Asked, naive: Asked, why: str) -> Figure:
    return Figure(
        what=f"calls to Autoenhance for a watched order of {PHOTOS} photos in ten minutes, no webhook",
        ours=str(polled),
        beside=f"{naive}: asked every {NAIVE:.0f} s",
        ratio=f"{sum(polled.requests) / sum(naive.requests):.2f}",
        wanted=f"at most {MOST_POLLED}; within {LATE_SECONDS:.0f} s at p95",
        met=max(polled.requests) <= MOST_POLLED and polled.p95 <= LATE_SECONDS,
        why=why,
    )


def _with(called: Asked) -> Figure:
    return Figure(
        what="the same with the webhook",
        ours=str(called),
        beside=f"{1 + PHOTOS}: asked for at each of its calls",
        ratio=f"{sum(called.requests) / len(called.requests) / (1 + PHOTOS):.2f}",
        wanted=f"at most {MOST_CALLED}",
        met=max(called.requests) <= MOST_CALLED,
    )
