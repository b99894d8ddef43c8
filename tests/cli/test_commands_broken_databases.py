"""Each command on a database that cannot be used: one sentence that says what to do, and exit code 1."""

import asyncio
import os
import py_compile
import sqlite3
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from bot.demo.demo import Sandbox
from bot.storage.database.schema import HEAD, migrate_postgres, migrate_sqlite
from tests.support.databases import new_name
from tests.support.postgres_server import OwnServer, only_reads
from tests.support.process import APP, ROOT, CommandResult, environment, invoke, running

COMMANDS = pytest.mark.parametrize("command", ["serve", "migrate", "check"])
OTHERS = "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT)"
ALEMBIC = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
    "INSERT INTO alembic_version VALUES ('ae1027a6acf4')",
)


def says(ran: CommandResult, *words: str) -> None:
    """One sentence with these words, from a command that failed."""
    said = ran.out + ran.err
    lines = [line for line in said.splitlines() if all(word in line for word in words)]
    assert (ran.code, len(lines)) == (1, 1), said
    assert "Traceback" not in said
    assert ("PostgreSQL" in said) is ("PostgreSQL" in words), said


def write(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def folder(path: Path) -> None:
    path.mkdir()


def no_database(path: Path) -> None:
    path.write_text("Dear customer, " * 500, encoding="utf-8")


def other_tables(path: Path) -> None:
    write(path, OTHERS)


def other_jobs(path: Path) -> None:
    write(path, "CREATE TABLE jobs (name TEXT)")


def other_alembic(path: Path) -> None:
    write(path, OTHERS, *ALEMBIC)


def read_only(path: Path) -> None:
    """For SQLite a file may only be read if its header has a newer version of the format, also for root."""
    migrate_sqlite(path)
    write(path, "DROP INDEX watches_aside", "UPDATE alembic_version SET version_num = '0004'")
    make_read_only(path)


def make_read_only(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(18)
        file.write(b"\x03")


def torn(path: Path) -> None:
    """Garbage where the table of jobs begins."""
    migrate_sqlite(path)
    with closing(sqlite3.connect(path)) as connection:
        [(size,)] = connection.execute("PRAGMA page_size").fetchall()
        [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'jobs'").fetchall()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (folder, "is a folder. Set DATABASE_URL to a file."),
        (no_database, "can't be used (file is not a database)"),
        (other_tables, "it contains another program's tables"),
        (other_jobs, "it contains another program's tables"),
        (other_alembic, "it contains another program's tables"),
        (read_only, "can't be used (attempt to write a readonly database)"),
    ],
)
@COMMANDS
async def test_a_file_that_cannot_be_used(
    sandbox: Sandbox, tmp_path: Path, command: str, breaks: Callable[[Path], None], words: str
) -> None:
    """The sentence names the file and what is wrong with it."""
    path = tmp_path / "broken.sqlite3"
    breaks(path)
    ran = await invoke(command, env=environment(sandbox.settings) | {"DATABASE_URL": f"sqlite:///{path}"})

    says(ran, str(path), words)


@pytest.mark.parametrize("command", ["serve", "check"])
async def test_a_damaged_file(sandbox: Sandbox, tmp_path: Path, command: str) -> None:
    """What cannot be read is named, with a backup as the way out."""
    torn(tmp_path / "torn.sqlite3")
    env = environment(sandbox.settings) | {"DATABASE_URL": f"sqlite:///{tmp_path}/torn.sqlite3"}

    says(await invoke(command, env=env), "database disk image is malformed", "It is damaged.")


@pytest.mark.parametrize("command", ["serve", "check"])
async def test_a_file_that_may_only_be_read(sandbox: Sandbox, file: Path, command: str) -> None:
    """Its tables are those of this version, so only a try to write tells."""
    make_read_only(file)

    says(await invoke(command, env=environment(sandbox.settings)), str(file), "a readonly database")


@pytest.mark.parametrize("folder", ["/proc/none", "/dev/null", "/dev/null/none"])
@COMMANDS
async def test_a_folder_that_cannot_be_written(sandbox: Sandbox, command: str, folder: str) -> None:
    """No file can be made there, not even by root."""
    env = environment(sandbox.settings) | {"DATABASE_URL": f"sqlite:///{folder}/desk.sqlite3"}

    says(await invoke(command, env=env), folder, "can't be written")


@pytest.mark.parametrize("blocks", [0, 40, 120], ids=["at-once", "while-migrating", "later"])
@COMMANDS
async def test_a_full_disk(sandbox: Sandbox, tmp_path: Path, command: str, blocks: int) -> None:
    """Nothing is written that does not fit, and the sentence names the file."""
    path = tmp_path / "full.sqlite3"
    if command == "check":
        write(path, "CREATE TABLE t (a)", "DROP TABLE t")  # without a file it would make none
    env = environment(sandbox.settings) | {"DATABASE_URL": f"sqlite:///{path}"}
    ran = await limited(command, env=env | {"PYTHONDONTWRITEBYTECODE": "1"}, blocks=blocks)

    says(ran, str(path), "can't be")


def half_compiled(source: Path, folder: Path) -> None:
    """The first half of the compiled file, where a process with this PYTHONPYCACHEPREFIX looks for it."""
    name = f"{source.stem}.{sys.implementation.cache_tag}.pyc"
    compiled = folder.joinpath(*source.parent.parts[1:], name)
    py_compile.compile(str(source), str(compiled))
    os.truncate(compiled, compiled.stat().st_size // 2)


async def test_an_incomplete_compiled_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """Python leaves some after a start on a full disk. Until they are deleted, each start says so."""
    env = environment(sandbox.settings) | {
        "PYTHONPYCACHEPREFIX": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    half_compiled(ROOT / "bot/bootstrap/server.py", tmp_path)

    says(await invoke("worker", env=env), "is incomplete", "delete the folders named __pycache__")


async def limited(command: str, *, env: dict[str, str], blocks: int) -> CommandResult:
    """A process of its own, none of whose files may grow past so many blocks of 512 bytes."""
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", 'ulimit -f "$0"; exec "$@"', str(blocks), sys.executable, APP, command),
        cwd=tempfile.gettempdir(),
        env=env,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return CommandResult(process.returncode, out.decode(), err.decode())


@COMMANDS
async def test_a_file_that_another_program_locks(sandbox: Sandbox, tmp_path: Path, command: str) -> None:
    """The command does not wait for long, and says that another program holds the file."""
    path = tmp_path / "locked.sqlite3"
    migrate_sqlite(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ran = await invoke(command, env=environment(sandbox.settings) | {"DATABASE_URL": f"sqlite:///{path}"})

    says(ran, str(path), "database is locked", "Another program is using it.")


@pytest.fixture
def url(breakable: OwnServer) -> Iterator[str]:
    """An empty database on PostgreSQL."""
    name = new_name()
    yield breakable.create(name)
    breakable.drop(name)


@pytest.fixture
def asks_for_passwords(breakable: OwnServer) -> Iterator[str]:
    """A role that the server lets in with its password only."""
    role, rules = new_name(), breakable.folder / "data" / "pg_hba.conf"
    before = rules.read_text(encoding="utf-8")
    with closing(psycopg.connect(breakable.url("postgres"), autocommit=True)) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'right'".encode())
        rules.write_text(f"host all {role} 127.0.0.1/32 scram-sha-256\n{before}", encoding="utf-8")
        admin.execute("SELECT pg_reload_conf()")
        yield role
        rules.write_text(before, encoding="utf-8")
        admin.execute("SELECT pg_reload_conf()")


@COMMANDS
async def test_a_wrong_password(
    sandbox: Sandbox, breakable: OwnServer, asks_for_passwords: str, command: str
) -> None:
    """The sentence says so without the password."""
    url = breakable.url("postgres").replace("postgres@", f"{asks_for_passwords}:wr0ng@")
    ran = await invoke(command, env=environment(sandbox.settings) | {"DATABASE_URL": url})

    says(ran, "PostgreSQL", "password authentication failed")
    assert "wr0ng" not in ran.out + ran.err


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-host.invalid"], ids=["refused", "unknown-host"])
@COMMANDS
async def test_a_server_that_is_not_there(sandbox: Sandbox, command: str, host: str) -> None:
    """The sentence says what to check."""
    env = environment(sandbox.settings) | {"DATABASE_URL": f"postgresql://desk@{host}/desk"}

    says(
        await invoke(command, env=env), "PostgreSQL", "Check DATABASE_URL, and whether the server is running."
    )


@COMMANDS
async def test_an_unknown_database(sandbox: Sandbox, breakable: OwnServer, command: str) -> None:
    """The sentence quotes the server."""
    env = environment(sandbox.settings) | {"DATABASE_URL": breakable.url("nowhere")}

    says(await invoke(command, env=env), "PostgreSQL", '"nowhere" does not exist')


@pytest.mark.parametrize("others", [(OTHERS,), (OTHERS, *ALEMBIC)], ids=["tables", "alembic"])
@pytest.mark.parametrize("command", ["migrate", "serve", "check"])
async def test_a_server_with_the_tables_of_another_program(
    sandbox: Sandbox, url: str, command: str, others: tuple[str, ...]
) -> None:
    """Nothing is made between them. Without a version at all, `serve` and `check` name `migrate`."""
    with closing(psycopg.connect(url, autocommit=True)) as other:
        for statement in others:
            other.execute(statement.encode())
        ran = await invoke(command, env=environment(sandbox.settings) | {"DATABASE_URL": url})
        [(left,)] = other.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")

    if command == "migrate" or len(others) > 1:
        says(ran, "PostgreSQL", "it contains another program's tables", "for Order Desk alone")
    else:
        says(ran, "Run `python app.py migrate`")
    assert left == (1 if len(others) == 1 else 2)


@pytest.mark.parametrize("command", ["serve", "worker", "check"])
async def test_a_server_that_only_reads(sandbox: Sandbox, url: str, command: str) -> None:
    """A standby is no place to start on."""
    migrate_postgres(url)
    only_reads(url, on=True)
    ran = await invoke(command, env=environment(sandbox.settings) | {"DATABASE_URL": url})

    says(ran, "PostgreSQL", "in a read-only transaction")


@pytest.mark.parametrize("command", ["serve", "check"])
async def test_a_table_that_another_program_locks(sandbox: Sandbox, url: str, command: str) -> None:
    """The command does not wait for long."""
    migrate_postgres(url)
    with closing(psycopg.connect(url)) as other:
        other.execute("LOCK TABLE jobs")
        ran = await invoke(command, env=environment(sandbox.settings) | {"DATABASE_URL": url})

    says(ran, "PostgreSQL", "due to lock timeout")


async def test_the_tables_of_a_later_version(sandbox: Sandbox, tmp_path: Path, url: str) -> None:
    """They work with this version too, as in a deploy that is taken back. `migrate` leaves them alone."""
    path = tmp_path / "later.sqlite3"
    migrate_sqlite(path)
    migrate_postgres(url)
    later = "UPDATE alembic_version SET version_num = '9999'"
    write(path, later)
    with closing(psycopg.connect(url, autocommit=True)) as other:
        other.execute(later.encode())
    for each in (f"sqlite:///{path}", url):
        env = environment(sandbox.settings) | {"DATABASE_URL": each}
        migrated, checked = await invoke("migrate", env=env), await invoke("check", env=env)

        assert migrated.code == 0
        assert f"version 9999. Order Desk needs {HEAD}, and works with these too." in migrated.out
        assert "none failed" in checked.out
        async with running("serve", env=env) as serving:
            await serving.serves()
