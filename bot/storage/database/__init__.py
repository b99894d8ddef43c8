"""The one door to the database: SQLite for one process, PostgreSQL for several."""
