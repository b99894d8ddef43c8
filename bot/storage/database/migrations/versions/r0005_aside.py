"""An index of the watches that are paused or ending. They are few, and counting them reads no others."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    aside = sa.text("condition IN ('parked', 'ending')")
    op.create_index(
        "watches_aside",
        "watches",
        ["condition"],
        sqlite_where=aside,
        postgresql_where=aside,
        if_not_exists=True,
    )
