"""Slack's Web API. Each call is counted and timed."""

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
        # slack_sdk's own retry handlers would post twice without saying so. sender.py decides about retries.
        super().__init__(token=token, base_url=base_url, session=session, ssl=trusted, retry_handlers=[])
        self.proxy = network.proxy_url(base_url)  # proxy=None would mean HTTPS_PROXY
        self.network = network
        self._metrics = metrics

    async def api_call(self, api_method: str, **options: Any) -> AsyncSlackResponse:
        with self._metrics.slack_call(api_method, outcome):
            return await super().api_call(api_method, **options)
