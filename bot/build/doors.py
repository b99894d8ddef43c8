"""The doors: what Slack and Autoenhance call, and what watches over the process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot import logs
from bot.build.ground import Ground
from bot.build.parts import Parts
from bot.clients import slack_client
from bot.errors import DatabaseFailed
from bot.hooks import WebhookDoor
from bot.jobs.intake import Intake
from bot.settings import Settings, revealed
from bot.slack.doors import register
from bot.slack.guard import Guard
from bot.slack.http import SlackDoor
from bot.slack.listeners import Listeners
from bot.slack.probe import Identity, probe_socket
from bot.slack.socket import SocketDoor
from bot.slack.watch_listeners import WatchListeners
from bot.web import Ready, build_web


@asynccontextmanager
async def open_doors(parts: Parts) -> AsyncIterator[Starlette]:
    """Connects where Socket Mode is used; what it yields is to be served. Raises SettingsError, SlackBusy."""
    settings, ground, post = parts.settings, parts.ground, parts.post
    intake, now = Intake(ground.engine), ground.now
    app = _bolt(settings, parts.session, parts.identity)
    listeners = Listeners(intake.record, post, now)
    register(app, listeners, WatchListeners(intake.record, post, now), Guard(listeners.unknown, post))
    async with _socket(settings, app, slack_client(settings, parts.session), intake) as socket:
        signing_secret = revealed(settings.slack_signing_secret)
        slack = None if socket else SlackDoor(app, signing_secret, intake.request, now)
        token = settings.autoenhance_webhook_token
        webhook = WebhookDoor(token, ground.stores.agenda.wake, now).answer if token else None
        yield build_web(slack, webhook, _readiness(ground, socket))


def _readiness(ground: Ground, socket: SocketDoor | None) -> Ready:
    async def ready() -> list[str]:
        return [
            *([] if await _answers(ground) else ["database"]),
            *([] if ground.engine.running else ["engine"]),
            *([] if socket is None or await socket.connected() else ["slack"]),
        ]

    return ready


async def _answers(ground: Ground) -> bool:
    with suppress(DatabaseFailed):
        await ground.database.run(lambda sql: sql.do("SELECT 1"))
        return True
    return False


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
