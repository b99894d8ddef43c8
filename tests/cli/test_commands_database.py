"""`migrate`, `worker`, and what the other commands say of a database that is not ready."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.main import get_command

from bot.bootstrap.app import MAX_CONCURRENT_JOBS
from bot.bootstrap.storage import MIGRATE
from bot.cli.main import cli
from bot.demo.demo import Sandbox
from bot.orders.forecast import Forecast
from bot.orders.history import OrderSeen
from bot.orders.ids import OrderId
from bot.storage.channel_settings import ChannelSettings
from bot.storage.database.base import Database
from bot.storage.database.schema import HEAD, migrate_postgres
from bot.storage.history import History
from tests.support.databases import new_name
from tests.support.postgres_server import OwnServer, Server
from tests.support.process import environment, invoke, run, start


@pytest.fixture
def empty_url(postgres: Server) -> Iterator[str]:
    """A database without tables."""
    name = new_name()
    yield postgres.create(name)
    postgres.drop(name)


async def test_migrate_needs_nothing_but_the_database(empty_url: str) -> None:
    """`migrate` works without tokens, as in a release phase. A second run changes nothing."""
    for _ in range(2):
        ran = await invoke("migrate", env={"DATABASE_URL": empty_url})
        assert (ran.code, ran.out.strip()) == (0, f"The tables are at version {HEAD}.")


async def test_migrate_makes_a_file_too(tmp_path: Path) -> None:
    """On SQLite `migrate` works too, and prints one sentence and no log line."""
    ran = await run("migrate", env={"DATABASE_URL": f"sqlite:///{tmp_path}/new/desk.sqlite3"})

    assert (ran.code, ran.out, ran.err) == (0, f"The tables are at version {HEAD}.\n", "")
    assert (tmp_path / "new" / "desk.sqlite3").exists()


async def test_the_postgres_scheme_of_platforms_works(empty_url: str) -> None:
    """postgres:// means postgresql://."""
    ran = await invoke("migrate", env={"DATABASE_URL": empty_url.replace("postgresql://", "postgres://")})

    assert ran.code == 0


async def test_migrate_needs_no_proxy(tmp_path: Path) -> None:
    """It calls only the database, so a proxy that cannot be used does not stop it."""
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/desk.sqlite3", "ALL_PROXY": "socks5://127.0.0.1:9"}

    ran = await invoke("migrate", env=env)

    assert (ran.code, ran.out.strip()) == (0, f"The tables are at version {HEAD}.")


def test_a_worker_does_as_many_jobs_as_serve() -> None:
    """The command's default, which imports nothing, is the bot's own."""
    [concurrency] = get_command(cli).commands["worker"].params  # type: ignore[attr-defined]  # a group

    assert concurrency.default == MAX_CONCURRENT_JOBS


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_nothing_runs_on_a_database_without_tables(
    sandbox: Sandbox, empty_url: str, command: str
) -> None:
    """Each command stops and names the command that makes the tables."""
    ran = await invoke(command, env=environment(sandbox.settings) | {"DATABASE_URL": empty_url})

    assert ran.code == 1
    assert MIGRATE in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "check"])
async def test_a_server_that_cannot_be_reached_is_named(sandbox: Sandbox, command: str) -> None:
    """The sentence has no traceback and no password."""
    env = environment(sandbox.settings) | {"DATABASE_URL": "postgresql://desk:s3cret@127.0.0.1:1/desk"}
    ran = await invoke(command, env=env)

    said = ran.out + ran.err
    assert ran.code == 1
    assert "PostgreSQL can't be used (connection failed" in said
    assert "Check DATABASE_URL, and whether the server is running." in said
    assert "s3cret" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("password", ["s3%cret", "s3 cret", "s3@cret", "s3/cret", "1/cret"])
@pytest.mark.parametrize("command", ["migrate", "check"])
async def test_a_password_that_breaks_its_url_is_not_quoted(command: str, password: str) -> None:
    """The rest of such a password reads as the server's name, and is not printed."""
    ran = await invoke(command, env={"DATABASE_URL": f"postgresql://desk:{password}@127.0.0.1:1/desk"})

    said = ran.out + ran.err
    assert ran.code == 1
    assert "in the password, write % as %25" in said
    assert "cret" not in said


