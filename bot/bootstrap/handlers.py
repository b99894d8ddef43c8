"""Makes the handlers, and gives each the stores and clients that it uses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from bot.autoenhance.client import Autoenhance
from bot.autoenhance.previews import Previews
from bot.bootstrap.clients import autoenhance_of, open_requests
from bot.bootstrap.previews import open_previews
from bot.bootstrap.services import Services
from bot.handlers.account_keys import AccountKeys
from bot.handlers.accounts import AccountCommands
from bot.handlers.card_pictures import CardPictures
from bot.handlers.claims import Claims
from bot.handlers.contact_sheets import ContactSheets
from bot.handlers.dispatch import Dispatcher, Table, account_table, picture_table, table
from bot.handlers.key_use import KeyUse
from bot.handlers.last_calls import LastCallPosts
from bot.handlers.lookups import Lookups
from bot.handlers.notifier import Notifier
from bot.handlers.outages import Retries
from bot.handlers.overviews import Overviews
from bot.handlers.pairs import DrawnPairs, PairPosts
from bot.handlers.paused import PausedPlaces
from bot.handlers.picture_needs import PictureNeeds
from bot.handlers.picture_uploads import PictureUploads
from bot.handlers.pictures import PictureCards
from bot.handlers.polling import Polling
from bot.handlers.searches import Searches
from bot.handlers.stops import Stops
from bot.handlers.time_zones import TimeZones
from bot.handlers.unfurls import Unfurls
from bot.handlers.watches import WatchCommands
from bot.pictures import sheet
from bot.queue.runner import JobRunner
from bot.slack.api.access import AccessPolicy
from bot.slack.api.channels import Channels
from bot.slack.api.people import Profiles
from bot.slack.api.responder import Responder
from bot.slack.render.permalinks import Permalinks
from bot.watches.transitions import Rules


@asynccontextmanager
async def open_job_runner(services: Services) -> AsyncIterator[JobRunner]:
    """The job runner, with its handlers and a client of Autoenhance.

    On PostgreSQL the client shares no finished answers, because other processes may draw newer ones.
    """
    storage, limits = services.storage, services.timing.limits
    settings, now = services.settings, storage.now
    limits = replace(limits, fresh_for=0) if settings.on_postgres else limits
    opening = open_requests(
        settings, rate_limiter=storage.rate_limiter, metrics=services.metrics, now=now, limits=limits
    )
    async with opening as requests, open_previews(settings, requests, limits=limits) as previews:
        autoenhance = autoenhance_of(settings, requests, now=now, limits=limits)
        dispatcher = _dispatcher(services, autoenhance, previews)
        yield JobRunner(storage.job_store, dispatcher, now, services.metrics)


def _dispatcher(services: Services, autoenhance: Autoenhance, previews: Previews) -> Dispatcher:
    made = _Handlers(services, autoenhance)
    polling, overviews = made.polling(), made.overviews()
    commands = made.watch_commands()
    handlers = table(
        made.lookups(polling),
        commands,
        overviews,
        made.unfurls(),
        polling,
        claims=made.claims(),
        stops=made.stops(overviews),
        last_calls=made.last_calls(),
        time_zones=made.time_zones,
        searches=made.searches,
        key_use=made.key_use,
        paused=PausedPlaces(made.stores.watches, made.sender, made.now),
    )
    handlers |= account_table(made.accounts(overviews)) | _pictures(made, previews)
    access = AccessPolicy(made.channels, services.identity.team_id, services.identity.enterprise_id)
    return Dispatcher(handlers, access, made.responder, made.retries, commands.forget)


def _pictures(made: "_Handlers", previews: Previews) -> Table:
    sheets = ContactSheets(made.key_use.used, previews.enhanced, sheet.contact_sheet)
    drawn = DrawnPairs(made.key_use.used, previews.original, previews.enhanced, sheet.pair, sheets.drawing)
    return picture_table(made.picture_cards(sheets), made.pairs(drawn))


class _Handlers:
    """Makes each handler. Handlers share one object of each client and store."""

    def __init__(self, services: Services, autoenhance: Autoenhance) -> None:
        self.autoenhance = autoenhance
        self.stores = services.storage.stores
        self.job_store = services.storage.job_store
        self.sender = services.sender
        self.pacing = services.pacing
        self.files = services.files
        self.picture_days = services.settings.picture_days
        self.metrics = services.metrics
        self.now = services.storage.now
        self.record = services.storage.engine.add
        self.several_processes = services.settings.on_postgres
        self.rules = Rules(lasts=timedelta(days=services.settings.watch_days))
        self.account_keys = AccountKeys(
            self.stores.accounts, services.ring, services.settings.autoenhance_api_key, self.now
        )
        self.permalinks = Permalinks(services.identity.url)
        self.channels = Channels(services.web, services.pacing, self.now)
        self.responder = Responder(services.sender)
        profiles = Profiles(services.web, services.identity.scopes)
        self.time_zones = TimeZones(self.stores.people, profiles, self.responder)
        self.card_pictures = CardPictures(self.stores.pictures, self.now)
        settings = self.stores.channel_settings
        self.picture_needs = PictureNeeds(
            self.account_keys, settings, self.channels, self.files, sheet.available
        )
        self.picture_uploads = PictureUploads(self.stores.pictures, self.files, self.now)
        self.retries = Retries(self.responder, self.now, services.timing.first_pause, services.timing.slow)
        self.key_use = KeyUse(self.account_keys, self.sender, self.record, self.now)
        self.searches = Searches(self.autoenhance, self.key_use, self.responder, self.retries, self.now)

    def polling(self) -> Polling:
        notifier = Notifier(
            watches=self.stores.watches,
            channel_settings=self.stores.channel_settings,
            card_pictures=self.card_pictures,
            channels=self.channels,
            sender=self.sender,
            pacing=self.pacing,
            rules=self.rules,
            metrics=self.metrics,
            now=self.now,
        )
        return Polling(
            autoenhance=self.autoenhance,
            key_use=self.key_use,
            watches=self.stores.watches,
            history=self.stores.history,
            notifier=notifier,
            sender=self.sender,
            responder=self.responder,
            record=self.record,
            rules=self.rules,
            now=self.now,
            several_processes=self.several_processes,
        )

    def overviews(self) -> Overviews:
        return Overviews(
            watches=self.stores.watches,
            channel_settings=self.stores.channel_settings,
            picture_needs=self.picture_needs,
            sender=self.sender,
            pacing=self.pacing,
            responder=self.responder,
            permalinks=self.permalinks,
            account_keys=self.account_keys,
        )

    def accounts(self, overviews: Overviews) -> AccountCommands:
        return AccountCommands(
            accounts=self.stores.accounts,
            ring=self.account_keys.ring,
            autoenhance=self.autoenhance,
            overviews=overviews,
            job_store=self.job_store,
            record=self.record,
            sender=self.sender,
            responder=self.responder,
            retries=self.retries,
            now=self.now,
        )

    def lookups(self, polling: Polling) -> Lookups:
        return Lookups(
            autoenhance=self.autoenhance,
            key_use=self.key_use,
            searches=self.searches,
            snapshots=self.stores.snapshots,
            watches=self.stores.watches,
            history=self.stores.history,
            channel_settings=self.stores.channel_settings,
            card_pictures=self.card_pictures,
            picture_needs=self.picture_needs,
            polling=polling,
            sender=self.sender,
            responder=self.responder,
            retries=self.retries,
            now=self.now,
            several_processes=self.several_processes,
        )

    def watch_commands(self) -> WatchCommands:
        return WatchCommands(
            autoenhance=self.autoenhance,
            key_use=self.key_use,
            watches=self.stores.watches,
            channel_settings=self.stores.channel_settings,
            card_pictures=self.card_pictures,
            sender=self.sender,
            responder=self.responder,
            retries=self.retries,
            permalinks=self.permalinks,
            time_zones=self.time_zones,
            now=self.now,
            several_processes=self.several_processes,
        )

    def claims(self) -> Claims:
        return Claims(self.stores.watches, self.sender, self.responder, self.now)

    def stops(self, overviews: Overviews) -> Stops:
        return Stops(self.stores.watches, self.job_store, self.responder, overviews, self.now)

    def unfurls(self) -> Unfurls:
        return Unfurls(
            autoenhance=self.autoenhance,
            key_use=self.key_use,
            channel_settings=self.stores.channel_settings,
            channels=self.channels,
            sender=self.sender,
            responder=self.responder,
            retries=self.retries,
            now=self.now,
        )

    def pairs(self, drawn: DrawnPairs) -> PairPosts:
        return PairPosts(
            autoenhance=self.autoenhance,
            key_use=self.key_use,
            pictures=self.stores.pictures,
            uploads=self.picture_uploads,
            card_pictures=self.card_pictures,
            needs=self.picture_needs,
            drawn=drawn,
            sender=self.sender,
            pacing=self.pacing,
            responder=self.responder,
            retries=self.retries,
            picture_days=self.picture_days,
            now=self.now,
        )

    def picture_cards(self, sheets: ContactSheets) -> PictureCards:
        return PictureCards(
            autoenhance=self.autoenhance,
            key_use=self.key_use,
            watches=self.stores.watches,
            history=self.stores.history,
            channel_settings=self.stores.channel_settings,
            pictures=self.stores.pictures,
            card_pictures=self.card_pictures,
            needs=self.picture_needs,
            sheets=sheets,
            channels=self.channels,
            files=self.files,
            uploads=self.picture_uploads,
            sender=self.sender,
            responder=self.responder,
            back_off=self.retries.back_off,
            picture_days=self.picture_days,
            now=self.now,
            several_processes=self.several_processes,
        )

    def last_calls(self) -> LastCallPosts:
        return LastCallPosts(
            autoenhance=self.autoenhance,
            key_use=self.key_use,
            last_calls=self.stores.last_calls,
            channel_settings=self.stores.channel_settings,
            channels=self.channels,
            sender=self.sender,
            pacing=self.pacing,
            metrics=self.metrics,
            now=self.now,
            several_processes=self.several_processes,
        )
