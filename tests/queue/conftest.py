"""What every queue promises, on each engine and database."""

import pytest

from bot.storage.database.base import Database
from tests.queue.contract.harness import Harness
from tests.support.both_databases import database_url

__all__ = ["database_url"]


@pytest.fixture
def harness(database: Database, database_url: str) -> Harness:
    return Harness(database, database_url)
