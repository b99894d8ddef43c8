"""What the app and a worker both use, and their periodic work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.bootstrap.clients import Now, open_session, slack_client
from bot.bootstrap.storage import Storage, open_storage
from bot.bootstrap.timing import Timing
from bot.core.metrics import Metrics
from bot.core.settings import Settings
from bot.queue.due_checks import Sweep
from bot.queue.last_calls import LastCallRounds
from bot.queue.periodic import PeriodicTask
from bot.queue.pictures import PictureRounds
from bot.slack.api.client import CountedClient
from bot.slack.api.files import Files
from bot.slack.api.identity import Identity, identify
from bot.slack.api.pacing import SlackRateLimits
from bot.slack.api.sender import Sender
from bot.storage.keyring import KeyRing

PRUNE_INTERVAL_SECONDS = 3600.0


@dataclass(frozen=True)
class Services:
    settings: Settings
    timing: Timing
    storage: Storage
    web: CountedClient
    pacing: SlackRateLimits
    sender: Sender
    identity: Identity
    metrics: Metrics
    files: Files
    ring: KeyRing | None


@asynccontextmanager
async def open_services(settings: Settings, now: Now, timing: Timing) -> AsyncIterator[Services]:
    """Raises SettingsError when Slack refuses a token or the database cannot be used, and SlackBusy."""
    async with open_storage(settings, now) as storage, open_session() as session:
        metrics = Metrics()
        web = slack_client(settings, session, metrics)
        pacing = SlackRateLimits(storage.rate_limiter, timing.between, timing.refill)
        sender = Sender(web, session, pacing, metrics)
        identity = await identify(web)
        files = Files(web, session, metrics, identity.scopes)
        ring = KeyRing(settings.ring) if settings.ring else None
        yield Services(
            settings, timing, storage, web, pacing, sender, identity, metrics, files=files, ring=ring
        )


@asynccontextmanager
async def periodic_tasks(services: Services, *more: PeriodicTask) -> AsyncIterator[None]:
    """Runs the sweep, the last calls, the deletion of pictures, the pruning and `more` until the end."""
    storage, metrics, clock = services.storage, services.metrics, asyncio.get_running_loop().time
    sweep = Sweep(storage.stores.due_watches, storage.engine, storage.now, clock, metrics)
    calls, every = (
        LastCallRounds(storage.stores.last_calls, storage.engine, storage.now),
        services.timing.calls,
    )
    pictures = PictureRounds(storage.stores.pictures, storage.engine, storage.now)
    tasks = [
        PeriodicTask("sweep", storage.rate_limiter, sweep.round, metrics, every=services.timing.tick),
        PeriodicTask("tidy", storage.rate_limiter, storage.prune, metrics, every=PRUNE_INTERVAL_SECONDS),
        PeriodicTask("last_calls", storage.rate_limiter, calls.round, metrics, every=every),
        PeriodicTask("pictures", storage.rate_limiter, pictures.round, metrics, every=every),
        PeriodicTask(
            "picture_channels", storage.rate_limiter, pictures.check_channels, metrics, every=12 * every
        ),
        *more,
    ]
    async with AsyncExitStack() as running:
        for each in tasks:
            await running.enter_async_context(each.running())
        yield
