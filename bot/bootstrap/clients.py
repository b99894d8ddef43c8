"""The two outside: Autoenhance's API and Slack's, each with its connections."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import httpx

from bot.autoenhance.client import Autoenhance
from bot.autoenhance.limits import Limits
from bot.core.metrics import Metrics
from bot.core.settings import Settings, revealed
from bot.slack.api.client import CountedClient
from bot.storage.rate_limits.base import Meter

Now = Callable[[], datetime]
SLACK_TIMEOUT = 15.0  # seconds for one call of Slack's Web API
USUAL = Limits()


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_autoenhance(
    settings: Settings, *, meter: Meter, metrics: Metrics, now: Now = utc_now, limits: Limits = USUAL
) -> AsyncIterator[Autoenhance]:
    async with httpx.AsyncClient(follow_redirects=False) as http:
        yield Autoenhance(
            http,
            api_url=settings.autoenhance_api_url.rstrip("/"),
            key=settings.autoenhance_api_key,
            version=settings.autoenhance_api_version,
            now=now,
            meter=meter,
            metrics=metrics,
            limits=limits,
        )


def open_session() -> aiohttp.ClientSession:
    """One for all calls to Slack: without it slack_sdk opens a connection for each."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT))


def slack_client(settings: Settings, session: aiohttp.ClientSession, metrics: Metrics) -> CountedClient:
    url = settings.slack_api_url.rstrip("/") + "/"
    return CountedClient(metrics, token=revealed(settings.slack_bot_token), base_url=url, session=session)
