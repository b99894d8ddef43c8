"""An index that finds a lock's jobs. By Procrastinate's own, whoever wants one job reads all that wait.

It chooses better when PostgreSQL knows how many wait; of a table that is empty most of the time, it does not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    # The condition is that of Procrastinate's index, letter by letter.
    waiting = sa.text(
        "status = ANY (ARRAY['todo'::procrastinate_job_status, 'doing'::procrastinate_job_status])"
    )
    columns: list[str | sa.TextClause] = ["lock", sa.text("priority DESC"), "id"]
    op.create_index("lanes", "procrastinate_jobs", columns, postgresql_where=waiting, if_not_exists=True)
