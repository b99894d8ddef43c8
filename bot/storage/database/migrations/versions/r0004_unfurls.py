"""Whether a channel wants small cards below links to orders. By default it does not."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("channels", sa.Column("unfurls", sa.Integer, nullable=False, server_default="0"))
