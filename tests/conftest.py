"""The real bot, called by the sandbox's Slack over signed HTTP, asking the sandbox's Autoenhance."""

from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest

from bot import logs
from bot.autoenhance.client import Limits
from bot.build import Desk, Pace
from bot.demo import Sandbox, open_desk_in, open_sandbox
from bot.sandbox.autoenhance import AutoenhanceSandbox
from bot.sandbox.slack import SlackSandbox
from tests.chat import Chat
from tests.clock import Clock
from tests.shoot import Shoot

pytest_plugins = ["tests.databases"]

logs.configure("WARNING")

# How fast examples are made says more about the machine than about the code.
hypothesis.settings.register_profile(
    "calm", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("calm")

# A look is never shared with a later one, so that a test sees at once what it has changed.
HURRY = Pace(
    Limits(fresh_for=0, first_pause=0.01, jitter=0), first_pause=0.05, tick=0.02, between=0.01, refill=0.01
)


@pytest.fixture
def clock() -> Clock:
    """The time of the bot and of both stand-ins."""
    return Clock()


@pytest.fixture
async def sandbox(tmp_path: Path, clock: Clock) -> AsyncIterator[Sandbox]:
    """Both stand-ins, and settings for a bot between them; no bot yet."""
    async with open_sandbox(tmp_path, clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def desk(sandbox: Sandbox, clock: Clock) -> AsyncIterator[Desk]:
    """The running bot."""
    async with open_desk_in(sandbox, pace=HURRY, now=clock.now) as desk:
        yield desk


@pytest.fixture
def slack(sandbox: Sandbox, desk: Desk) -> SlackSandbox:
    """A Slack in which the bot is installed."""
    return sandbox.slack


@pytest.fixture
def autoenhance(sandbox: Sandbox) -> AutoenhanceSandbox:
    return sandbox.autoenhance


@pytest.fixture
def chat(slack: SlackSandbox) -> Chat:
    return Chat(slack)


@pytest.fixture
def shoot(autoenhance: AutoenhanceSandbox, clock: Clock, desk: Desk) -> Shoot:
    """An order at work."""
    return Shoot(autoenhance, clock, desk)
