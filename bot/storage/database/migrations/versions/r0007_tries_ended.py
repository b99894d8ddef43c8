"""How many tries at a job have ended. A try that has not, and does not run, was cut off with its process."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("tries_ended", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE jobs SET tries_ended = taken WHERE state = 'open'")
