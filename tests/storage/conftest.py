"""Every store, on each database."""

from tests.both import database_url

__all__ = ["database_url"]
