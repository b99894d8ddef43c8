"""What every queue promises, on each engine and database."""

import pytest

from bot.storage.database.base import Database
from tests.queue.contract.harness import Bench
from tests.support.both_databases import database_url

__all__ = ["database_url"]


@pytest.fixture
def bench(database: Database, database_url: str) -> Bench:
    return Bench(database, database_url)
