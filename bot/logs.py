"""What a log line looks like, and what it may hold.

No token, key, order id or response_url reaches a log. Ours are never given one; the libraries' are
silenced where they would (httpx logs URLs, slack_bolt and slack_sdk log bodies), and what looks like
a secret is blacked out at the very end, tracebacks included.
"""

import logging
import re
import secrets
import sys

import structlog

# Their lines below ERROR hold URLs with order ids, request bodies and tokens.
_TALKATIVE = ("httpx", "httpcore", "slack_sdk", "stamina", "procrastinate")

_SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+"  # Slack's tokens
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # order, image and old key ids
    r"|(?<=/orders/)[^\s/'\"?]+"  # a custom order id in a URL
    r"|https?://[^\s'\"]*/(?:commands|actions|app|respond)/[^\s'\",]+"  # response_urls
    r"|wss?://[^\s'\"]+"  # Socket Mode's address holds its ticket
    r"|\b(?=[A-Za-z0-9]*[0-9])(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{40}\b"  # Autoenhance's keys of today
)

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: it is read aloud and typed again


def new_reference() -> str:
    """What a person quotes and a log line carries, such as `E-7K2M`."""
    return "E-" + "".join(secrets.choice(_ALPHABET) for _ in range(4))


def black_out(text: str) -> str:
    return _SECRET.sub("[secret]", text)


class _BlackOut(logging.Formatter):
    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return black_out(self._inner.format(record))


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
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, drawn]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _BlackOut(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


def bolt() -> logging.Logger:
    """For AsyncApp, which sets the level of its own loggers to the root's and then logs whole requests."""
    quiet = logging.getLogger("bolt")
    quiet.setLevel(logging.ERROR)
    return quiet
