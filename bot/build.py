"""The composition root: opens, makes and wires everything, and closes it in reverse."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import httpx
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot import logs
from bot.autoenhance.client import Autoenhance, Limits
from bot.database import Database, only_process
from bot.jobs.embedded import EmbeddedEngine
from bot.jobs.intake import Intake
from bot.jobs.ledger import Ledger
from bot.jobs.work import Work
from bot.looks import Looks
from bot.settings import Settings
from bot.slack.admission import Admission, Home
from bot.slack.channels import Channels
from bot.slack.doors import register
from bot.slack.guard import Guard
from bot.slack.http import SlackDoor
from bot.slack.listeners import Listeners
from bot.slack.post import Post
from bot.slack.probe import Identity, identify, probe_socket
from bot.slack.socket import SocketDoor
from bot.web import build_web

DRAIN = 15.0  # seconds for what runs; with uvicorn's five for open connections, twenty in all
SLACK_TIMEOUT = 15.0  # seconds for one call of Slack's Web API

Now = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Pace:
    """How patient the bot is; tests are in more of a hurry than people."""

    limits: Limits = field(default_factory=Limits)
    first_pause: float = 2.0  # seconds before a job that had to wait is tried again; doubles each time


USUAL = Pace()


@dataclass(frozen=True)
class Desk:
    """Everything, running. `web` is to be served by whoever opened it."""

    web: Starlette
    engine: EmbeddedEngine
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
        post = Post(web, session)
        looks = Looks(database)
        await looks.prepare(now())
        admission = Admission(Home(identity.team_id, identity.enterprise_id), Channels(post, now))
        work = Work(orders, looks, admission, post, now, first_pause=pace.first_pause)
        engine = EmbeddedEngine(Ledger(database), work, now=now)
        intake = Intake(engine)
        app = _bolt(settings, session, identity)
        listeners = Listeners(intake.record, post, now)
        register(app, listeners, Guard(listeners.unknown, post))
        await engine.start()
        opened.push_async_callback(engine.drain, DRAIN)
        socket = await opened.enter_async_context(_socket(settings, app, web, intake))
        http = (
            None if socket else SlackDoor(app, _revealed(settings.slack_signing_secret), intake.request, now)
        )

        async def ready() -> list[str]:
            return [
                *([] if await _answers(database) else ["database"]),
                *([] if engine.running else ["engine"]),
                *([] if socket is None or await socket.connected() else ["slack"]),
            ]

        yield Desk(build_web(http, ready), engine, identity)


@asynccontextmanager
async def open_autoenhance(
    settings: Settings, *, now: Now = utc_now, limits: Limits = USUAL.limits
) -> AsyncIterator[Autoenhance]:
    async with httpx.AsyncClient(follow_redirects=False) as http:
        yield Autoenhance(
            http,
            api_url=settings.autoenhance_api_url.rstrip("/"),
            key=settings.autoenhance_api_key,
            version=settings.autoenhance_api_version,
            now=now,
            limits=limits,
        )


def open_session() -> aiohttp.ClientSession:
    """One for all calls to Slack: without it slack_sdk opens a connection for each."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT))


def slack_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        token=_revealed(settings.slack_bot_token),
        base_url=settings.slack_api_url.rstrip("/") + "/",
        session=session,
        retry_handlers=[],  # its own would post again without a word; post.py decides
    )


def _bolt(settings: Settings, session: aiohttp.ClientSession, identity: Identity) -> AsyncApp:
    """Who we are was asked at the start; by itself Bolt would ask again while the first person waits."""
    known = AuthorizeResult(
        enterprise_id=identity.enterprise_id,
        team_id=identity.team_id,
        bot_user_id=identity.user_id,
        bot_id=identity.bot_id,
        bot_token=_revealed(settings.slack_bot_token),
    )

    async def authorize(**_: Any) -> AuthorizeResult:
        return known

    return AsyncApp(
        name="order-desk",
        logger=logs.bolt(),
        signing_secret=_revealed(settings.slack_signing_secret) or "socket mode is not signed",
        client=AsyncWebClient(base_url=settings.slack_api_url.rstrip("/") + "/", session=session),
        authorize=authorize,
        process_before_response=True,  # a listener only records and acks; Bolt's own way waits 10 ms
    )


@asynccontextmanager
async def _socket(
    settings: Settings, app: AsyncApp, web: AsyncWebClient, intake: Intake
) -> AsyncIterator[SocketDoor | None]:
    if settings.slack_app_token is None:
        yield None
        return
    token = _revealed(settings.slack_app_token)
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


def _revealed(secret: Any) -> str:
    return secret.get_secret_value() if secret else ""
