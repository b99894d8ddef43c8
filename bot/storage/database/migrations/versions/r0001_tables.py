"""Jobs, watches, snapshots and channel settings. A SQLite file from before Alembic has them already."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")  # seconds since 1970
LIVE = sa.text("condition != 'ended'")


def upgrade() -> None:
    jobs()
    watches()
    watchers()
    looks()
    channels()


def jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ROW, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("team_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="open"),
        sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
        sa.Column("put_off", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.CheckConstraint("state IN ('open', 'done', 'dead')"),
        sqlite_strict=True,
        if_not_exists=True,
    )
    index("jobs_open", "jobs", ["id"], where=sa.text("state = 'open'"))
    index("jobs_ended", "jobs", ["state", "ended_at"], where=sa.text("ended_at IS NOT NULL"))


def watches() -> None:
    op.create_table(
        "watches",
        sa.Column("id", ROW, primary_key=True),
        sa.Column("team_id", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("condition", sa.Text, nullable=False),
        sa.Column("next_look", TIME, nullable=False),
        sa.Column("claimed", TIME, nullable=False, server_default="0"),
        sa.Column("wakes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("woken", TIME, nullable=False, server_default="0"),
        sa.Column("hooked", sa.Integer, nullable=False, server_default="0"),
        sa.Column("called", sa.Integer, nullable=False, server_default="0"),
        sa.Column("share", sa.Integer, nullable=False, server_default="1"),
        sa.Column("ended_at", TIME),
        sa.Column("content", sa.Text, nullable=False),
        sa.CheckConstraint("condition IN ('open', 'parked', 'ending', 'ended')"),
        sqlite_strict=True,
        if_not_exists=True,
    )
    index("watches_once", "watches", ["team_id", "place", "order_id"], where=LIVE, unique=True)
    index("watches_of_order", "watches", ["order_id"], where=LIVE)
    index("watches_due", "watches", ["next_look"], where=LIVE)
    index("watches_ended", "watches", ["ended_at"], where=sa.text("condition = 'ended'"))


def watchers() -> None:
    op.create_table(
        "watchers",
        sa.Column("team_id", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("watch_id", ROW, sa.ForeignKey("watches.id"), primary_key=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    index("watchers_of_watch", "watchers", ["watch_id"])


def looks() -> None:
    op.create_table(
        "looks",
        sa.Column("team_id", sa.Text, primary_key=True),
        sa.Column("order_id", sa.Text, primary_key=True),
        sa.Column("tally", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
        if_not_exists=True,
    )


def channels() -> None:
    op.create_table(
        "channels",
        sa.Column("team_id", sa.Text, primary_key=True),
        sa.Column("channel_id", sa.Text, primary_key=True),
        sa.Column("broadcast", sa.Integer, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
        if_not_exists=True,
    )


def index(
    name: str, table: str, columns: list[str], *, where: sa.TextClause | None = None, unique: bool = False
) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=where,
        postgresql_where=where,
        if_not_exists=True,
    )
