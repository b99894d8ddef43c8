"""The format of log lines, what they may hold, and the reference that connects them.

Each request from Slack has a reference. Every log line about the request has it, also in the process
that does its job. The sentence that a person reads after a failure has it too.

No token, key, order id or response_url reaches a log. Order Desk's own log events never hold one. The
loggers of libraries that would log one are limited to errors: httpx logs URLs, and slack_bolt and
slack_sdk log bodies. At the end, what looks like a secret is redacted in every line and traceback.
"""

import contextlib
import logging
import random
import re
import sys
from collections.abc import Iterator

import structlog

# Their lines below ERROR hold URLs with order ids, bodies and tokens. Alembic's hold nothing to act on.
_NOISY_LOGGERS = ("httpx", "httpcore", "slack_sdk", "stamina", "procrastinate", "psycopg", "alembic")

# URLs come as they are, with the slashes of JSON (`\/`), or encoded in a form.
_SLASH = r"(?:\\{0,4}/|%2[fF])"
_SCHEME = rf"(?::|%3[aA]){_SLASH}{_SLASH}"
_HOST = r"[^\s/'\"\\%]{1,255}"

# No part may look ahead or back without a limit: a long line would take the square of its length.
_SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|xwfp-[\w-]+"  # Slack's tokens
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # order, image and old key ids
    # A custom order id in a URL. Our own folder `orders` is in no URL, and follows another one.
    # So is the end of the address of an account's webhook.
    rf"|(?P<before>(?:(?:(?<![\w.-])|{_SLASH}v3|{_SCHEME}{_HOST}){_SLASH}orders|autoenhance{_SLASH}webhook)"
    rf"{_SLASH})[^\s/'\"?&#\\%]+"
    # response_urls: Slack's, and those of a stand-in
    rf"|(?:https?{_SCHEME})?hooks\.slack(?:-gov)?\.com{_SLASH}[^\s'\",]+"
    rf"|https?{_SCHEME}{_HOST}{_SLASH}(?:commands|actions|respond){_SLASH}[^\s'\",]+"
    r"|wss?://[^\s'\"]+"  # Socket Mode's URL holds a ticket
    r"|(?<=://)[^\s/'\"]+(?=@)"  # user and password of a proxy or a database
    r"|(?<![\w-])[\w-]{43}=|gAAAAA[\w-]+={0,2}"  # Fernet keys, and what they have encrypted
    r"|\b(?=[A-Za-z0-9]{0,39}[0-9])(?=[A-Za-z0-9]{0,39}[A-Z])[A-Za-z0-9]{40}\b"  # Autoenhance's keys of today
)

# Without 0/O, 1/I/L and U: people read references aloud and type them.
_REFERENCE_CHARACTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference(letter: str = "E") -> str:
    """A reference for log lines and for people to quote, such as `E-7K2M`.

    There are 810,000 of them. Together with the time, that is enough to find one request. Checks of
    watched orders have `W-` instead, so a reference that a person quotes never finds a check.
    """
    return f"{letter}-{''.join(random.choices(_REFERENCE_CHARACTERS, k=4))}"  # noqa: S311 - no secret


@contextlib.contextmanager
def bound_reference(reference: str) -> Iterator[None]:
    """Adds the reference to every log line written inside, also by tasks that are started inside."""
    outer = structlog.contextvars.bind_contextvars(reference=reference)
    try:
        yield
    finally:
        structlog.contextvars.reset_contextvars(**outer)


def reference() -> str:
    """The reference of the current work. A new one outside `bound_reference`."""
    return structlog.contextvars.get_contextvars().get("reference") or new_reference()


class Outage:
    """Logs once when a service stops answering and once when it answers again, for any number of calls."""

    def __init__(self, who: str) -> None:
        self._log = structlog.get_logger(__name__)
        self._who = who
        self._logged = False

    def begins(self, why: str) -> None:
        if not self._logged:
            self._log.warning(f"{self._who} does not answer", why=why)
        self._logged = True

    def ends(self) -> None:
        if self._logged:
            self._log.warning(f"{self._who} answers again")
        self._logged = False


def redact(text: str) -> str:
    return _SECRET.sub(lambda found: f"{found['before'] or ''}[secret]", text)


class _RedactingFormatter(logging.Formatter):
    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return redact(self._inner.format(record))


def configure(level: str) -> None:
    """Sets up logging for Order Desk and all libraries: a JSON line per event, plain text in a terminal."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
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
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _RedactingFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)


def socket_mode() -> logging.Logger:
    """The logger for Socket Mode's client. It would log a traceback for each attempt to connect."""
    logger = bolt().getChild("socket_mode")
    if not logger.filters:
        logger.addFilter(_without_traceback)
    return logger


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True


def bolt() -> logging.Logger:
    """The logger for AsyncApp. Its own loggers take the root's level and log whole requests."""
    logger = logging.getLogger("bolt")
    logger.setLevel(logging.ERROR)
    return logger
