"""The three days. A seed makes them the same every time. In the last half hour nothing new begins."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from bot.demo.scenarios.builder import PEOPLE, ScenarioBuilder
from bot.demo.scenarios.models import HOUR, MINUTE, Order, Scenario, Side, Trouble
from bot.demo.scenarios.names import Name
from bot.sandbox.autoenhance.progress import Rhythm

CHANNELS = ("shoots", "weddings", "albums")


def scenario(name: Name) -> Scenario:
    return _SCENARIOS[name]()


def wedding_rush() -> Scenario:
    """A Saturday from 10:00 to 20:30: the orders of three weddings, each uploaded at once."""
    day = ScenarioBuilder(Random(1), CHANNELS)  # noqa: S311 - a script, no secret
    for begins, orders, questions in (
        (1 * HOUR, 70, 70),
        (4 * HOUR, 90, 90),
        (7.5 * HOUR, 120, 140),
    ):
        wedding = day.upload(orders, begins=begins, within=4 * MINUTE)
        day.watch(wedding, within=MINUTE)
        day.ask(wedding, questions // 2, begins=begins + 4 * MINUTE, within=MINUTE)
        day.press(questions // 3, begins=begins + 5 * MINUTE, within=15 * MINUTE)
        day.ask(wedding, questions // 2, begins=begins + 16 * MINUTE, within=40 * MINUTE)
    between = day.upload(40, begins=0, within=8.5 * HOUR)
    day.watch(between, share=0.5)
    day.look_around(45, begins=HOUR, within=8.5 * HOUR)
    troubles = (
        Trouble(1 * HOUR + 6 * MINUTE, 30, Side.SLACK, "429"),
        Trouble(4 * HOUR + 5 * MINUTE, 2 * MINUTE, Side.AUTOENHANCE, "429"),
    )
    orders_, acts = day.in_order()
    return Scenario(
        name=Name.WEDDING_RUSH,
        says="A Saturday with three weddings. Each is uploaded all at once, and everyone asks about it.",
        begins=datetime(2026, 6, 13, 10, 0, tzinfo=UTC),
        lasts=10.5 * HOUR,
        people=PEOPLE,
        channels=CHANNELS,
        orders=orders_,
        acts=acts,
        troubles=troubles,
    )


def night() -> Scenario:
    """From 18:00 to 08:00: uploads in the evening, a slow queue at night, a few look-ups in the morning."""
    day = ScenarioBuilder(Random(2), CHANNELS)  # noqa: S311
    evening = day.upload(200, begins=0, within=5 * HOUR, photos=(6, 14), pace=(60.0, 1000.0), failing=0.1)
    day.orders = evening = [_may_stick(order, at) for at, order in enumerate(evening)]
    day.watch(evening, share=0.9, within=6 * MINUTE)
    day.ask(evening, 60, begins=HOUR, within=4 * HOUR)
    day.ask(evening, 8, begins=6 * HOUR, within=5 * HOUR)
    day.look_around(10, begins=12.5 * HOUR, within=20 * MINUTE)
    day.ask(evening, 40, begins=12.5 * HOUR, within=40 * MINUTE)
    day.press(20, begins=12.6 * HOUR, within=30 * MINUTE)
    orders, acts = day.in_order()
    return Scenario(
        name=Name.NIGHT,
        says="Orders are uploaded in the evening and finish overnight. Some stall, and some of those expire.",
        begins=datetime(2026, 6, 13, 18, 0, tzinfo=UTC),
        lasts=14 * HOUR,
        people=PEOPLE,
        channels=CHANNELS,
        orders=orders,
        acts=acts,
        troubles=(Trouble(8 * HOUR, 3 * MINUTE, Side.BOT),),
        webhook=True,
    )


def _may_stick(order: Order, number: int) -> Order:
    """Every 20th order gets stuck. Every 40th also expires, at four in the morning."""
    if number % 20:
        return order
    return replace(
        order,
        failures=0,
        stuck_after=order.photos // 2,
        expires=10 * HOUR if number % 40 == 0 else None,
        rhythm=Rhythm.REGULAR,
        downloaded_at=None,
        downloads=None,
    )


def outage() -> Scenario:
    """A morning: Autoenhance answers 503, then hangs, then answers 429.

    After that Slack answers 503 and 429, and then the bot is stopped.
    """
    day = ScenarioBuilder(Random(3), CHANNELS)  # noqa: S311
    rush = day.upload(120, begins=20 * MINUTE, within=80 * MINUTE, pace=(8.0, 25.0))
    day.watch(rush)
    day.ask(rush, 90, begins=70 * MINUTE, within=60 * MINUTE)
    late = day.upload(40, begins=110 * MINUTE, within=20 * MINUTE)
    day.watch(late)
    day.press(30, begins=85 * MINUTE, within=70 * MINUTE)
    day.ask(rush + late, 60, begins=135 * MINUTE, within=35 * MINUTE)
    day.look_around(20, begins=80 * MINUTE, within=80 * MINUTE)
    orders, acts = day.in_order()
    return Scenario(
        name=Name.OUTAGE,
        says="A busy morning. Autoenhance stops responding, then Slack does, then the bot is restarted.",
        begins=datetime(2026, 6, 15, 9, 0, tzinfo=UTC),
        lasts=4 * HOUR,
        people=PEOPLE,
        channels=CHANNELS,
        orders=orders,
        acts=acts,
        troubles=(
            Trouble(85 * MINUTE, 14 * MINUTE, Side.AUTOENHANCE, "503"),
            Trouble(99 * MINUTE, 4 * MINUTE, Side.AUTOENHANCE, "hang"),
            Trouble(103 * MINUTE, 2 * MINUTE, Side.AUTOENHANCE, "429"),
            Trouble(140 * MINUTE, 5 * MINUTE, Side.SLACK, "503"),
            Trouble(145 * MINUTE, 1 * MINUTE, Side.SLACK, "429"),
            Trouble(160 * MINUTE, 2 * MINUTE, Side.BOT),
        ),
    )


_SCENARIOS: dict[Name, Callable[[], Scenario]] = {
    Name.WEDDING_RUSH: wedding_rush,
    Name.NIGHT: night,
    Name.OUTAGE: outage,
}
