"""The composition root: opens, makes and wires everything, and closes it in reverse."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot import logs
from bot.autoenhance.client import Limits
from bot.clients import open_autoenhance, open_session, slack_client, utc_now
from bot.database import Database, only_process
from bot.hooks import WebhookDoor
from bot.jobs.embedded import EmbeddedEngine
from bot.jobs.intake import Intake
from bot.jobs.ledger import Ledger
from bot.jobs.tools import Tools
from bot.jobs.work import Work
from bot.settings import Settings, revealed
from bot.slack.admission import Admission, Home
from bot.slack.answers import Answers
from bot.slack.channels import Channels
from bot.slack.doors import register
from bot.slack.guard import Guard
from bot.slack.http import SlackDoor
from bot.slack.links import Links
from bot.slack.listeners import Listeners
from bot.slack.pacing import BETWEEN, Pacing
from bot.slack.post import Post
from bot.slack.probe import Identity, identify, probe_socket
from bot.slack.socket import SocketDoor
from bot.slack.watch_listeners import WatchListeners
from bot.stores import Stores
from bot.watches.steps import Rules
from bot.watches.watcher import Watcher
from bot.web import Ready, build_web

DRAIN = 15.0  # seconds for what runs; with uvicorn's five for open connections, twenty in all

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Pace:
    """How patient the bot is; tests are in more of a hurry than people."""

    limits: Limits = field(default_factory=Limits)
    first_pause: float = 2.0  # seconds before a job that had to wait is tried again; doubles each time
    tick: float = 1.0  # seconds between two sweeps of the watches
    between: float = BETWEEN  # seconds between two messages in one channel


USUAL = Pace()


@dataclass(frozen=True)
class Desk:
    """Everything, running. `web` is to be served by whoever opened it."""

    web: Starlette
    engine: EmbeddedEngine
    watcher: Watcher
    identity: Identity


@asynccontextmanager
async def open_desk(settings: Settings, *, now: Now = utc_now, pace: Pace = USUAL) -> AsyncIterator[Desk]:
    """Takes up the jobs that were left over, and connects where Socket Mode is used.

    Raises SettingsError when Slack refuses a token or another process has the database, and SlackBusy
    when Slack does not answer. On leaving, finishes what runs; what waits stays for the next start.
    """
    async with AsyncExitStack() as opened:
        opened.enter_context(only_process(settings.database_path))
        database = await opened.enter_async_context(Database.opened(settings.database_path))
        session = await opened.enter_async_context(open_session())
        orders = await opened.enter_async_context(open_autoenhance(settings, now=now, limits=pace.limits))
        web = slack_client(settings, session)
        identity = await identify(web)
        post = Post(web, session, Pacing(pace.between))
        engine = EmbeddedEngine(Ledger(database), now=now)
        stores = await Stores.prepared(database, now())
        channels = Channels(post, now)
        tools = Tools(
            orders=orders,
            stores=stores,
            post=post,
            answers=Answers(post),
            channels=channels,
            admission=Admission(Home(identity.team_id, identity.enterprise_id), channels),
            links=Links(identity.url),
            rules=Rules(lasts=timedelta(days=settings.watch_days)),
            now=now,
            record=engine.add,
            first_pause=pace.first_pause,
        )
        await engine.start(Work(tools))
        opened.push_async_callback(engine.drain, DRAIN)
        watcher = Watcher(stores, engine, now, tick=pace.tick)
        opened.push_async_callback(_stopped, watcher, asyncio.create_task(watcher.run()))
        intake = Intake(engine)
        app = _bolt(settings, session, identity)
        listeners = Listeners(intake.record, post, now)
        register(app, listeners, WatchListeners(intake.record, post, now), Guard(listeners.unknown, post))
        socket = await opened.enter_async_context(_socket(settings, app, web, intake))
        signing_secret = revealed(settings.slack_signing_secret)
        slack = None if socket else SlackDoor(app, signing_secret, intake.request, now)
        token = settings.autoenhance_webhook_token
        webhook = WebhookDoor(token, stores.agenda.wake, now).answer if token else None
        ready = _readiness(database, engine, socket)
        yield Desk(build_web(slack, webhook, ready), engine, watcher, identity)


async def _stopped(watcher: Watcher, sweeping: asyncio.Task[None]) -> None:
    watcher.close()
    await sweeping


def _readiness(database: Database, engine: EmbeddedEngine, socket: SocketDoor | None) -> Ready:
    async def ready() -> list[str]:
        return [
            *([] if await _answers(database) else ["database"]),
            *([] if engine.running else ["engine"]),
            *([] if socket is None or await socket.connected() else ["slack"]),
        ]

    return ready


def _bolt(settings: Settings, session: aiohttp.ClientSession, identity: Identity) -> AsyncApp:
    """Who we are was asked at the start; by itself Bolt would ask again while the first person waits."""
    known = AuthorizeResult(
        enterprise_id=identity.enterprise_id,
        team_id=identity.team_id,
        bot_user_id=identity.user_id,
        bot_id=identity.bot_id,
        bot_token=revealed(settings.slack_bot_token),
    )

    async def authorize(**_: Any) -> AuthorizeResult:
        return known

    return AsyncApp(
        name="order-desk",
        logger=logs.bolt(),
        signing_secret=revealed(settings.slack_signing_secret) or "socket mode is not signed",
        client=AsyncWebClient(base_url=settings.slack_api_url.rstrip("/") + "/", session=session),
        authorize=authorize,
        request_verification_enabled=False,  # slack/http.py does it, and logs no body
        process_before_response=True,  # a listener only records and acks; Bolt's own way waits 10 ms
    )


@asynccontextmanager
async def _socket(
    settings: Settings, app: AsyncApp, web: AsyncWebClient, intake: Intake
) -> AsyncIterator[SocketDoor | None]:
    if settings.slack_app_token is None:
        yield None
        return
    token = revealed(settings.slack_app_token)
    await probe_socket(web, token)
    door = SocketDoor(app, token, web, intake.request)
    await door.open()
    try:
        yield door
    finally:
        await door.close()


async def _answers(database: Database) -> bool:
    with suppress(sqlite3.Error):
        await database.run(lambda sql: sql.execute("SELECT 1"))
        return True
    return False