@pytest.mark.parametrize("command", ["migrate", "serve", "check"])
async def test_a_database_without_rights_is_named(
    sandbox: Sandbox, breakable: OwnServer, command: str
) -> None:
    """Without the right to make or to read tables, the sentence quotes the server."""
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
    """On SQLite a worker would be a second process on one file, so it refuses."""
    ran = await invoke("worker", env=environment(sandbox.settings))

    assert ran.code == 1
    assert (
        "`worker` needs PostgreSQL. On SQLite, run only `python app.py serve`, which also runs the jobs."
        in ran.err
    )


async def test_a_worker_without_settings_names_them_all() -> None:
    """`worker` names every missing setting and starts nothing, like `serve`."""
    ran = await invoke("worker", env={"DATABASE_URL": "postgresql://127.0.0.1:1/x"})

    assert ran.code == 1
    assert "SLACK_BOT_TOKEN is missing" in ran.err


async def test_check_reads_a_shared_database(sandbox: Sandbox, postgres_url: str) -> None:
    """`check` lists dead jobs and paused watches, and says that no worker runs."""
    ran = await invoke("check", env=environment(sandbox.settings) | {"DATABASE_URL": postgres_url})

    assert "Jobs: none failed in the last 30 days" in ran.out
    assert "Watches: none paused" in ran.out
    assert "Workers: none running, so nobody gets an answer. Run `python app.py worker`." in ran.out
    assert ran.code == 1


async def test_an_idle_worker_stops_at_sigterm(sandbox: Sandbox, postgres_url: str) -> None:
    """SIGTERM ends an idle worker at once with code 0. Until then `check` sees it."""
    env = environment(sandbox.settings) | {"DATABASE_URL": postgres_url}
    process = await start("worker", env=env)
    assert process.stderr is not None
    async with asyncio.timeout(20):
        async for line in process.stderr:
            if b"worker started" in line:
                break
        checked = await invoke("check", env=env)
        process.terminate()
        _, err = await process.communicate()

    assert (process.returncode, b"Traceback" in err) == (0, False)
    assert (checked.code, "Workers: 1 running" in checked.out) == (0, True)


async def test_check_says_what_pictures_lack(sandbox: Sandbox, database: Database) -> None:
    """Only where a channel turned them on: the scope, and a key. Each with its next step."""
    env = environment(sandbox.settings)
    settings = ChannelSettings(database)
    await settings.set_pictures("T1", "C1", on=False)
    assert "Pictures" not in (await invoke("check", env=env)).out

    for channel in ("C1", "C2"):
        await settings.set_pictures("T1", channel, on=True)
    ran = await invoke("check", env=env | {"AUTOENHANCE_API_KEY": ""})
    assert "Pictures: on in 2 channels. The scope `files:write` is missing. An admin needs" in ran.out
    assert "There's no Autoenhance API key. Set AUTOENHANCE_API_KEY" in ran.out
    assert ran.code == 1

    sandbox.slack.scopes.add("files:write")
    ran = await invoke("check", env=env)
    assert (ran.code, "Pictures: on in 2 channels\n" in ran.out) == (0, True)


async def test_check_says_how_often_forecasts_were_right(sandbox: Sandbox, database: Database) -> None:
    """Only where there were any, and it is no problem."""
    env = environment(sandbox.settings)
    assert "Forecasts" not in (await invoke("check", env=env)).out
    now = datetime.now(UTC)
    for number in range(5):
        shown = Forecast(early=now, late=now + timedelta(minutes=5))
        done = now + timedelta(minutes=3 * number)
        seen = OrderSeen(seen=now, photos=9, failed=0, downloaded=0, done=done, shown=shown)
        await History(database).ended("T1", OrderId(f"order-{number}"), seen)

    ran = await invoke("check", env=env)
    assert "Forecasts: 2 of 5 orders ended in the range given" in ran.out
    assert ran.code == 0
