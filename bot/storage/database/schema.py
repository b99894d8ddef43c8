"""Migrates the tables to what this version of the code needs.

Alembic is loaded only where there is something to migrate. It is larger than all other imports together.
"""

import re
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.errors import DatabaseFailed
from bot.storage.database.sqlite_file import failed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HEAD = "0009"  # the last of `migrations/versions`; a later one works too, as migrations only add
FOREIGN = "it contains another program's tables"
_OUR_REVISIONS = re.compile(r"\d{4}")
# SQLite files from before Alembic have the first two of these tables, some have them all.
_BEFORE_ALEMBIC, _FIRST_TABLES = {"jobs", "watches"}, {"jobs", "watches", "watchers", "looks", "channels"}
# On PostgreSQL those of the schema in which ours would be made, but none that an extension has made.
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'",
    "postgresql": (
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = current_schema()::regnamespace"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')"
    ),
}
_PROCRASTINATE_TABLE = "procrastinate_migrations"  # the names of Procrastinate's files that are applied


def is_current(version: str) -> bool:
    """`version` is the revision in the database, empty if there are no tables.

    Raises DatabaseFailed when another program has written it.
    """
    if version and not _OUR_REVISIONS.fullmatch(version):
        raise DatabaseFailed(FOREIGN)
    return version >= HEAD


def migrate_sqlite(path: Path) -> str:
    """Returns the revision of the tables. The file's folder must exist. Raises DatabaseFailed."""
    import sqlalchemy as sa  # noqa: PLC0415 - see above

    try:
        return _upgrade(sa.create_engine(sa.URL.create("sqlite", database=str(path)), poolclass=sa.NullPool))
    except sa.exc.DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise failed(error.orig) from error.orig
        raise


def migrate_postgres(url: str) -> str:
    """Migrates Order Desk's tables and Procrastinate's. Returns the revision. Raises DatabaseFailed.

    Another process that does it at the same time waits, and then has nothing to do.
    """
    import psycopg  # noqa: PLC0415
    import sqlalchemy as sa  # noqa: PLC0415

    # psycopg reads the address, as everywhere else: SQLAlchemy reads fewer kinds of addresses.
    engine = sa.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url, connect_timeout=5),
        poolclass=sa.NullPool,
    )
    try:
        return _upgrade(engine)
    except sa.exc.DBAPIError as error:
        message = str(error.orig).strip() or type(error.orig).__name__
        raise DatabaseFailed(message.splitlines()[0]) from None


def _upgrade(engine: "Engine") -> str:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "bot.storage.database:migrations")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('migrate', 0))")
        else:  # Python's sqlite3 begins none for DDL, and a kill in between would leave half a version
            connection.exec_driver_sql("BEGIN")
        version = _version(connection)
        if version > HEAD:  # of a later version of the code, which may run beside this one
            return version
        if engine.dialect.name == "postgresql":
            _upgrade_procrastinate(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return HEAD


def _version(connection: "Connection") -> str:
    """The revision of the tables. Empty if there are none. Raises DatabaseFailed if others are there."""
    there = set(connection.exec_driver_sql(_TABLES[connection.dialect.name]).scalars())
    if "alembic_version" in there:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or ""
        is_current(version)
        return version
    before_alembic = connection.dialect.name == "sqlite" and _BEFORE_ALEMBIC <= there <= _FIRST_TABLES
    if there and not before_alembic:
        raise DatabaseFailed(FOREIGN)
    return ""


def _upgrade_procrastinate(connection: "Connection") -> None:
    """As Procrastinate's documentation says: its whole schema once, then each newer file by its name.

    The files that it calls `post` are applied too. They remove what its older code uses, so an update of
    Procrastinate itself cannot be rolled out while the version before runs.
    """
    from procrastinate.schema import SchemaManager  # noqa: PLC0415

    connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {_PROCRASTINATE_TABLE} (name text PRIMARY KEY)")
    done = set(connection.exec_driver_sql(f"SELECT name FROM {_PROCRASTINATE_TABLE}").scalars())  # noqa: S608
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    todo = [file for file in files if file.name not in done]
    scripts = [file.read_text(encoding="utf-8") for file in todo] if done else [SchemaManager.get_schema()]
    for script in scripts:
        connection.exec_driver_sql(script.replace("%", "%%"))
    insert = f"INSERT INTO {_PROCRASTINATE_TABLE} (name) VALUES (%(name)s)"  # noqa: S608
    for file in todo:
        connection.exec_driver_sql(insert, {"name": file.name})
