"""A database for each test, on the tests' own PostgreSQL or on the one that TEST_DATABASE_URL names."""

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.storage.database.schema import migrate_postgres
from tests.support.postgres_server import OwnServer, Server, own_server

DEBIAN = Path("/usr/lib/postgresql")


def programs(environment: Mapping[str, str], debian: Path = DEBIAN) -> Path:
    """The folder of the newest PostgreSQL's programs. Without one the test is skipped, but in CI it fails."""
    folders = [initdb.parent for initdb in debian.glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    if initdb := shutil.which("initdb", path=environment.get("PATH", "")):
        return Path(initdb).resolve().parent
    reason = "no PostgreSQL found: install the package postgresql"
    if not environment.get("TEST_DATABASE_URL"):
        reason += ", or set TEST_DATABASE_URL"
    if environment.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def new_name() -> str:
    """A name that no other test has, nor another run of the tests on the same server."""
    return f"test_{secrets.token_hex(6)}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests. None of them may stop it."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield Server(url)
        return
    with own_server(programs(os.environ)) as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres: Server) -> Iterator[str]:
    """The name of the database that each test gets a copy of."""
    name = new_name()
    migrate_postgres(postgres.create(name))
    yield name
    postgres.drop(name)


@pytest.fixture
def postgres_url(postgres: Server, template: str) -> Iterator[str]:
    """A fresh copy of the template, dropped after the test."""
    name = new_name()
    yield postgres.create(name, template)
    postgres.drop(name)


@pytest.fixture(scope="session")
def _breakable() -> Iterator[OwnServer]:
    with own_server(programs(os.environ)) as server:
        yield server


@pytest.fixture
def breakable(_breakable: OwnServer) -> Iterator[OwnServer]:
    """A server that the test may stop and kill. The next test finds it running again."""
    yield _breakable
    if not _breakable.runs:
        _breakable.start()
