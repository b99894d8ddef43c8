"""The tables, as Alembic brings them up; the same ones in SQLite and in PostgreSQL.

While a new version is rolled out, the one before still runs on the tables that it has migrated. So a
migration adds; what is to go is taken away one version after nothing reads it.
"""
