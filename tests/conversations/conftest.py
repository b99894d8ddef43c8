"""Every conversation, on each database and its engine."""

from tests.support.both_databases import database_url

__all__ = ["database_url"]
