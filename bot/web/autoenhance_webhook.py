"""The endpoint for Autoenhance's webhook: with the value in the settings, or with an account's own."""

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

Identify = Callable[[Request], Awaitable[str | None]]
Wake = Callable[[OrderId, datetime, int, str | None], Awaitable[None]]


class Unauthentic(Exception):
    """The call is not from Autoenhance. What the caller is told."""


def with_token(token: SecretStr) -> Identify:
    """For calls with AUTOENHANCE_WEBHOOK_TOKEN. They wake the watches of every team."""

    async def identify(request: Request) -> None:
        if not webhook.is_authentic(request.headers, token):
            raise Unauthentic("the authentication value is not AUTOENHANCE_WEBHOOK_TOKEN")

    return identify


class WebhookEndpoint:
    """Answers 200 to every call that is well formed and authentic, even if no one watches the order."""

    def __init__(self, identify: Identify, wake: Wake, now: Callable[[], datetime], metrics: Metrics) -> None:
        """`identify` returns the team whose watches a call wakes. None: every team's. Raises Unauthentic.

        `wake` makes an order due: its ID, the time, how many photos the call stands for, and the team.
        """
        self._identify = identify
        self._wake = wake
        self._now = now
        self._metrics = metrics

    async def answer(self, request: Request) -> Response:
        response = await self._answer(request)
        self._metrics.webhook_call(OUTCOMES[HTTPStatus(response.status_code)])
        return response

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._taken(request, await self._identify(request))
        except Unauthentic as error:
            return _plain(HTTPStatus.UNAUTHORIZED, str(error))
        except ClientDisconnect:
            return _plain(HTTPStatus.REQUEST_TIMEOUT, "the client is gone")  # and reads no answer
        except Malformed:
            return _plain(HTTPStatus.BAD_REQUEST, "not a JSON object")
        except DatabaseFailed:  # the order is checked as planned; another call may succeed
            log.debug("a webhook call could not be recorded")
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE, "not now")

    async def _taken(self, request: Request, team_id: str | None) -> Response:
        body = await _read(request)
        if body is None:
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
        if event := webhook.read(body):
            await self._wake(event.order, self._now() + SETTLE_TIME, PHOTOS_COUNTED[event.kind], team_id)
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
