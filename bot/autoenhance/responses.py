"""What an answer of Autoenhance means, or no answer. Turns httpx's errors into those of `bot.core.errors`."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from bot.core.errors import (
    AutoenhanceError,
    KeyRefused,
    Limited,
    NoPreview,
    OrderNotFound,
    OrderTooLarge,
    TryLater,
    Unavailable,
)

_MAX_RETRY_AFTER = 3600.0  # seconds; a larger Retry-After is a mistake, or too long to show to people

_OUTCOMES: dict[type[Exception], str] = {
    OrderNotFound: "not_found",
    Limited: "limited",
    KeyRefused: "refused",
    OrderTooLarge: "too_large",
    NoPreview: "no_answer",
    Unavailable: "no_answer",  # or an unusable one
}


class Transient(Exception):
    """`failure` may pass soon: worth another attempt."""

    def __init__(self, failure: TryLater) -> None:
        super().__init__(str(failure))
        self.failure = failure


def check(reply: httpx.Response, now: datetime) -> None:
    """Returns for a 200 and raises for every other status, redirects too.

    The vendor documents 401, 404, 422 and 429, and no body for any of them.
    """
    match reply.status_code:
        case 200:
            return
        case 401 | 403:
            raise KeyRefused("Autoenhance rejected the API key")
        case 404 | 410 | 422:
            raise OrderNotFound("Autoenhance has no such order")
        case 429:
            raise Transient(Limited("Autoenhance is limiting requests", retry_after=_retry_after(reply, now)))
        case 502 | 503 | 504 as status:
            raise Transient(
                Unavailable(f"Autoenhance answered {status}", retry_after=_retry_after(reply, now))
            )
        case status:  # a 402 too (an account without a plan), which has no error type of its own
            raise Unavailable(f"Autoenhance answered {status}")


def no_answer(error: httpx.HTTPError) -> AutoenhanceError | Transient:
    """The error to raise. It has none of httpx's text, which may quote the URL or a header."""
    failure = Unavailable(f"no answer from Autoenhance: {type(error).__name__}")
    transient = isinstance(error, httpx.ConnectTimeout | httpx.NetworkError | httpx.RemoteProtocolError)
    return Transient(failure) if transient else failure


def had_no_answer(error: AutoenhanceError) -> bool:
    """Whether no response came back at all. Any status is a response."""
    return isinstance(error, Unavailable) and isinstance(error.__cause__, httpx.HTTPError | TimeoutError)


def outcome(error: Exception) -> str:
    """The `outcome` label for a call that raised this error."""
    failure = error.failure if isinstance(error, Transient) else error
    return next((word for kind, word in _OUTCOMES.items() if isinstance(failure, kind)), "other")


def _retry_after(reply: httpx.Response, now: datetime) -> float | None:
    """In seconds. None when it is missing, or not in one of the two forms of RFC 9110, 10.2.3."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return min(float(said), _MAX_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(seconds.total_seconds(), 0.0), _MAX_RETRY_AFTER)
