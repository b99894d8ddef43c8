"""Brings the tables up to what this version of the code needs.

Alembic is only loaded where there is something to do: it is larger than all the rest of a small start.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

HEAD = "0002"  # of `migrations/versions`; a later one is good too, as migrations only add
_ENGINE = "procrastinate_migrations"


def is_current(version: str) -> bool:
    """`version` is what the database holds, empty if there are no tables."""
    return version >= HEAD


def migrate_sqlite(path: Path) -> None:
    """The file's folder is there."""
    import sqlalchemy as sa  # noqa: PLC0415 - see above

    _upgrade(sa.URL.create("sqlite", database=str(path)))


def migrate_postgres(url: str) -> None:
    """Ours and Procrastinate's; whoever does it at the same time waits, and finds nothing left to do.

    Raises sqlalchemy.exc.SQLAlchemyError.
    """
    import sqlalchemy as sa  # noqa: PLC0415

    _upgrade(sa.make_url(url).set(drivername="postgresql+psycopg"))


def _upgrade(url: "URL") -> None:
    import sqlalchemy as sa  # noqa: PLC0415
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "bot.database:migrations")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('migrate', 0))")
            _upgrade_engine(connection)
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
