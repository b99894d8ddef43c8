"""The endpoint for Autoenhance's webhook."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog
from pydantic import SecretStr
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from bot.autoenhance import webhook
from bot.autoenhance.webhook import EventKind, Malformed
from bot.core.errors import DatabaseFailed
from bot.core.metrics import Metrics
from bot.orders.ids import OrderId
from bot.storage.due_watches import ENOUGH

MAX_BODY_BYTES = 64 * 1024  # a real call has a few hundred bytes
SETTLE_TIME = timedelta(seconds=3)  # until the check: forty photos that end together cause one check
OUTCOMES = {
    HTTPStatus.OK: "ok",
    HTTPStatus.BAD_REQUEST: "unreadable",
    HTTPStatus.UNAUTHORIZED: "unauthentic",
    HTTPStatus.REQUEST_TIMEOUT: "cut",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.SERVICE_UNAVAILABLE: "refused",
}
PHOTOS_COUNTED = {EventKind.TURN: ENOUGH, EventKind.PHOTO: 1}
log = structlog.get_logger(__name__)

Wake = Callable[[OrderId, datetime, int], Awaitable[None]]


class WebhookEndpoint:
    """Answers 200 to every call that is well formed and authentic, even if no one watches the order."""

    def __init__(self, token: SecretStr, wake: Wake, now: Callable[[], datetime], metrics: Metrics) -> None:
        """`wake` makes an order due: its ID, the time, and how many photos the call stands for."""
        self._token = token
        self._wake = wake
        self._now = now
        self._metrics = metrics

    async def answer(self, request: Request) -> Response:
        response = await self._answer(request)
        self._metrics.webhook_call(OUTCOMES[HTTPStatus(response.status_code)])
        return response

    async def _answer(self, request: Request) -> Response:
        if not webhook.is_authentic(request.headers, self._token):
            return _plain(
                HTTPStatus.UNAUTHORIZED, "the authentication value is not AUTOENHANCE_WEBHOOK_TOKEN"
            )
        try:
            body = await _read(request)
        except ClientDisconnect:
            return _plain(HTTPStatus.REQUEST_TIMEOUT, "the client is gone")  # and reads no answer
        if body is None:
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
        try:
            event = webhook.read(body)
        except Malformed:
            return _plain(HTTPStatus.BAD_REQUEST, "not a JSON object")
        try:
            if event:
                await self._wake(event.order, self._now() + SETTLE_TIME, PHOTOS_COUNTED[event.kind])
        except DatabaseFailed:  # the order is checked as planned; another call may succeed
            log.debug("a webhook call could not be recorded")
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE, "not now")
        return _plain(HTTPStatus.OK, "thank you")


async def _read(request: Request) -> bytes | None:
    """None when the body is too large. Counts the bytes, and does not trust Content-Length."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _plain(status: HTTPStatus, text: str) -> Response:
    return PlainTextResponse(text, status)
