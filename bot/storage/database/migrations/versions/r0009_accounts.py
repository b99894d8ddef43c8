"""Connected accounts with their sealed keys, and the pictures on cards."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TIME: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")  # seconds since 1970


def upgrade() -> None:
    op.add_column("channels", sa.Column("pictures", sa.Integer, nullable=False, server_default="0"))
    accounts()
    pictures()


def accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("team_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("sealed_key", sa.Text, nullable=False),
        sa.Column("key_at", TIME, nullable=False),  # when a person asked for this key
        sa.Column("webhook_id", sa.Text, nullable=False, unique=True),
        sa.Column("sealed_webhook", sa.Text, nullable=False),
        sa.Column("everywhere", sa.Integer, nullable=False),
        sa.Column("connected_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.Column("refused_at", TIME),
        sa.UniqueConstraint("team_id", "name"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account_channels",
        sa.Column("team_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("channel_id", sa.Text, primary_key=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def pictures() -> None:
    """A row is written before its file has content, so that no file is left over after a kill."""
    op.create_table(
        "pictures",
        sa.Column("team_id", sa.Text, primary_key=True),
        sa.Column("file_id", sa.Text, primary_key=True),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("alt_text", sa.Text, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("delete_at", TIME, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("pictures_on_cards", "pictures", ["team_id", "channel_id", "ts"])
    op.create_index("pictures_delete_at", "pictures", ["delete_at"])
