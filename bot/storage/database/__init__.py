"""The only module that opens the database: SQLite for one process, PostgreSQL for several."""
