"""An index that finds the jobs of one lock. With Procrastinate's own, each search reads all waiting jobs.

PostgreSQL would choose better if it knew how many jobs wait. It does not know that of a table that is
empty most of the time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    # Exactly the condition of Procrastinate's own index.
    waiting = sa.text(
        "status = ANY (ARRAY['todo'::procrastinate_job_status, 'doing'::procrastinate_job_status])"
    )
    columns: list[str | sa.TextClause] = ["lock", sa.text("priority DESC"), "id"]
    op.create_index("lanes", "procrastinate_jobs", columns, postgresql_where=waiting, if_not_exists=True)
