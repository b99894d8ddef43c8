"""Slack's Web API, each call of it counted."""

import ssl
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.core.metrics import Metrics
from bot.core.network import Network
from bot.slack.api.responses import outcome


class CountedClient(AsyncWebClient):
    def __init__(
        self,
        metrics: Metrics,
        *,
        token: str,
        base_url: str,
        session: aiohttp.ClientSession,
        network: Network,
        trusted: ssl.SSLContext,
    ) -> None:
        # Its own retry handlers would post again without a word; post.py decides.
        super().__init__(token=token, base_url=base_url, session=session, ssl=trusted, retry_handlers=[])
        self.proxy = network.proxy_url(base_url)  # given as None, slack_sdk would take HTTPS_PROXY after all
        self.network = network
        self._metrics = metrics

    async def api_call(self, api_method: str, **options: Any) -> AsyncSlackResponse:
        with self._metrics.slack_call(api_method, outcome):
            return await super().api_call(api_method, **options)
