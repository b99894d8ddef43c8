"""All that does the jobs: makes the handlers, and gives each what it uses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from bot.autoenhance.client import Autoenhance
from bot.bootstrap.clients import open_autoenhance
from bot.bootstrap.services import Parts
from bot.handlers.dispatch import Dispatcher, table
from bot.handlers.lookups import Lookups
from bot.handlers.notifier import Notifier
from bot.handlers.overviews import Overviews
from bot.handlers.polling import Polling
from bot.handlers.retries import Retries
from bot.handlers.unfurls import Unfurls
from bot.handlers.watches import WatchCommands
from bot.queue.runner import Attempts
from bot.slack.api.access import Admission
from bot.slack.api.channels import Channels
from bot.slack.api.responder import Answers
from bot.slack.render.permalinks import Links
from bot.watches.transitions import Rules


@asynccontextmanager
async def open_attempts(parts: Parts) -> AsyncIterator[Attempts]:
    """All that does the jobs."""
    ground, limits = parts.ground, parts.pace.limits
    opening = open_autoenhance(
        parts.settings,
        meter=ground.meter,
        metrics=parts.metrics,
        now=ground.now,
        limits=replace(limits, fresh_for=0) if parts.settings.on_postgres else limits,
    )
    async with opening as autoenhance:
        yield Attempts(ground.ledger, _dispatcher(parts, autoenhance), ground.now, parts.metrics)


def _dispatcher(parts: Parts, autoenhance: Autoenhance) -> Dispatcher:
    made = _Handlers(parts, autoenhance)
    polling, overviews = made.polling(), made.overviews()
    handlers = table(
        made.lookups(polling), made.watch_commands(overviews), overviews, made.unfurls(), polling
    )
    access = Admission(made.channels, parts.identity.team_id, parts.identity.enterprise_id)
    return Dispatcher(handlers, access, made.responder, made.retries)


class _Handlers:
    """What several handlers use is one object."""

    def __init__(self, parts: Parts, autoenhance: Autoenhance) -> None:
        self.autoenhance = autoenhance
        self.stores = parts.ground.stores
        self.sender = parts.sender
        self.pacing = parts.pacing
        self.metrics = parts.metrics
        self.now = parts.ground.now
        self.record = parts.ground.engine.add
        self.beside_others = parts.settings.on_postgres
        self.rules = Rules(lasts=timedelta(days=parts.settings.watch_days))
        self.permalinks = Links(parts.identity.url)
        self.channels = Channels(parts.web, parts.pacing, self.now)
        self.responder = Answers(parts.sender)
        self.retries = Retries(self.responder, self.now, parts.pace.first_pause)

    def polling(self) -> Polling:
        notifier = Notifier(
            watches=self.stores.watches,
            channel_settings=self.stores.preferences,
            channels=self.channels,
            sender=self.sender,
            pacing=self.pacing,
            rules=self.rules,
            metrics=self.metrics,
            now=self.now,
        )
        return Polling(
            autoenhance=self.autoenhance,
            watches=self.stores.watches,
            notifier=notifier,
            sender=self.sender,
            responder=self.responder,
            record=self.record,
            rules=self.rules,
            now=self.now,
            beside_others=self.beside_others,
        )

    def overviews(self) -> Overviews:
        return Overviews(
            watches=self.stores.watches,
            channel_settings=self.stores.preferences,
            sender=self.sender,
            pacing=self.pacing,
            responder=self.responder,
            permalinks=self.permalinks,
        )

    def lookups(self, polling: Polling) -> Lookups:
        return Lookups(
            autoenhance=self.autoenhance,
            snapshots=self.stores.looks,
            watches=self.stores.watches,
            polling=polling,
            sender=self.sender,
            responder=self.responder,
            retries=self.retries,
            now=self.now,
            beside_others=self.beside_others,
        )

    def watch_commands(self, overviews: Overviews) -> WatchCommands:
        return WatchCommands(
            autoenhance=self.autoenhance,
            watches=self.stores.watches,
            sender=self.sender,
            responder=self.responder,
            overviews=overviews,
            retries=self.retries,
            permalinks=self.permalinks,
            now=self.now,
            beside_others=self.beside_others,
        )

    def unfurls(self) -> Unfurls:
        return Unfurls(
            autoenhance=self.autoenhance,
            channel_settings=self.stores.preferences,
            channels=self.channels,
            sender=self.sender,
            responder=self.responder,
            retries=self.retries,
            now=self.now,
        )
