"""What makes the tables of an earlier version out of today's."""

BEFORE_0009 = (
    "ALTER TABLE channels DROP COLUMN pictures",
    *(f"DROP TABLE {table}" for table in ("accounts", "account_channels", "pictures")),
)
BEFORE_0008 = (
    *BEFORE_0009,
    *(f"ALTER TABLE channels DROP COLUMN {line}" for line in ("brackets", "expiry", "forecast")),
    *(f"DROP TABLE {table}" for table in ("orders_seen", "last_calls", "people")),
)
