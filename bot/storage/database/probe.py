"""Whether a PostgreSQL is to be reached by its address, and what is wrong if not."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bot.core.errors import DatabaseFailed

UNREADABLE = "its address cannot be read; in the password, write % as %25, @ as %40, / as %2F, a space as %20"


def probe(url: str) -> None:
    """Returns when it can be connected to; raises DatabaseFailed with the server's own words."""
    _check_parts(url)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        said = str(error).strip() or type(error).__name__
        raise DatabaseFailed(said.splitlines()[0]) from None


def _check_parts(url: str) -> None:
    """Of a password that is not written as it must be, the error would quote what follows a wrong letter."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise DatabaseFailed(UNREADABLE) from None
    where, port = f"{parts.get('host')} {parts.get('dbname')}", str(parts.get("port", "1"))
    if "@" in where or not port.replace(",", "").isdigit():
        raise DatabaseFailed(UNREADABLE)
