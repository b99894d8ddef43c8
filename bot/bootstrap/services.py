"""What both the desk and the crew are made of, and the work that either may do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.bootstrap.clients import Now, open_autoenhance, open_session, slack_client
from bot.bootstrap.storage import Ground, open_ground
from bot.bootstrap.timing import Pace
from bot.core.metrics import Metrics
from bot.core.settings import Settings
from bot.handlers.context import Tools
from bot.handlers.dispatch import Work
from bot.queue.periodic import Rounds
from bot.queue.runner import Attempts
from bot.queue.sweep import Watcher
from bot.slack.api.access import Admission, Home
from bot.slack.api.channels import Channels
from bot.slack.api.client import CountedClient
from bot.slack.api.identity import Identity, identify
from bot.slack.api.pacing import Pacing
from bot.slack.api.responder import Answers
from bot.slack.api.sender import Post
from bot.slack.render.permalinks import Links
from bot.watches.transitions import Rules

TIDY = 3600.0  # seconds between two prunings


@dataclass(frozen=True)
class Parts:
    settings: Settings
    pace: Pace
    ground: Ground
    web: CountedClient
    pacing: Pacing
    post: Post
    identity: Identity
    metrics: Metrics


@asynccontextmanager
async def open_parts(settings: Settings, now: Now, pace: Pace) -> AsyncIterator[Parts]:
    """Raises SettingsError when Slack refuses a token or the database cannot be used, and SlackBusy."""
    async with open_ground(settings, now) as ground, open_session() as session:
        metrics = Metrics()
        web = slack_client(settings, session, metrics)
        pacing = Pacing(ground.meter, pace.between, pace.refill)
        post = Post(web, session, pacing, metrics)
        yield Parts(settings, pace, ground, web, pacing, post, await identify(web), metrics)


@asynccontextmanager
async def open_attempts(parts: Parts) -> AsyncIterator[Attempts]:
    """All that does the jobs."""
    ground, pace = parts.ground, parts.pace
    beside_others = parts.settings.on_postgres
    limits = replace(pace.limits, fresh_for=0) if beside_others else pace.limits
    opening = open_autoenhance(
        parts.settings, meter=ground.meter, metrics=parts.metrics, now=ground.now, limits=limits
    )
    async with opening as orders:
        channels = Channels(parts.web, parts.pacing, ground.now)
        home = Home(parts.identity.team_id, parts.identity.enterprise_id)
        tools = Tools(
            orders=orders,
            stores=ground.stores,
            post=parts.post,
            pacing=parts.pacing,
            answers=Answers(parts.post),
            channels=channels,
            admission=Admission(home, channels),
            links=Links(parts.identity.url),
            rules=Rules(lasts=timedelta(days=parts.settings.watch_days)),
            metrics=parts.metrics,
            now=ground.now,
            record=ground.engine.add,
            beside_others=beside_others,
            first_pause=pace.first_pause,
        )
        yield Attempts(ground.ledger, Work(tools), ground.now, parts.metrics)


@asynccontextmanager
async def rounds(parts: Parts, *more: Rounds) -> AsyncIterator[None]:
    """What is done by the clock, beside the jobs."""
    ground, metrics, clock = parts.ground, parts.metrics, asyncio.get_running_loop().time
    watcher = Watcher(ground.stores.agenda, ground.engine, ground.now, clock, metrics)
    sweep = Rounds("sweep", ground.meter, watcher.round, metrics, every=parts.pace.tick)
    tidy = Rounds("tidy", ground.meter, ground.prune, metrics, every=TIDY)
    async with AsyncExitStack() as going:
        for each in (sweep, tidy, *more):
            await going.enter_async_context(each.going())
        yield
