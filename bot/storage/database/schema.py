"""Migrates the tables to what this version of the code needs.

Alembic is loaded only where there is something to migrate. It is larger than all other imports together.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.errors import DatabaseFailed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HEAD = "0006"  # the last of `migrations/versions`; a later one works too, as migrations only add
_PROCRASTINATE_TABLE = "procrastinate_migrations"  # the names of Procrastinate's files that are applied


def is_current(version: str) -> bool:
    """`version` is the revision in the database, empty if there are no tables."""
    return version >= HEAD


def migrate_sqlite(path: Path) -> None:
    """The file's folder must exist."""
    import sqlalchemy as sa  # noqa: PLC0415 - see above

    _upgrade(sa.create_engine(sa.URL.create("sqlite", database=str(path)), poolclass=sa.NullPool))


def migrate_postgres(url: str) -> None:
    """Migrates Order Desk's tables and Procrastinate's. Raises DatabaseFailed.

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
        _upgrade(engine)
    except sa.exc.DBAPIError as error:
        message = str(error.orig).strip() or type(error.orig).__name__
        raise DatabaseFailed(message.splitlines()[0]) from None


def _upgrade(engine: "Engine") -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "bot.storage.database:migrations")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('migrate', 0))")
            _upgrade_procrastinate(connection)
        else:  # Python's sqlite3 begins none for DDL, and a kill in between would leave half a version
            connection.exec_driver_sql("BEGIN")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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
