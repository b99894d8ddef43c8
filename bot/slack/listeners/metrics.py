"""Counts and logs each request from Slack: its kind, its outcome and its seconds."""

from http import HTTPStatus
from logging import DEBUG, getLogger
from time import perf_counter

import structlog

from bot.core.metrics import Metrics
from bot.slack.listeners.payloads import Payload

log = structlog.get_logger(__name__)
_DEBUG = getLogger(__name__)
_KINDS = {
    "block_actions": "block_actions",
    "event_callback": "event",
    "message_action": "message_action",
    "shortcut": "shortcut",
    "url_verification": "url_verification",
    "view_closed": "view_closed",
    "view_submission": "view_submission",
}
_OUTCOMES: dict[int, str] = {
    HTTPStatus.OK: "acked",
    HTTPStatus.BAD_REQUEST: "unreadable",
    HTTPStatus.UNAUTHORIZED: "unsigned",
    HTTPStatus.NOT_FOUND: "unknown",
    HTTPStatus.REQUEST_TIMEOUT: "cut",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.SERVICE_UNAVAILABLE: "refused",  # the process is stopping, or the database does not answer
}


class RequestMetrics:
    """Counts one request, from its last byte to its answer."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._kind = "unread"
        self._began = perf_counter()

    def arrived(self) -> None:
        """All of the body is here, so the clock starts again: the time until now was the network's."""
        self._began = perf_counter()

    def read(self, body: Payload) -> None:
        self._kind = _kind(body)

    def answered(self, status: int) -> None:
        """Counts the request. Logs at INFO what is not acked, and at DEBUG what is."""
        seconds, outcome = perf_counter() - self._began, _OUTCOMES.get(status, "other")
        self._metrics.request(self._kind, outcome, seconds)
        if outcome != "acked":
            log.info("request", kind=self._kind, outcome=outcome, seconds=round(seconds, 6))
        elif _DEBUG.isEnabledFor(DEBUG):  # for structlog, to drop a line costs more than the count
            log.debug("request", kind=self._kind, outcome=outcome, seconds=round(seconds, 6))


def _kind(body: Payload) -> str:
    if "command" in body:
        return "command"
    type_ = body.get("type")
    return _KINDS.get(type_, "other") if isinstance(type_, str) else "other"
