"""Every promise, on each engine and database."""

import pytest

from bot.storage.database.base import Database
from tests.both import database_url
from tests.queue.contract.bench import Bench

__all__ = ["database_url"]


@pytest.fixture
def bench(database: Database, database_url: str) -> Bench:
    return Bench(database, database_url)
