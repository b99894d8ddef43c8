"""What a process that answers Slack and one that only works are both made of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.bootstrap.clients import Now, open_session, slack_client
from bot.bootstrap.storage import Storage, open_storage
from bot.bootstrap.timing import Timing
from bot.core.metrics import Metrics
from bot.core.settings import Settings
from bot.queue.periodic import PeriodicTask
from bot.queue.sweep import Sweep
from bot.slack.api.client import CountedClient
from bot.slack.api.identity import Identity, identify
from bot.slack.api.pacing import Pacing
from bot.slack.api.sender import Sender

PRUNE_EVERY = 3600.0  # seconds between two prunings


@dataclass(frozen=True)
class Services:
    settings: Settings
    timing: Timing
    storage: Storage
    web: CountedClient
    pacing: Pacing
    sender: Sender
    identity: Identity
    metrics: Metrics


@asynccontextmanager
async def open_services(settings: Settings, now: Now, timing: Timing) -> AsyncIterator[Services]:
    """Raises SettingsError when Slack refuses a token or the database cannot be used, and SlackBusy."""
    async with open_storage(settings, now) as storage, open_session() as session:
        metrics = Metrics()
        web = slack_client(settings, session, metrics)
        pacing = Pacing(storage.rate_limiter, timing.between, timing.refill)
        sender = Sender(web, session, pacing, metrics)
        yield Services(settings, timing, storage, web, pacing, sender, await identify(web), metrics)


@asynccontextmanager
async def periodic_tasks(services: Services, *more: PeriodicTask) -> AsyncIterator[None]:
    """What is done by the clock, beside the jobs."""
    storage, metrics, clock = services.storage, services.metrics, asyncio.get_running_loop().time
    sweep = Sweep(storage.stores.due_watches, storage.engine, storage.now, clock, metrics)
    tasks = [
        PeriodicTask("sweep", storage.rate_limiter, sweep.round, metrics, every=services.timing.tick),
        PeriodicTask("tidy", storage.rate_limiter, storage.prune, metrics, every=PRUNE_EVERY),
        *more,
    ]
    async with AsyncExitStack() as going:
        for each in tasks:
            await going.enter_async_context(each.going())
        yield
