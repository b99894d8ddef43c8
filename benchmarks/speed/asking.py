"""How many requests to Autoenhance a watched order needs, and how late its end is noticed.

The whole bot runs between both stand-ins, in the loop of `bot/demo/scenarios/skipping_loop.py`. So ten
minutes take only as long as the work in them.
"""

import asyncio
import math
from collections import Counter
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
GROUPING = (10.0, 120.0)  # seconds of LASTS before the first photo is done
UPLOADED_WITHIN = 2 * MINUTE
WATCHED_AFTER = (5.0, 30.0)  # seconds
FIRST = Order("ffffffff-0000-4000-8000-000000000000", "100 Mill Road", at=0, photos=3, pace=10, grouping=10)
"""Uploaded before the others, and not counted: from it the bot learns whether the webhook calls."""
AFTERWARDS = MINUTE  # shorter than the time until a finished order is checked again
CHANNELS = tuple(f"shoots{number}" for number in range(10))
FULL, QUICK = (5, 40), (1, 10)  # days, and orders of each
POLL_SECONDS = 10.0  # seconds between two requests of the simple poller beside it
MAX_WITH_WEBHOOK, MAX_WITHOUT_WEBHOOK = 7, 22  # requests for an order, with and without the webhook
LATE_SECONDS = 20.0  # seconds, at p95


WHY = (
    "Of the ten minutes, {:.0f} to {:.0f} s go by before the first photo is done. Requests are counted from "
    "the one that begins the watch to the one that sees the end, which is noticed when its thread says so. "
    "Two of them ask for the brackets, after the grouping and at the end."
)


@dataclass
class Asked:
    """For each order, the requests until its end was noticed, and how many seconds late that was."""

    requests: list[int] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        calls = f"{median(self.requests):.0f}, at most {max(self.requests)}"
        return f"{calls}; noticed after {self.p95:.1f} s at p95"

    @property
    def p95(self) -> float:
        return quantiles(self.late, n=20, method="inclusive")[-1]


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 - the signature of `bench.Part`
    logging.configure("ERROR")  # the stand-ins close connections that are idle by their clock
    days, orders = QUICK if quick else FULL
    polled, called, naive = Asked(), Asked(), Asked()
    for seed in range(days):
        _played(scenario(seed, orders, webhook=False), polled)
        _played(scenario(seed, orders, webhook=True), called)
        _poll(scenario(seed, orders, webhook=False), naive)
    why = WHY.format(*GROUPING)
    return [_without(polled, naive, why), _with(called)]


def scenario(seed: int, number: int, *, webhook: bool) -> Scenario:
    random = Random(seed)  # noqa: S311 - no secret
    builder = ScenarioBuilder(random, CHANNELS, orders=[FIRST])
    builder.act(2, ActKind.WATCH, FIRST)
    for index in range(number):
        grouping = random.uniform(*GROUPING)
        order = Order(
            id=f"{index:08x}-0000-4000-8000-000000000000",
            name=f"{101 + index} Mill Road",
            at=MINUTE + random.uniform(0, UPLOADED_WITHIN),
            photos=PHOTOS,
            pace=(LASTS - grouping) / PHOTOS,
            grouping=grouping,
        )
        builder.orders.append(order)
        builder.act(order.at + random.uniform(*WATCHED_AFTER), ActKind.WATCH, order)
    shoots, acts = builder.in_order()
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
        assert len(late) == len(ends)  # noqa: S101 - else a notice was lost
        asked = Counter(asked.path.split("/")[3] for asked in day.autoenhance.requests if "-" in asked.path)
        found.late += late
        found.requests += [asked[order] for order in ends]


def _poll(script: Scenario, found: Asked) -> None:
    """A simple poller: it requests each order every few seconds, from the start of its watch."""
    begun = {act.order: act.at for act in script.acts}
    for order in counted(script):
        questions = math.ceil((order.stops - begun[order.id]) / POLL_SECONDS)
        found.requests.append(1 + questions)
        found.late.append(begun[order.id] + questions * POLL_SECONDS - order.stops)


def _without(polled: Asked, naive: Asked, why: str) -> Figure:
    return Figure(
        what=f"calls to Autoenhance for a watched order of {PHOTOS} photos in ten minutes, no webhook",
        ours=str(polled),
        beside=f"{naive}: asked every {POLL_SECONDS:.0f} s",
        ratio=f"{sum(polled.requests) / sum(naive.requests):.2f}",
        wanted=f"at most {MAX_WITHOUT_WEBHOOK}; within {LATE_SECONDS:.0f} s at p95",
        met=max(polled.requests) <= MAX_WITHOUT_WEBHOOK and polled.p95 <= LATE_SECONDS,
        why=why,
    )


def _with(called: Asked) -> Figure:
    return Figure(
        what="the same with the webhook",
        ours=str(called),
        beside=f"{1 + PHOTOS}: asked for at each of its calls",
        ratio=f"{sum(called.requests) / len(called.requests) / (1 + PHOTOS):.2f}",
        wanted=f"at most {MAX_WITH_WEBHOOK}",
        met=max(called.requests) <= MAX_WITH_WEBHOOK,
    )
