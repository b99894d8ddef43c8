"""What is stored, on SQLite or PostgreSQL: the rows, and the SQL that reads and writes them."""
