"""Rate limits that several processes share. One process keeps them in memory, so SQLite has no table."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    op.create_table(
        "meters",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("empty", sa.Double, nullable=False, server_default="0"),  # seconds since 1970
        sa.Column("rests", sa.Double, nullable=False, server_default="0"),
    )
