"""The endpoint that Slack calls over HTTP: `POST /slack/events`."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from http import HTTPStatus

import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.core.metrics import Metrics
from bot.slack.listeners.metrics import RequestMetrics

log = structlog.get_logger(__name__)
_TIMESTAMP_HEADER, _SIGNATURE_HEADER = "x-slack-request-timestamp", "x-slack-signature"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_LENGTH = re.compile(r"[0-9]{1,15}")
MAX_AGE_SECONDS = 300  # as the verifier has it
MAX_BODY_BYTES = 1_048_576  # a message shortcut carries its whole message, a view at most 250 kB


class SlackEndpoint:
    """Refuses what Slack did not sign in the last five minutes, before anything reads it.

    Bolt checks signatures too. But it logs the whole body of a forged request, and answers 500 if the
    timestamp is not a number. `request` is entered for each request and left when its answer is sent.
    """

    def __init__(
        self,
        app: AsyncApp,
        signing_secret: str,
        request: Callable[[], AbstractContextManager[None]],
        now: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._request = request
        self._clock = _SlackClock(now)
        self._verifier = SignatureVerifier(signing_secret, clock=self._clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._request():
            counted = RequestMetrics(self._metrics)
            response = await self._answer(Request(scope, receive), counted)
            counted.answered(response.status_code)
            await response(scope, receive, send)

    async def _answer(self, request: Request, counted: RequestMetrics) -> Response:
        if not self._may_be_signed(request):
            return _refuse(HTTPStatus.UNAUTHORIZED)
        try:
            body = await _read(request)
        except ClientDisconnect:
            return _refuse(HTTPStatus.REQUEST_TIMEOUT)  # the client is gone and reads no answer
        counted.arrived()
        if body is None:
            return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return _refuse(HTTPStatus.UNAUTHORIZED)  # Slack sends UTF-8 only
        if not self._signed(request, text):
            return _refuse(HTTPStatus.UNAUTHORIZED)
        try:
            bolt = AsyncBoltRequest(body=text, headers=dict(request.headers))
            counted.read(bolt.body)
            return to_starlette_response(await self._app.async_dispatch(bolt))
        except Exception:  # Bolt raises on JSON that is not an object, and on some missing keys
            log.exception("payload cannot be read")
            return _refuse(HTTPStatus.BAD_REQUEST)

    def _may_be_signed(self, request: Request) -> bool:
        """What the headers alone say, so that nobody's body is read who did not even try."""
        timestamp = request.headers.get(_TIMESTAMP_HEADER, "")
        signature = request.headers.get(_SIGNATURE_HEADER, "")
        if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
            return False
        return abs(self._clock.now() - int(timestamp)) <= MAX_AGE_SECONDS

    def _signed(self, request: Request, body: str) -> bool:
        headers = request.headers
        return self._verifier.is_valid(body, headers[_TIMESTAMP_HEADER], headers[_SIGNATURE_HEADER])


class _SlackClock(Clock):
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def now(self) -> float:
        return self._now().timestamp()


async def _read(request: Request) -> bytes | None:
    """The body. None if it is longer than MAX_BODY_BYTES, or its Content-Length is not a number."""
    length = request.headers.get("content-length", "0")
    if not _LENGTH.fullmatch(length) or int(length) > MAX_BODY_BYTES:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _refuse(status: HTTPStatus) -> Response:
    return PlainTextResponse(status.phrase, status)
