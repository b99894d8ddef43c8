"""Every conversation, on each database and its engine."""

from tests.both import database_url

__all__ = ["database_url"]
