"""Half an hour more than a script of ten minutes, so that late notices have time to come."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.demo.scenarios.models import HOUR, MINUTE, Act, ActKind, Order, Scenario, Side, Trouble
from bot.demo.scenarios.run import open_run
from bot.demo.scenarios.skipping_loop import SkippingLoop
from bot.demo.scenarios.verdict import Verdict
from bot.sandbox.autoenhance.progress import Rhythm

T = TypeVar("T")

GOOD = Order("11111111-0000-4000-8000-000000000001", "101 Mill Road", at=10, photos=10, pace=20)
BAD = Order(
    "11111111-0000-4000-8000-000000000002", "102 Lake View", at=15, photos=8, pace=30, failures=2, good=5
)
QUICK = Order("11111111-0000-4000-8000-000000000003", "103 Rose Barn", at=20, photos=3, pace=4, grouping=10)
STUCK = Order(
    "11111111-0000-4000-8000-000000000004", "104 Dove House", at=25, photos=9, pace=10, stuck_after=4
)
EXPIRING = Order(
    "11111111-0000-4000-8000-000000000005",
    "105 Abbey Court",
    at=26,
    photos=9,
    pace=10,
    stuck_after=4,
    expires=40 * MINUTE,
)

ACTS = (
    Act(30, ActKind.WATCH, "ada", "shoots", GOOD.id),
    Act(31, ActKind.WATCH, "bea", "shoots", GOOD.id),
    Act(32, ActKind.WATCH, "carl", "albums", GOOD.id),
    Act(33, ActKind.WATCH_FAILURES, "ada", "shoots", BAD.id),
    Act(34, ActKind.WATCH, "ada", "albums", STUCK.id),
    Act(60, ActKind.ASK, "bea", "albums", QUICK.id),
    Act(70, ActKind.WATCH, "bea", "albums", QUICK.id),  # finished already: nothing to wait for
    Act(80, ActKind.AGAIN, "bea", "albums", QUICK.id),
    Act(81, ActKind.SHARE, "bea", "albums", QUICK.id),
    Act(90, ActKind.CARD, "carl", "shoots", GOOD.id),
    Act(100, ActKind.LIST, "ada", "shoots"),
    Act(101, ActKind.FIND, "ada", "shoots"),
    Act(102, ActKind.HOME, "ada", "shoots"),
)
CALM = Scenario(
    name="tiny",
    says="Four orders and three people.",
    begins=datetime(2026, 6, 13, 10, 0, tzinfo=UTC),
    lasts=HOUR,
    people=("ada", "bea", "carl"),
    channels=("shoots", "albums"),
    orders=(GOOD, BAD, QUICK, STUCK),
    acts=ACTS,
)


def troubled(*troubles: Trouble, **changes: Any) -> Scenario:
    return replace(CALM, troubles=troubles, **changes)


RHYTHMIC = replace(
    CALM,
    orders=(
        replace(GOOD, rhythm=Rhythm.BURSTS, downloaded_at=10 * MINUTE),
        replace(BAD, rhythm=Rhythm.SLOWING, downloaded_at=11 * MINUTE, downloads=2),
        replace(QUICK, downloaded_at=2 * HOUR),
        STUCK,
    ),
    webhook=True,
)

CLOSED_FOR_EVER = troubled(Trouble(120, 2 * HOUR, Side.BOT))
"""The bot ends in the middle and is not restarted, so its promises are broken."""

STORMY = troubled(
    Trouble(58, 3 * MINUTE, Side.AUTOENHANCE, "503"),
    Trouble(250, 30, Side.AUTOENHANCE, "hang"),
    Trouble(290, 40, Side.SLACK, "429"),
    Trouble(340, 60, Side.SLACK, "503"),
    Trouble(420, 60, Side.BOT),
    orders=(*CALM.orders, EXPIRING),
    acts=(
        *ACTS,
        Act(35, ActKind.WATCH, "bea", "albums", EXPIRING.id),
        Act(292, ActKind.ASK, "carl", "shoots", GOOD.id),
        Act(294, ActKind.CARD, "carl", "albums", GOOD.id),
        # Its retry comes after the outage, and before the bot may ask Slack who reads the channel.
        Act(311, ActKind.CARD, "bea", "shoots", GOOD.id),
        Act(345, ActKind.ASK, "carl", "albums", BAD.id),
        Act(450, ActKind.ASK, "carl", "shoots", BAD.id),
    ),
    webhook=True,
)


def leaping(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(work)


async def played(scenario: Scenario) -> Verdict:
    async with open_run(scenario) as day:
        await day.play(asyncio.Event())
        return day.verdict()
