"""Everything that is remembered, on SQLite or PostgreSQL: rows and the SQL beside them."""
