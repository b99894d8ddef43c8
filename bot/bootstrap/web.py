"""The HTTP endpoints and Socket Mode: requests of Slack and Autoenhance, health and metrics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.types import ASGIApp

from bot.bootstrap.services import Services
from bot.bootstrap.storage import Storage
from bot.core import logging
from bot.core.setting_values import revealed
from bot.queue.outbox import Outbox
from bot.slack.api.client import CountedClient
from bot.slack.api.identity import probe_socket
from bot.slack.listeners.accounts import AccountListeners
from bot.slack.listeners.error_handler import ErrorHandler
from bot.slack.listeners.http import SlackEndpoint
from bot.slack.listeners.orders import OrderListeners
from bot.slack.listeners.routes import Dispatch, register, routes
from bot.slack.listeners.socket import SocketMode
from bot.slack.listeners.watches import WatchListeners
from bot.storage.readiness import Readiness
from bot.web.account_webhooks import AccountWebhooks
from bot.web.app import Answer, Ready, build_web
from bot.web.autoenhance_webhook import Identify, WebhookEndpoint, with_token
from bot.web.gauges import Gauges
from bot.web.metrics import MetricsEndpoint


@asynccontextmanager
async def open_web(services: Services) -> AsyncIterator[ASGIApp]:
    """Connects where Socket Mode is used. The caller serves the result. Raises SettingsError, SlackBusy."""
    settings, storage, sender = services.settings, services.storage, services.sender
    outbox, now = Outbox(storage.engine), storage.now
    given = (outbox.record, sender, now, services.identity.team_id)
    listeners, watches = OrderListeners(*given), WatchListeners(*given)
    accounts = AccountListeners(*given, services.ring)
    guard = ErrorHandler(listeners.unknown, sender, services.metrics)
    bolt = _bolt(services)
    register(bolt, listeners, watches, guard)
    dispatch = Dispatch(routes(listeners, watches, accounts), guard, bolt)
    readiness = _readiness(storage)
    async with _socket(services, dispatch, outbox) as socket:
        signing_secret = revealed(settings.slack_signing_secret)
        slack = (
            None if socket else SlackEndpoint(dispatch, signing_secret, outbox.request, now, services.metrics)
        )
        token, ring = settings.autoenhance_webhook_token, services.ring
        yield build_web(
            _ready(storage, readiness, socket),
            slack=slack,
            webhook=_webhook(services, with_token(token)) if token else None,
            account_webhook=(
                _webhook(services, AccountWebhooks(storage.stores.accounts, ring).team_of) if ring else None
            ),
            metrics=_metrics(services, readiness),
        )


def worker_web(services: Services) -> ASGIApp:
    """The endpoints of a worker: health and metrics."""
    readiness = _readiness(services.storage)
    return build_web(_ready(services.storage, readiness, None), metrics=_metrics(services, readiness))


def _webhook(services: Services, identify: Identify) -> Answer:
    wake = services.storage.stores.due_watches.wake
    return WebhookEndpoint(identify, wake, services.storage.now, services.metrics).answer


def _metrics(services: Services, readiness: Readiness) -> Answer | None:
    token, storage = services.settings.metrics_token, services.storage
    if token is None:
        return None
    clock = asyncio.get_running_loop().time
    watches = storage.stores.watches
    gauges = Gauges(storage.job_store, watches, readiness.writable, storage.now, clock)
    services.metrics.registry.register(gauges)
    return MetricsEndpoint(token, services.metrics.registry, gauges.refresh).answer


def _readiness(storage: Storage) -> Readiness:
    clock = asyncio.get_running_loop().time
    return Readiness(storage.job_store, storage.database.health, storage.now, clock)


def _ready(storage: Storage, readiness: Readiness, socket: SocketMode | None) -> Ready:
    async def ready() -> list[str]:
        return [
            *([] if await readiness.writable() else ["database"]),
            *([] if storage.engine.running else ["engine"]),
            *([] if socket is None or await socket.connected() else ["slack"]),
        ]

    return ready


def _bolt(services: Services) -> AsyncApp:
    """Gives Bolt the identity that was read at the start. Else Bolt asks Slack at the first request."""
    settings, identity = services.settings, services.identity
    authorized = AuthorizeResult(
        enterprise_id=identity.enterprise_id,
        team_id=identity.team_id,
        bot_user_id=identity.user_id,
        bot_id=identity.bot_id,
        bot_token=revealed(settings.slack_bot_token),
    )

    async def authorize(**_: Any) -> AuthorizeResult:
        return authorized

    return AsyncApp(
        name="order-desk",
        logger=logging.bolt(),
        signing_secret=revealed(settings.slack_signing_secret) or "socket mode is not signed",
        client=_bolt_client(services.web),
        authorize=authorize,
        request_verification_enabled=False,  # slack/listeners/http.py does it, and logs no body
        process_before_response=True,  # a listener only records and acks; otherwise Bolt waits 10 ms
    )


def _bolt_client(web: CountedClient) -> AsyncWebClient:
    """A client that Bolt requires and the bot never calls. It has no token, so that Bolt asks `authorize`."""
    client = AsyncWebClient(base_url=web.base_url, session=web.session, ssl=web.ssl)
    client.proxy = web.proxy
    return client


@asynccontextmanager
async def _socket(services: Services, dispatch: Dispatch, outbox: Outbox) -> AsyncIterator[SocketMode | None]:
    settings = services.settings
    if settings.slack_app_token is None:
        yield None
        return
    token = revealed(settings.slack_app_token)
    await probe_socket(services.web, token)
    socket_mode = SocketMode(dispatch, token, services.web, outbox.request, services.metrics)
    await socket_mode.open()
    try:
        yield socket_mode
    finally:
        await socket_mode.close()
