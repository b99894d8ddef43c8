"""Many jobs at once, before PostgreSQL has statistics about them."""

import time

from bot.storage.database.base import Sql
from tests.queue.contract.harness import Harness
from tests.support.both_databases import on_postgres

WAITING = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock)
SELECT 'people', 'job', md5(number::text) FROM generate_series(1, 10000) AS number
"""
FETCH = """
SELECT id FROM procrastinate_fetch_job_v2(
    ARRAY['people']::varchar[], (SELECT min(id) FROM procrastinate_workers)
)
"""


@on_postgres
async def test_a_worker_finds_its_next_job_among_ten_thousand(harness: Harness) -> None:
    """The worker finds the job at once.

    With Procrastinate's own indexes each search takes seconds, and with many more jobs none is done.
    """

    def crowd(sql: Sql) -> None:
        sql.do(WAITING)
        sql.do("INSERT INTO procrastinate_workers DEFAULT VALUES")

    def fetch(sql: Sql) -> None:
        [job] = sql.rows(FETCH)
        assert job["id"]

    await harness.database.run(crowd)
    began = time.monotonic()
    await harness.database.run(fetch)

    assert time.monotonic() - began < 1
