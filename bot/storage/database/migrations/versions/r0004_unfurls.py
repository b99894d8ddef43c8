"""Whether a channel wants small cards below links to orders. It never chose: no."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("channels", sa.Column("unfurls", sa.Integer, nullable=False, server_default="0"))
