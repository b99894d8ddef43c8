"""The tables, as Alembic makes them. They are the same in SQLite and in PostgreSQL.

While a new version is rolled out, the version before runs on the migrated tables. So a migration only
adds. A column is removed one version after the last one that reads it.
"""
