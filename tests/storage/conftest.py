"""Every store, on each database."""

from tests.support.both_databases import database_url

__all__ = ["database_url"]
