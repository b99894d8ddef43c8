"""`migrate`, `worker`, and what the other commands say of a database that is not ready for them."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from bot.bootstrap.storage import MIGRATE
from bot.demo.demo import Sandbox
from bot.storage.database.schema import HEAD, migrate_postgres
from tests.databases import new_name
from tests.postgres import OwnServer, Server
from tests.process import environment, invoke, start


@pytest.fixture
def empty_url(postgres: Server) -> Iterator[str]:
    """A database that nobody has migrated."""
    name = new_name()
    yield postgres.create(name)
    postgres.drop(name)


async def test_migrate_needs_nothing_but_the_database(empty_url: str) -> None:
    """A release phase has no tokens yet; run again, it changes nothing."""
    for _ in range(2):
        ran = await invoke("migrate", env={"DATABASE_URL": empty_url})
        assert (ran.code, ran.out.strip()) == (0, f"The tables are those of version {HEAD}.")


async def test_migrate_makes_a_file_too(tmp_path: Path) -> None:
    """On SQLite it is the same command, though `serve` does it by itself."""
    ran = await invoke("migrate", env={"DATABASE_URL": f"sqlite:///{tmp_path}/new/desk.sqlite3"})

    assert (ran.code, ran.out.strip()) == (0, f"The tables are those of version {HEAD}.")
    assert (tmp_path / "new" / "desk.sqlite3").exists()


async def test_the_address_that_platforms_write_is_taken(empty_url: str) -> None:
    """postgres:// is postgresql://."""
    ran = await invoke("migrate", env={"DATABASE_URL": empty_url.replace("postgresql://", "postgres://")})

    assert ran.code == 0


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_nothing_runs_on_a_database_without_tables(
    sandbox: Sandbox, empty_url: str, command: str
) -> None:
    """It stops and names the command that makes them."""
    ran = await invoke(command, env=environment(sandbox.settings) | {"DATABASE_URL": empty_url})

    assert ran.code == 1
    assert MIGRATE in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "check"])
async def test_a_server_that_is_not_there_is_named(sandbox: Sandbox, command: str) -> None:
    """Without a traceback, and without the password."""
    env = environment(sandbox.settings) | {"DATABASE_URL": "postgresql://desk:s3cret@127.0.0.1:1/desk"}
    ran = await invoke(command, env=env)

    said = ran.out + ran.err
    assert ran.code == 1
    assert "PostgreSQL cannot be used (connection failed" in said
    assert "Check DATABASE_URL, and that the server runs." in said
    assert "s3cret" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("password", ["s3%cret", "s3 cret", "s3@cret", "s3/cret", "1/cret"])
@pytest.mark.parametrize("command", ["migrate", "check"])
async def test_a_password_that_breaks_its_address_is_not_quoted(command: str, password: str) -> None:
    """What follows the wrong letter would be read as the server's name, and said."""
    ran = await invoke(command, env={"DATABASE_URL": f"postgresql://desk:{password}@127.0.0.1:1/desk"})

    said = ran.out + ran.err
    assert ran.code == 1
    assert "in the password, write % as %25" in said
    assert "cret" not in said


@pytest.mark.parametrize("command", ["migrate", "serve", "check"])
async def test_a_database_of_somebody_else_is_named(
    sandbox: Sandbox, breakable: OwnServer, command: str
) -> None:
    """Whoever may not make tables, or may not read them, hears that in the server's words."""
    url, role = breakable.create(new_name()), new_name()
    if command != "migrate":
        migrate_postgres(url)
    with closing(psycopg.connect(url, autocommit=True)) as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN".encode())
    url = url.replace("postgres@", f"{role}@")
    ran = await invoke(command, env=environment(sandbox.settings) | {"DATABASE_URL": url})

    assert ran.code == 1
    assert "permission denied for" in ran.out + ran.err
    assert "Traceback" not in ran.err


async def test_a_worker_is_for_postgresql(sandbox: Sandbox) -> None:
    """On SQLite it would be a second process on one file."""
    ran = await invoke("worker", env=environment(sandbox.settings))

    assert ran.code == 1
    assert "`worker` is for PostgreSQL. On SQLite, `python app.py serve` does the work itself." in ran.err


async def test_a_worker_without_settings_names_them_all() -> None:
    """Like `serve`: nothing is started half."""
    ran = await invoke("worker", env={"DATABASE_URL": "postgresql://127.0.0.1:1/x"})

    assert ran.code == 1
    assert "SLACK_BOT_TOKEN is missing" in ran.err


async def test_check_reads_a_shared_database(sandbox: Sandbox, postgres_url: str) -> None:
    """Its dead jobs and resting watches, and that there is nobody who would answer."""
    ran = await invoke("check", env=environment(sandbox.settings) | {"DATABASE_URL": postgres_url})

    assert "Jobs: none was given up" in ran.out
    assert "Watches: none paused" in ran.out
    assert "Workers: none is at work, so nobody is answered. Run `python app.py worker`." in ran.out
    assert ran.code == 1


async def test_a_worker_stops_when_it_is_asked_to(sandbox: Sandbox, postgres_url: str) -> None:
    """SIGTERM while it has nothing to do ends it at once, with code 0; until then `check` knows of it."""
    env = environment(sandbox.settings) | {"DATABASE_URL": postgres_url}
    process = await start("worker", env=env)
    assert process.stderr is not None
    async with asyncio.timeout(20):
        async for line in process.stderr:
            if b"working" in line:
                break
        checked = await invoke("check", env=env)
        process.terminate()
        _, err = await process.communicate()

    assert (process.returncode, b"Traceback" in err) == (0, False)
    assert (checked.code, "Workers: 1 at work" in checked.out) == (0, True)
