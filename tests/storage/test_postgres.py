"""The PostgreSQL of the tests: its databases are apart, and it survives a kill."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from subprocess import PIPE

import psycopg
import pytest

from tests.support.databases import new_name, programs
from tests.support.postgres_server import OwnServer, Server
from tests.support.process import ROOT


def run(url: str, *statements: str) -> None:
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def tables(url: str) -> set[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with closing(psycopg.connect(url)) as connection:
        return {name for (name,) in connection.execute(query)}


def test_two_databases_are_apart(postgres: Server, postgres_url: str) -> None:
    """No test sees what another does in its database."""
    name = new_name()
    other_url = postgres.create(name)

    run(postgres_url, "CREATE TABLE here (a int)")
    run(other_url, "CREATE TABLE there (a int)")

    assert "there" not in tables(postgres_url)
    assert tables(other_url) == {"there"}
    postgres.drop(name)


def test_a_copy_has_what_its_template_has(postgres: Server) -> None:
    """The template's tables are made once, and each copy of it has them."""
    original, copy = new_name(), new_name()
    run(postgres.create(original), "CREATE TABLE t (a int)")

    assert tables(postgres.create(copy, original)) == {"t"}

    postgres.drop(copy)
    postgres.drop(original)


def test_a_database_in_use_is_dropped(postgres: Server) -> None:
    """A test that leaves a connection open does not keep its database."""
    name = new_name()
    with closing(psycopg.connect(postgres.create(name))) as connection:
        postgres.drop(name)

        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_the_url_keeps_its_options() -> None:
    """A given server may need a password, options or a socket."""
    assert (
        Server("postgresql://me:pw@db:1/x?sslmode=require").url("y")
        == "postgresql://me:pw@db:1/y?sslmode=require"
    )
    assert Server("postgresql:///x?host=/run").url("y") == "postgresql:///y?host=/run"


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_stop_crash_and_start(breakable: OwnServer, how: str) -> None:
    """Stop and crash cut off every connection. After a start, what was committed is there."""
    url = breakable.create(new_name())
    run(url, "CREATE TABLE t (a int)", "INSERT INTO t SELECT generate_series(1, 1000)")
    with closing(psycopg.connect(url)) as connection:
        connection.execute("INSERT INTO t VALUES (0)")

        getattr(breakable, how)()

        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError, match="refused"):
            psycopg.connect(url)
    breakable.start()

    with closing(psycopg.connect(url)) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (1000,)


def test_a_test_may_leave_it_down(breakable: OwnServer) -> None:
    """Each test finds the server running. This one leaves it crashed, which its end must repair too."""
    run(breakable.create(new_name()), "SELECT 1")

    breakable.crash()


def test_a_failed_start_shows_the_log(breakable: OwnServer) -> None:
    """The error has the end of the server's log, here that another server uses this data."""
    second = OwnServer(programs(os.environ), breakable.folder, 1)

    with pytest.raises(RuntimeError, match=r"postmaster\.pid.* already exists"):
        second.start()

    assert not second.runs


def test_nothing_is_left_of_killed_tests() -> None:
    """After kill -9 of the tests, their server and its folder are removed."""
    programs(os.environ)  # skips here, and not in the subprocess, where there is none
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:  # noqa: S603 - this very file
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert (folder / "data" / "postmaster.pid").is_file()

        process.kill()

        process.communicate(timeout=20)  # until the last process that could write there has ended
    assert not folder.exists()


def test_without_postgresql(tmp_path: Path) -> None:
    """Tests that need it are skipped with what to do. In CI they fail."""
    with pytest.raises(
        pytest.skip.Exception, match="install the package postgresql, or set TEST_DATABASE_URL"
    ):
        programs({}, tmp_path)
    with pytest.raises(pytest.fail.Exception, match="install the package postgresql"):
        programs({"CI": "true"}, tmp_path)


def test_the_newest_version_is_used(tmp_path: Path) -> None:
    """The highest version number wins."""
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()

    assert programs({}, tmp_path) == tmp_path / "17" / "bin"


RUN = """
import os
import sys
from tests.support.databases import programs
from tests.support.postgres_server import own_server

with own_server(programs(os.environ)) as server:
    print(server.folder, flush=True)
    sys.stdin.read()
"""
