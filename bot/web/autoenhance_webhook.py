"""The HTTP door for Autoenhance's webhook."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.autoenhance import webhook
from bot.autoenhance.webhook import EventKind, Malformed
from bot.core.errors import DatabaseFailed
from bot.core.metrics import Metrics
from bot.orders.ids import OrderId
from bot.storage.due_watches import ENOUGH

MAX_BODY_BYTES = 64 * 1024  # a call has a few hundred
SETTLE_TIME = timedelta(seconds=3)  # until we look: forty photos that end together are one look
OUTCOMES = {
    HTTPStatus.OK: "ok",
    HTTPStatus.BAD_REQUEST: "unreadable",
    HTTPStatus.UNAUTHORIZED: "unauthentic",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.SERVICE_UNAVAILABLE: "refused",
}
WORTH = {EventKind.TURN: ENOUGH, EventKind.PHOTO: 1}  # photos
log = structlog.get_logger(__name__)

Wake = Callable[[OrderId, datetime, int], Awaitable[None]]


class WebhookEndpoint:
    """Answers 200 to whatever is well formed and authentic, whether or not anybody watches the order."""

    def __init__(self, token: SecretStr, wake: Wake, now: Callable[[], datetime], metrics: Metrics) -> None:
        """`wake` is the agenda's."""
        self._token = token
        self._wake = wake
        self._now = now
        self._metrics = metrics

    async def answer(self, request: Request) -> Response:
        answer = await self._answer(request)
        self._metrics.webhook_call(OUTCOMES[HTTPStatus(answer.status_code)])
        return answer

    async def _answer(self, request: Request) -> Response:
        if not webhook.is_authentic(request.headers, self._token):
            return _plain(
                HTTPStatus.UNAUTHORIZED, "the authentication value is not AUTOENHANCE_WEBHOOK_TOKEN"
            )
        body = await _read(request)
        if body is None:
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
        try:
            hint = webhook.read(body)
        except Malformed:
            return _plain(HTTPStatus.BAD_REQUEST, "not a JSON object")
        try:
            if hint:
                await self._wake(hint.order, self._now() + SETTLE_TIME, WORTH[hint.news])
        except DatabaseFailed:  # looked at as planned; whoever calls again is welcome
            log.debug("the webhook's call could not be written")
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE, "not now")
        return _plain(HTTPStatus.OK, "thank you")


async def _read(request: Request) -> bytes | None:
    """None when it is too large, however large it claims to be."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            return None
    return body


def _plain(status: HTTPStatus, text: str) -> Response:
    return PlainTextResponse(text, status)
