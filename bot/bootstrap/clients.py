"""The clients of Autoenhance's API and Slack's Web API, with their connections."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from httpx_aiohttp import AiohttpTransport

from bot.autoenhance.client import Autoenhance
from bot.autoenhance.limits import Limits
from bot.autoenhance.requests import Requests
from bot.autoenhance.responses import had_no_answer
from bot.core.errors import AutoenhanceError, KeyRefused
from bot.core.metrics import Metrics
from bot.core.network import Network
from bot.core.setting_values import revealed
from bot.core.settings import Settings
from bot.slack.api.client import CountedClient
from bot.storage.rate_limits.base import RateLimiter

Now = Callable[[], datetime]
SLACK_TIMEOUT_SECONDS = 15.0  # for one call of Slack's Web API
MAX_CONNECTIONS = 100  # to Autoenhance
DEFAULT_LIMITS = Limits()
KEY_REFUSED = (
    "Autoenhance rejected AUTOENHANCE_API_KEY. "
    "Copy a valid key from app.autoenhance.ai, under settings, account."
)


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_autoenhance(
    settings: Settings,
    *,
    rate_limiter: RateLimiter,
    metrics: Metrics,
    now: Now = utc_now,
    limits: Limits = DEFAULT_LIMITS,
) -> AsyncIterator[Autoenhance]:
    async with open_requests(
        settings, rate_limiter=rate_limiter, metrics=metrics, now=now, limits=limits
    ) as requests:
        yield autoenhance_of(settings, requests, now=now, limits=limits)


@asynccontextmanager
async def open_requests(
    settings: Settings, *, rate_limiter: RateLimiter, metrics: Metrics, now: Now, limits: Limits
) -> AsyncIterator[Requests]:
    async with http_client(settings.network, settings.autoenhance_api_url) as http:
        yield Requests(
            http,
            api_url=settings.autoenhance_api_url,
            version=settings.autoenhance_api_version,
            now=now,
            rate_limiter=rate_limiter,
            metrics=metrics,
            limits=limits,
        )


def autoenhance_of(settings: Settings, requests: Requests, *, now: Now, limits: Limits) -> Autoenhance:
    return Autoenhance(
        requests,
        key=settings.autoenhance_api_key,
        photo_days=settings.photo_days,
        now=now,
        limits=limits,
    )


def failure_cause(settings: Settings, error: AutoenhanceError) -> str:
    """A sentence that names the setting that keeps Autoenhance from answering. Empty if none does."""
    if isinstance(error, KeyRefused):
        return KEY_REFUSED
    if not had_no_answer(error):
        return ""
    return settings.network.cause_of("Autoenhance", settings.autoenhance_api_url, error)


def open_session() -> aiohttp.ClientSession:
    """One session for all calls to Slack. Without it, slack_sdk opens a connection for each call."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT_SECONDS))


def slack_client(settings: Settings, session: aiohttp.ClientSession, metrics: Metrics) -> CountedClient:
    url, network = settings.slack_api_url.rstrip("/") + "/", settings.network
    return CountedClient(
        metrics,
        token=revealed(settings.slack_bot_token),
        base_url=url,
        session=session,
        network=network,
        trusted=ssl_context(network, url),
    )


def ssl_context(network: Network, url: str) -> ssl.SSLContext:
    """The context that checks the certificate of this URL.

    It trusts SSL_CERT_FILE and SSL_CERT_DIR, if one is set. Otherwise it trusts what Mozilla trusts and what
    this machine trusts, because a company installs its own certificate there.
    """
    if url.startswith("http://"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # unused, and loading certificates takes 40 ms
    if network.ssl_cert_file or network.ssl_cert_dir:
        return ssl.create_default_context(
            cafile=network.ssl_cert_file or None, capath=network.ssl_cert_dir or None
        )
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


class _Transport(AiohttpTransport):
    """httpx's requests over aiohttp, with a third of the CPU. Raises only httpx's errors."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except httpx.HTTPError as error:
            if isinstance(error.__cause__, aiohttp.ClientConnectorError):
                raise  # its text has the host only, and its cause may be a certificate
            raise type(error)("its text may have the URL") from None
        except aiohttp.ClientError:  # no HTTP; the transport translates the others. Its text has the URL
            raise httpx.RemoteProtocolError("not an answer in HTTP") from None
        except ValueError:  # a header that cannot be sent. Its text may quote it
            raise httpx.LocalProtocolError("not a request in HTTP") from None


def http_client(network: Network, url: str, *, resolver: AbstractResolver | None = None) -> httpx.AsyncClient:
    """Does not let httpx read the environment: it fails at an IPv6 range in NO_PROXY.

    `resolver` finds the addresses of names. None: as this machine does.
    """
    context = ssl_context(network, url)

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=MAX_CONNECTIONS, resolver=resolver),
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=network.proxy_url(url),
        )

    transport = _Transport(verify=context, client=session)
    return httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)
