"""The endpoint that Slack calls over HTTP: `POST /slack/events`."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from http import HTTPStatus

import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from bot.core.metrics import Metrics
from bot.slack.listeners.metrics import RequestMetrics
from bot.slack.listeners.routes import Dispatch

Headers = Mapping[str, str]  # names in small letters
log = structlog.get_logger(__name__)
_TYPE_HEADER = "content-type"
_TIMESTAMP_HEADER, _SIGNATURE_HEADER = "x-slack-request-timestamp", "x-slack-signature"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_LENGTH = re.compile(r"[0-9]{1,15}")
MAX_AGE_SECONDS = 300  # as the verifier has it
MAX_BODY_BYTES = 1_048_576  # a message shortcut carries its whole message, a view at most 250 kB


class SlackEndpoint:
    """Refuses what Slack did not sign in the last five minutes, before anything reads it.

    Bolt checks signatures too. But it logs the whole body of a forged request, and answers 500 if the
    timestamp is not a number. `request` is entered for each request and left when its answer is sent. ASGI is
    spoken without Starlette's classes, which cost a tenth of an ack.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        signing_secret: str,
        request: Callable[[], AbstractContextManager[None]],
        now: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._dispatch = dispatch
        self._metrics = metrics
        self._request = request
        self._clock = _SlackClock(now)
        self._verifier = SignatureVerifier(signing_secret, clock=self._clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._request():
            counted = RequestMetrics(self._metrics)
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            answer = await self._answer(headers, receive, counted)
            counted.answered(answer.status)
            await _send(answer, send)

    async def _answer(self, headers: Headers, receive: Receive, counted: RequestMetrics) -> BoltResponse:
        if not self._may_be_signed(headers):
            return _refuse(HTTPStatus.UNAUTHORIZED)
        try:
            body = await _read(headers, receive)
        except ClientDisconnect:
            return _refuse(HTTPStatus.REQUEST_TIMEOUT)  # the client is gone and reads no answer
        counted.arrived()
        if body is None:
            return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return _refuse(HTTPStatus.UNAUTHORIZED)  # Slack sends UTF-8 only
        if not self._verifier.is_valid(text, headers[_TIMESTAMP_HEADER], headers[_SIGNATURE_HEADER]):
            return _refuse(HTTPStatus.UNAUTHORIZED)
        try:
            bolt = AsyncBoltRequest(body=text, headers={_TYPE_HEADER: headers.get(_TYPE_HEADER, "")})
            counted.read(bolt.body)
            return await self._dispatch(bolt)
        except Exception:  # Bolt raises on JSON that is not an object, and on some missing keys
            log.exception("payload cannot be read")
            return _refuse(HTTPStatus.BAD_REQUEST)

    def _may_be_signed(self, headers: Headers) -> bool:
        """What the headers alone say, so that nobody's body is read who did not even try."""
        timestamp, signature = headers.get(_TIMESTAMP_HEADER, ""), headers.get(_SIGNATURE_HEADER, "")
        if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
            return False
        return abs(self._clock.now() - int(timestamp)) <= MAX_AGE_SECONDS


class _SlackClock(Clock):
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def now(self) -> float:
        return self._now().timestamp()


async def _read(headers: Headers, receive: Receive) -> bytearray | None:
    """The body. None if it is longer than MAX_BODY_BYTES, or its Content-Length is not a number.

    Raises ClientDisconnect.
    """
    length = headers.get("content-length", "0")
    if not _LENGTH.fullmatch(length) or int(length) > MAX_BODY_BYTES:
        return None
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        more = message.get("more_body", False)
    return body


async def _send(answer: BoltResponse, send: Send) -> None:
    body = answer.body.encode()
    headers = [(name.encode(), value.encode()) for name, [value, *_] in answer.headers.items()]
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _refuse(status: HTTPStatus) -> BoltResponse:
    return BoltResponse(status=status, body=status.phrase)
