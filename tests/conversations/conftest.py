"""Every conversation, on each database and its engine. None may leave a secret anywhere."""

from tests.support.both_databases import database_url
from tests.support.leaks import no_leaks, searched_database

__all__ = ["database_url", "no_leaks", "searched_database"]
