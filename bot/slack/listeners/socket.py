"""The door that we open ourselves: Socket Mode, for where Slack cannot call us."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from time import time

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.metrics import Metrics
from bot.slack.listeners.counting import Seen

log = structlog.get_logger(__name__)


class SocketDoor(AsyncSocketModeHandler):
    """`request` surrounds each request until its answer is on its way."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        web: AsyncWebClient,
        request: Callable[[], AbstractContextManager[None]],
        metrics: Metrics,
    ) -> None:
        super().__init__(app, app_token, web_client=web)
        self._request = request
        self._metrics = metrics

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # the base names the base client
        """As the base does it; what is not acknowledged, Slack sends again."""
        with self._request():
            seen, began = Seen(self._metrics), time()
            seen.read(req.payload)
            try:
                response = await run_async_bolt_app(self.app, req)
            except Exception:  # Bolt stumbles over some missing keys
                log.exception("payload cannot be read")
                seen.answered(HTTPStatus.BAD_REQUEST)
                return
            seen.answered(response.status)
            await send_async_response(client, req, response, began)

    async def open(self) -> None:
        await self.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk left it bare

    async def close(self) -> None:
        await self.client.close()  # type: ignore[no-untyped-call]  # slack_sdk left it bare

    async def connected(self) -> bool:
        return bool(await self.client.is_connected())
