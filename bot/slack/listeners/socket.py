"""Socket Mode: the bot opens the connection, for machines that Slack cannot reach."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from time import time

import structlog
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.core import logging
from bot.core.errors import SlackBusy
from bot.core.metrics import Metrics
from bot.slack.api.client import CountedClient
from bot.slack.api.identity import explain
from bot.slack.api.responses import NO_CONNECTION
from bot.slack.listeners.metrics import RequestMetrics
from bot.slack.listeners.routes import Dispatch

PING_SECONDS = 10.0  # between two pings, and between two attempts to connect
OPEN_TIMEOUT_SECONDS = 15.0
log = structlog.get_logger(__name__)


class _Client(SocketModeClient):
    """Chooses the proxy for each connection, because Slack gives each connection another address."""

    def __init__(self, app_token: str, web: CountedClient) -> None:
        super().__init__(
            app_token=app_token, web_client=web, logger=logging.socket_mode(), ping_interval=PING_SECONDS
        )
        self._network = web.network

    async def issue_new_wss_url(self) -> str:
        url = await super().issue_new_wss_url()
        self.proxy = self._network.proxy_url(url)
        return url


class SocketMode:
    """`request` is entered for each request and left when its answer is sent."""

    def __init__(
        self,
        dispatch: Dispatch,
        app_token: str,
        web: CountedClient,
        request: Callable[[], AbstractContextManager[None]],
        metrics: Metrics,
    ) -> None:
        self._dispatch = dispatch
        self._web = web
        self._client = _Client(app_token, web)
        self._client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as Bolt does it
        self._request = request
        self._metrics = metrics

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:
        """As Bolt's own handler. Slack sends again what is not acked."""
        with self._request():
            counted, began = RequestMetrics(self._metrics), time()
            counted.read(req.payload)
            try:
                request = AsyncBoltRequest(mode="socket_mode", body=req.payload)
                response = await self._dispatch(request)
            except Exception:  # Bolt raises on some missing keys
                log.exception("payload cannot be read")
                counted.answered(HTTPStatus.BAD_REQUEST)
                return
            counted.answered(response.status)
            await send_async_response(client, req, response, began)

    async def open(self, *, within: float = OPEN_TIMEOUT_SECONDS) -> None:
        """Raises SlackBusy after `within` seconds, or SettingsError if a variable prevents the connection."""
        try:
            async with asyncio.timeout(within):
                await self._client.connect()  # type: ignore[no-untyped-call]  # slack_sdk left it bare
        except TimeoutError as late:
            await self.close()
            busy = SlackBusy(NO_CONNECTION)
            raise explain(self._web, self._client.wss_uri or self._web.base_url, busy) from late

    async def close(self) -> None:
        await self._client.close()  # type: ignore[no-untyped-call]  # slack_sdk left it bare

    async def connected(self) -> bool:
        return bool(await self._client.is_connected())
