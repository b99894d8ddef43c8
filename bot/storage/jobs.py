"""The jobs as rows: the only SQL about them.

A finished job keeps its key for a day, so that a late redelivery is known, and loses its content:
order ids and response_urls are secrets. A dead one keeps both, with its reason, until it is pruned.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter

from bot.jobs.models import CHECK_KIND, JOB, Job
from bot.storage.database.base import Database, Sql, Value

DONE_KEPT = timedelta(days=1)
DEAD_KEPT = timedelta(days=30)
MAX_COUNTED = (
    10_000  # so many jobs of each state at most, as it is counted often: past that, the age says more
)


@dataclass(frozen=True)
class OpenJob:
    """An open job as it was recorded; `content` may be of another version of the code."""

    id: int
    content: str


@dataclass(frozen=True)
class Attempt:
    """A try of an open job.

    `number` counts from 1. `broken` says how many before it ended in a crash or an error. `began` is by
    `perf_counter`.
    """

    id: int
    content: str
    recorded_at: datetime
    number: int
    broken: int
    began: float = field(default_factory=perf_counter)


@dataclass(frozen=True)
class DeadJob:
    kind: str
    reason: str
    ended_at: float


@dataclass(frozen=True)
class Queue:
    """By kind: how many jobs are open, and when the oldest was recorded, in seconds since 1970."""

    open: dict[str, int]
    oldest: dict[str, float]
    dead: int


class JobStore:
    """Raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prune(self, now: datetime) -> None:
        """Forgets what ended long ago."""

        def prune(sql: Sql) -> None:
            for state, kept in (("done", DONE_KEPT), ("dead", DEAD_KEPT)):
                old = (now - kept).timestamp()
                sql.do("DELETE FROM jobs WHERE state = :state AND ended_at < :old", state=state, old=old)

        await self._database.run(prune)

    def put(self, sql: Sql, job: Job, now: datetime) -> int | None:
        """The id of the new row; None if its key was recorded before."""
        row = sql.row(
            "INSERT INTO jobs (key, team_id, kind, content, recorded_at)"
            " VALUES (:key, :team, :kind, :content, :now) ON CONFLICT (key) DO NOTHING RETURNING id",
            key=job.key,
            team=job.team_id,
            kind=job.kind,
            content=JOB.dump_json(job).decode(),
            now=now.timestamp(),
        )
        return row["id"] if row else None

    def looks(self, sql: Sql) -> int:
        """How many looks of our own have not ended."""
        count = "SELECT count(*) AS looks FROM jobs WHERE state = 'open' AND kind = :look"
        return int(sql.rows(count, look=CHECK_KIND)[0]["looks"])

    async def open_jobs(self) -> list[OpenJob]:
        """In the order in which they were recorded."""
        query = "SELECT id, content FROM jobs WHERE state = 'open' ORDER BY id"
        rows = await self._database.run(lambda sql: sql.rows(query))
        return [OpenJob(row["id"], row["content"]) for row in rows]

    async def queue(self) -> Queue:
        """The `MAX_COUNTED` oldest, and as many dead ones."""
        first = "SELECT kind, recorded_at FROM jobs WHERE state = 'open' ORDER BY id LIMIT :most"
        kinds = (
            f"SELECT kind, count(*) AS jobs, min(recorded_at) AS oldest FROM ({first}) AS first GROUP BY kind"  # noqa: S608
        )
        kept = "SELECT 1 AS one FROM jobs WHERE state = 'dead' AND ended_at IS NOT NULL LIMIT :most"
        dead = f"SELECT count(*) AS jobs FROM ({kept}) AS kept"  # noqa: S608

        def queue(sql: Sql) -> Queue:
            rows = sql.rows(kinds, most=MAX_COUNTED)
            return Queue(
                open={row["kind"]: row["jobs"] for row in rows},
                oldest={row["kind"]: row["oldest"] for row in rows},
                dead=sql.rows(dead, most=MAX_COUNTED)[0]["jobs"],
            )

        return await self._database.run(queue)

    async def take(self, id_: int) -> Attempt | None:
        """Counts the try before it begins: a job that kills the process must not do so for ever.

        None if it has ended, or never was.
        """
        query = (
            "UPDATE jobs SET taken = taken + 1 WHERE id = :id AND state = 'open'"
            " RETURNING content, recorded_at, taken, put_off"
        )
        row = await self._database.run(lambda sql: sql.row(query, id=id_))
        if row is None:
            return None
        recorded_at = datetime.fromtimestamp(row["recorded_at"], UTC)
        broken = row["taken"] - row["put_off"] - 1
        return Attempt(id_, row["content"], recorded_at, row["taken"], broken)

    async def put_off(self, id_: int) -> None:
        await self._set("put_off = put_off + 1", id_)

    async def done(self, id_: int, now: datetime) -> None:
        await self._set("state = 'done', content = '', ended_at = :now", id_, now=now.timestamp())

    async def forget(self, id_: int) -> None:
        """For what is done and cannot come again."""
        await self._database.run(lambda sql: sql.do("DELETE FROM jobs WHERE id = :id", id=id_))

    async def dead(self, id_: int, reason: str, now: datetime) -> None:
        """A look gives its key free: the order is looked at again, when it is due again."""
        key = "key = CASE kind WHEN :look THEN key || ' ' || id ELSE key END"
        ended = f"state = 'dead', reason = :reason, ended_at = :now, {key}"
        await self._set(ended, id_, reason=reason, now=now.timestamp(), look=CHECK_KIND)

    async def dead_jobs(self) -> list[DeadJob]:
        """Newest first."""
        query = "SELECT kind, reason, ended_at FROM jobs WHERE state = 'dead' ORDER BY ended_at DESC"
        rows = await self._database.run(lambda sql: sql.rows(query))
        return [DeadJob(row["kind"], row["reason"], row["ended_at"]) for row in rows]

    async def _set(self, changes: str, id_: int, **values: Value) -> None:
        query = f"UPDATE jobs SET {changes} WHERE id = :id"  # noqa: S608 - literals of this module
        await self._database.run(lambda sql: sql.do(query, id=id_, **values))
