"""Brings the tables up to what this version of the code needs.

Alembic is only loaded where there is something to do: it is larger than all the rest of a small start.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.errors import DatabaseFailed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HEAD = "0005"  # of `migrations/versions`; a later one is good too, as migrations only add
_ENGINE = "procrastinate_migrations"


def is_current(version: str) -> bool:
    """`version` is what the database holds, empty if there are no tables."""
    return version >= HEAD


def migrate_sqlite(path: Path) -> None:
    """The file's folder is there."""
    import sqlalchemy as sa  # noqa: PLC0415 - see above

    _upgrade(sa.create_engine(sa.URL.create("sqlite", database=str(path)), poolclass=sa.NullPool))


def migrate_postgres(url: str) -> None:
    """Ours and Procrastinate's; whoever does it at the same time waits, and finds nothing left to do.

    Raises DatabaseFailed.
    """
    import psycopg  # noqa: PLC0415
    import sqlalchemy as sa  # noqa: PLC0415

    # Connected to as everywhere else: SQLAlchemy reads fewer kinds of addresses.
    engine = sa.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url, connect_timeout=5),
        poolclass=sa.NullPool,
    )
    try:
        _upgrade(engine)
    except sa.exc.DBAPIError as error:
        said = str(error.orig).strip() or type(error.orig).__name__
        raise DatabaseFailed(said.splitlines()[0]) from None


def _upgrade(engine: "Engine") -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "bot.storage.database:migrations")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('migrate', 0))")
            _upgrade_engine(connection)
        else:  # Python's own begins no transaction for DDL: killed in between, half a version would stand
            connection.exec_driver_sql("BEGIN")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _upgrade_engine(connection: "Connection") -> None:
    """As Procrastinate's handbook says: its whole schema once, and then each newer file by its name.

    Those that it calls `post` too, which take away what its older code uses: an update of Procrastinate
    itself is no rolling one.
    """
    from procrastinate.schema import SchemaManager  # noqa: PLC0415

    connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {_ENGINE} (name text PRIMARY KEY)")
    done = set(connection.exec_driver_sql(f"SELECT name FROM {_ENGINE}").scalars())  # noqa: S608
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    todo = [file for file in files if file.name not in done]
    scripts = [file.read_text(encoding="utf-8") for file in todo] if done else [SchemaManager.get_schema()]
    for script in scripts:
        connection.exec_driver_sql(script.replace("%", "%%"))
    for file in todo:
        connection.exec_driver_sql(f"INSERT INTO {_ENGINE} (name) VALUES (%(name)s)", {"name": file.name})  # noqa: S608
