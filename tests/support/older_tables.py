"""What makes the tables of an earlier version out of today's."""

BEFORE_0008 = (
    *(f"ALTER TABLE channels DROP COLUMN {line}" for line in ("brackets", "expiry", "forecast")),
    *(f"DROP TABLE {table}" for table in ("orders_seen", "last_calls", "people")),
)
