"""For a folder's conftest.py: runs its tests on SQLite and on PostgreSQL.

A file with one of the two marks runs on that database only.
"""

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database with its tables."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    file: Path = request.getfixturevalue("file")
    return f"sqlite:///{file}"


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
