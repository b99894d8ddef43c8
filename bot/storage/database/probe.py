"""Checks whether PostgreSQL can be reached at an address, and says what is wrong if not."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bot.core.errors import DatabaseFailed

UNREADABLE = (
    "its address can't be read: in the password, write % as %25, @ as %40, / as %2F and a space as %20"
)


def probe(url: str) -> None:
    """Returns after one connection. Raises DatabaseFailed with the server's own message."""
    _check_parts(url)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        message = str(error).strip() or type(error).__name__
        raise DatabaseFailed(message.splitlines()[0]) from None


def _check_parts(url: str) -> None:
    """Raises DatabaseFailed for an address with a password that is not percent-encoded.

    psycopg's own error would quote a part of such a password.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise DatabaseFailed(UNREADABLE) from None
    host_and_name, port = f"{parts.get('host')} {parts.get('dbname')}", str(parts.get("port", "1"))
    if "@" in host_and_name or not port.replace(",", "").isdigit():
        raise DatabaseFailed(UNREADABLE)
