"""Slack's Web API, each call of it counted."""

from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.core.metrics import Metrics
from bot.slack.api.responses import outcome


class CountedClient(AsyncWebClient):
    def __init__(
        self, metrics: Metrics, *, token: str, base_url: str, session: aiohttp.ClientSession
    ) -> None:
        # Its own retry handlers would post again without a word; post.py decides.
        super().__init__(token=token, base_url=base_url, session=session, retry_handlers=[])
        self._metrics = metrics

    async def api_call(self, api_method: str, **options: Any) -> AsyncSlackResponse:
        with self._metrics.slack_call(api_method, outcome):
            return await super().api_call(api_method, **options)
