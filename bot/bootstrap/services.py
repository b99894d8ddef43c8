"""What a process that answers Slack and one that only works are both made of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.bootstrap.clients import Now, open_session, slack_client
from bot.bootstrap.storage import Ground, open_ground
from bot.bootstrap.timing import Pace
from bot.core.metrics import Metrics
from bot.core.settings import Settings
from bot.queue.periodic import Rounds
from bot.queue.sweep import Watcher
from bot.slack.api.client import CountedClient
from bot.slack.api.identity import Identity, identify
from bot.slack.api.pacing import Pacing
from bot.slack.api.sender import Post

TIDY = 3600.0  # seconds between two prunings


@dataclass(frozen=True)
class Parts:
    settings: Settings
    pace: Pace
    ground: Ground
    web: CountedClient
    pacing: Pacing
    sender: Post
    identity: Identity
    metrics: Metrics


@asynccontextmanager
async def open_parts(settings: Settings, now: Now, pace: Pace) -> AsyncIterator[Parts]:
    """Raises SettingsError when Slack refuses a token or the database cannot be used, and SlackBusy."""
    async with open_ground(settings, now) as ground, open_session() as session:
        metrics = Metrics()
        web = slack_client(settings, session, metrics)
        pacing = Pacing(ground.meter, pace.between, pace.refill)
        sender = Post(web, session, pacing, metrics)
        yield Parts(settings, pace, ground, web, pacing, sender, await identify(web), metrics)


@asynccontextmanager
async def rounds(parts: Parts, *more: Rounds) -> AsyncIterator[None]:
    """What is done by the clock, beside the jobs."""
    ground, metrics, clock = parts.ground, parts.metrics, asyncio.get_running_loop().time
    sweep = Watcher(ground.stores.agenda, ground.engine, ground.now, clock, metrics)
    tasks = [
        Rounds("sweep", ground.meter, sweep.round, metrics, every=parts.pace.tick),
        Rounds("tidy", ground.meter, ground.prune, metrics, every=TIDY),
        *more,
    ]
    async with AsyncExitStack() as going:
        for each in tasks:
            await going.enter_async_context(each.going())
        yield
