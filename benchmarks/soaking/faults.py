"""The failures of the two stand-ins: one after the other, and one outage of each."""

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

Failure = Callable[[Sandbox], None]

POST, UPDATE, INFO, TEST = "chat.postMessage", "chat.update", "conversations.info", "auth.test"


def _slack(method: str, **how: Any) -> Failure:
    return lambda sandbox: sandbox.slack.fail(method, **{"times": None} | how)


def _some_channels(method: str, **how: Any) -> Failure:
    """Every third channel refuses, the others do not."""

    def fail(sandbox: Sandbox) -> None:
        for channel in list(sandbox.slack.workspace.channels)[::3]:
            sandbox.slack.fail(method, channel=channel, **{"times": None} | how)

    return fail


def _slow(method: str) -> Failure:
    return lambda sandbox: sandbox.slack.faults.slow(method, 1.5, times=None)


def _autoenhance(name: FailureName, retry_after: int | None = None) -> Failure:
    return lambda sandbox: sandbox.autoenhance.set_failure(name, retry_after=retry_after)


def _slow_autoenhance(sandbox: Sandbox) -> None:
    """It answers when this failure ends."""
    sandbox.autoenhance.released = asyncio.Event()
    sandbox.autoenhance.set_failure("hang")


def _slack_outage(sandbox: Sandbox) -> None:
    for method in (RESPOND, POST, UPDATE, INFO, TEST):
        sandbox.slack.fail(method, error="service_unavailable", status=503, times=None)


FAILURES: tuple[Failure, ...] = (
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
    _some_channels(POST, error="ratelimited", retry_after=5),
    _slack(UPDATE, status=500, accepted=True),
    _slack(INFO, error="ratelimited", retry_after=3),
    _slack(UPDATE, error="ratelimited", retry_after=1),
    _slack(RESPOND, status=500),
    _some_channels(UPDATE, status=500),
    _slack(POST, body="<html>Please log in</html>"),
    _slow(UPDATE),
)
OUTAGES: tuple[Failure, ...] = (_autoenhance("503"), _slack_outage)


async def inject_faults(sandbox: Sandbox, plan: Plan) -> None:
    """One failure after the other, and an outage after the first and the second third of the time."""
    failures, began = cycle(FAILURES), time.monotonic()
    for third, outage in enumerate((*OUTAGES, None), 1):
        while time.monotonic() < began + plan.lasts * third / 3:
            with _failing(sandbox, next(failures)):
                await asyncio.sleep(plan.storm)
            await asyncio.sleep(plan.calm)
        if outage:
            with _failing(sandbox, outage):
                await asyncio.sleep(plan.outage)


@contextmanager
def _failing(sandbox: Sandbox, failure: Failure) -> Iterator[None]:
    failure(sandbox)
    try:
        yield
    finally:
        sandbox.slack.mend()
        sandbox.autoenhance.released.set()
        sandbox.autoenhance.set_failure("well")
