"""What a log line looks like, what it may hold, and whose it is.

Each request from Slack has a reference. It stands in every line that is written about it, here and in
whichever process does its job, and in the sentence that a person reads when something broke.

No token, key, order id or response_url reaches a log. Ours are never given one; the libraries' are
silenced where they would (httpx logs URLs, slack_bolt and slack_sdk log bodies), and what looks like
a secret is blacked out at the very end, tracebacks included.
"""

import contextlib
import logging
import random
import re
import sys
from collections.abc import Iterator

import structlog

# Their lines below ERROR hold URLs with order ids, request bodies and tokens.
_NOISY_LOGGERS = ("httpx", "httpcore", "slack_sdk", "stamina", "procrastinate", "psycopg")

_SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+"  # Slack's tokens
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # order, image and old key ids
    r"|(?<=/orders/)[^\s/'\"?]+"  # a custom order id in a URL
    r"|https?://[^\s'\"]*/(?:commands|actions|app|respond)/[^\s'\",]+"  # response_urls
    r"|wss?://[^\s'\"]+"  # Socket Mode's address holds its ticket
    r"|(?<=://)[^\s/'\"]+(?=@)"  # user and password of a proxy or a database
    r"|\b(?=[A-Za-z0-9]*[0-9])(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{40}\b"  # Autoenhance's keys of today
)

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: it is read aloud and typed again


def new_reference(letter: str = "E") -> str:
    """What a person quotes and a log line carries, such as `E-7K2M`.

    There are 810,000: with the time beside it, enough to find one. `W-` is a look at what is watched,
    so what a person quotes finds none of those.
    """
    return f"{letter}-{''.join(random.choices(_ALPHABET, k=4))}"  # noqa: S311 - no secret


@contextlib.contextmanager
def bound_reference(reference: str) -> Iterator[None]:
    """Every line that is written inside carries it, also by the tasks that are begun there."""
    outer = structlog.contextvars.bind_contextvars(reference=reference)
    try:
        yield
    finally:
        structlog.contextvars.reset_contextvars(**outer)


def reference() -> str:
    """Of what is being done; a new one where nothing is."""
    return structlog.contextvars.get_contextvars().get("reference") or new_reference()


class Outage:
    """Somebody who does not answer: said once when it begins and once when it ends, however many ask."""

    def __init__(self, who: str) -> None:
        self._log = structlog.get_logger(__name__)
        self._who = who
        self._lasts = False

    def begins(self, why: str) -> None:
        if not self._lasts:
            self._log.warning(f"{self._who} does not answer", why=why)
        self._lasts = True

    def ends(self) -> None:
        if self._lasts:
            self._log.warning(f"{self._who} answers again")
        self._lasts = False


def redact(text: str) -> str:
    return _SECRET.sub("[secret]", text)


class _Redacted(logging.Formatter):
    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return redact(self._inner.format(record))


def configure(level: str) -> None:
    """One line of JSON per event; in a terminal, one to read. Everybody's logging goes through here."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    drawn: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, drawn]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Redacted(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)


def socket_mode() -> logging.Logger:
    """For Socket Mode's client, which writes a traceback for each try to connect. A line will do."""
    quiet = bolt().getChild("socket_mode")
    if not quiet.filters:
        quiet.addFilter(_without_traceback)
    return quiet


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True


def bolt() -> logging.Logger:
    """For AsyncApp, which sets the level of its own loggers to the root's and then logs whole requests."""
    quiet = logging.getLogger("bolt")
    quiet.setLevel(logging.ERROR)
    return quiet
