"""What costs money: optional lines of cards, orders that were seen, last calls, and time zones."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")  # seconds since 1970


def upgrade() -> None:
    for line in ("brackets", "expiry", "forecast"):
        op.add_column("channels", sa.Column(line, sa.Integer, nullable=False, server_default="1"))
    orders_seen()
    last_calls()
    people()


def orders_seen() -> None:
    op.create_table(
        "orders_seen",
        sa.Column("team_id", sa.Text, primary_key=True),
        sa.Column("order_id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("created_at", TIME),
        sa.Column("began_at", TIME),
        sa.Column("done_at", TIME),
        sa.Column("photos", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("downloaded", sa.Integer),
        sa.Column("early_at", TIME),
        sa.Column("late_at", TIME),
        sa.Column("seen_at", TIME, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("orders_seen_at", "orders_seen", ["seen_at"])


def last_calls() -> None:
    op.create_table(
        "last_calls",
        sa.Column("id", ROW, primary_key=True),
        sa.Column("team_id", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("posts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("content", sa.Text, nullable=False),
        sa.UniqueConstraint("team_id", "place", "order_id"),
        sqlite_strict=True,
    )
    op.create_index("last_calls_due", "last_calls", ["due_at"])


def people() -> None:
    op.create_table(
        "people",
        sa.Column("team_id", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("time_zone", sa.Text, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
