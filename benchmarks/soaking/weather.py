"""How the two stand-ins are unwell: one bad mood after the other, and each of them away once."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

from benchmarks.soaking.plan import Plan
from bot.demo.demo import Sandbox
from bot.sandbox.failures import FailureName
from bot.sandbox.slack.endpoints import RESPOND

Mood = Callable[[Sandbox], None]

POST, UPDATE, INFO, TEST = "chat.postMessage", "chat.update", "conversations.info", "auth.test"


def _slack(method: str, **how: Any) -> Mood:
    return lambda sandbox: sandbox.slack.fail(method, **{"times": None} | how)


def _slow(method: str) -> Mood:
    return lambda sandbox: sandbox.slack.faults.slow(method, 1.5, times=None)


def _autoenhance(name: FailureName, retry_after: int | None = None) -> Mood:
    return lambda sandbox: sandbox.autoenhance.set_failure(name, retry_after=retry_after)


def _slow_autoenhance(sandbox: Sandbox) -> None:
    """It answers when the storm is over."""
    sandbox.autoenhance.released = asyncio.Event()
    sandbox.autoenhance.set_failure("hang")


def _slack_is_away(sandbox: Sandbox) -> None:
    for method in (RESPOND, POST, UPDATE, INFO, TEST):
        sandbox.slack.fail(method, error="service_unavailable", status=503, times=None)


MOODS: tuple[Mood, ...] = (
    _autoenhance("429", retry_after=1),
    _slack(RESPOND, error="ratelimited", retry_after=1),
    _autoenhance("500"),
    _slack(POST, status=500, accepted=True, times=10),
    _autoenhance("html"),
    _slack(POST, error="ratelimited", retry_after=2),
    _slow_autoenhance,
    _slow(RESPOND),
    _autoenhance("cut"),
    _slack(POST, status=500),
    _autoenhance("close"),
    _slack(UPDATE, status=500, accepted=True),
    _slack(UPDATE, error="ratelimited", retry_after=1),
    _slack(RESPOND, status=500),
    _slow(UPDATE),
)
OUTAGES: tuple[Mood, ...] = (_autoenhance("503"), _slack_is_away)


async def weather(sandbox: Sandbox, plan: Plan) -> None:
    """One mood after the other, and after each third of the time an outage; then all is well."""
    moods, began = cycle(MOODS), time.monotonic()
    for third, outage in enumerate((*OUTAGES, None), 1):
        while time.monotonic() < began + plan.lasts * third / 3:
            with _unwell(sandbox, next(moods)):
                await asyncio.sleep(plan.storm)
            await asyncio.sleep(plan.calm)
        if outage:
            with _unwell(sandbox, outage):
                await asyncio.sleep(plan.outage)


@contextmanager
def _unwell(sandbox: Sandbox, failure: Mood) -> Iterator[None]:
    failure(sandbox)
    try:
        yield
    finally:
        sandbox.slack.mend()
        sandbox.autoenhance.released.set()
        sandbox.autoenhance.set_failure("well")
