"""Whether a channel wants lines and a notice about an order's brackets. By default it does."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("channels", sa.Column("brackets", sa.Integer, nullable=False, server_default="1"))
