"""The door that we open ourselves: Socket Mode, for where Slack cannot call us."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient


class SocketDoor(AsyncSocketModeHandler):
    """`request` surrounds each request until its answer is on its way."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        web: AsyncWebClient,
        request: Callable[[], AbstractContextManager[None]],
    ) -> None:
        super().__init__(app, app_token, web_client=web)
        self._request = request

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # the base names the base client
        with self._request():
            await super().handle(client, req)

    async def open(self) -> None:
        await self.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk left it bare

    async def close(self) -> None:
        await self.client.close()  # type: ignore[no-untyped-call]  # slack_sdk left it bare

    async def connected(self) -> bool:
        return bool(await self.client.is_connected())
