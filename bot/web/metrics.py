"""The endpoint for Prometheus: `GET /metrics`."""

import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


class MetricsEndpoint:
    """Needs the token, because the port is public where Slack calls over HTTP."""

    def __init__(
        self, token: SecretStr, registry: CollectorRegistry, refresh: Callable[[], Awaitable[None]]
    ) -> None:
        """`refresh` is awaited before each read of `registry`."""
        self._token = token.get_secret_value().encode()
        self._registry = registry
        self._refresh = refresh

    async def answer(self, request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        authentic = hmac.compare_digest(given.strip().encode(), self._token)  # in constant time
        if scheme.lower() != "bearer" or not authentic:
            says = "the bearer token is not METRICS_TOKEN"
            return PlainTextResponse(says, HTTPStatus.UNAUTHORIZED, {"www-authenticate": "Bearer"})
        await self._refresh()
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(self._registry), headers={"content-type": content_type})
