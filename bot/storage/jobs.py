"""The jobs as rows: the only SQL about them.

A job that is done keeps its key for a day, so that a late redelivery is recognised. Its content is
deleted, because order ids and response_urls are secrets. A dead job, which was given up, keeps both and
its reason for 30 days. One with a sealed API key loses its content too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from time import perf_counter

from pydantic import ValidationError

from bot.jobs.accounts import KEY_KINDS
from bot.jobs.models import CHECK_KIND, JOB, PLANNED_KINDS, Job
from bot.storage import retention
from bot.storage.database.base import Database, Sql, Value

# Jobs of each state, as they are counted often. Past that number, the age of the oldest job says more.
MAX_JOBS_COUNTED = 10_000


@dataclass(frozen=True)
class OpenJob:
    """An open job as it was recorded. Another version of the code may have written `content`."""

    id: int
    content: str


@dataclass(frozen=True)
class Attempt:
    """An attempt at an open job.

    `number` counts from 1. `broken` is how many attempts before it ended in a crash or an error. The last
    `crashes` of them were cut off: the process died. `began` is read from `perf_counter`, in seconds.
    """

    id: int  # of the job
    content: str
    recorded_at: datetime
    number: int
    broken: int
    crashes: int
    began: float = field(default_factory=perf_counter)


@dataclass(frozen=True)
class DeadJob:
    kind: str
    reason: str
    ended_at: float  # in seconds since 1970


@dataclass(frozen=True)
class Queue:
    """How many jobs there are, each number at most `MAX_JOBS_COUNTED`."""

    open: dict[str, int]  # by kind
    oldest: dict[str, float]  # by kind: when the oldest was recorded, in seconds since 1970
    dead: int


class JobStore:
    """Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def probe(self, now: datetime) -> None:
        """Writes a row as `put` does, and deletes it. Raises DatabaseFailed when no job can be recorded."""

        def probe(sql: Sql) -> None:
            insert = (
                "INSERT INTO jobs (key, team_id, kind, content, recorded_at)"
                " VALUES (:key, '', 'probe', '', :now) RETURNING id"
            )
            # A key of its own: PostgreSQL would let it wait for another process that writes the same.
            for row in sql.rows(insert, key=f"probe {token_hex(8)}", now=now.timestamp()):
                sql.do("DELETE FROM jobs WHERE id = :id", id=row["id"])

        await self._database.run(probe)

    async def prune(self, now: datetime) -> None:
        """Deletes jobs that were done a day ago, and dead ones that ended 30 days ago."""

        def prune(sql: Sql) -> None:
            for state, kept in (("done", retention.DONE_JOBS), ("dead", retention.FAILED_JOBS)):
                old = (now - kept).timestamp()
                sql.do("DELETE FROM jobs WHERE state = :state AND ended_at < :old", state=state, old=old)

        await self._database.run(prune)

    def put(self, sql: Sql, job: Job, now: datetime, *, taken: bool = False) -> int | None:
        """Records a job. Returns its row's id, or None if its key was recorded before.

        With `taken`, its first attempt is counted too. The caller makes that attempt, or calls `put_back`.
        """
        row = sql.row(
            "INSERT INTO jobs (key, team_id, kind, content, recorded_at, taken)"
            " VALUES (:key, :team, :kind, :content, :now, :taken) ON CONFLICT (key) DO NOTHING RETURNING id",
            taken=int(taken),
            key=job.key,
            team=job.team_id,
            kind=job.kind,
            content=JOB.dump_json(job).decode(),
            now=now.timestamp(),
        )
        return row["id"] if row else None

    def looks(self, sql: Sql) -> int:
        """How many checks of watched orders are open."""
        count = "SELECT count(*) AS checks FROM jobs WHERE state = 'open' AND kind = :check"
        return int(sql.rows(count, check=CHECK_KIND)[0]["checks"])

    async def open_jobs(self) -> list[OpenJob]:
        """In the order in which they were recorded."""
        query = "SELECT id, content FROM jobs WHERE state = 'open' ORDER BY id"
        rows = await self._database.run(lambda sql: sql.rows(query))
        return [OpenJob(row["id"], row["content"]) for row in rows]

    async def queue(self) -> Queue:
        """Counts the `MAX_JOBS_COUNTED` oldest open jobs, and as many dead ones."""
        first = "SELECT kind, recorded_at FROM jobs WHERE state = 'open' ORDER BY id LIMIT :most"
        kinds = (
            f"SELECT kind, count(*) AS jobs, min(recorded_at) AS oldest FROM ({first}) AS first GROUP BY kind"  # noqa: S608
        )
        kept = "SELECT 1 AS one FROM jobs WHERE state = 'dead' AND ended_at IS NOT NULL LIMIT :most"
        dead = f"SELECT count(*) AS jobs FROM ({kept}) AS kept"  # noqa: S608

        def queue(sql: Sql) -> Queue:
            rows = sql.rows(kinds, most=MAX_JOBS_COUNTED)
            return Queue(
                open={row["kind"]: row["jobs"] for row in rows},
                oldest={row["kind"]: row["oldest"] for row in rows},
                dead=sql.rows(dead, most=MAX_JOBS_COUNTED)[0]["jobs"],
            )

        return await self._database.run(queue)

    async def crashes(self, id_: int) -> int:
        """How many attempts in a row were cut off before this moment: the process died meanwhile."""
        query = "SELECT taken - tries_ended AS crashes FROM jobs WHERE id = :id AND state = 'open'"
        rows = await self._database.once(query, id=id_)
        return rows[0]["crashes"] if rows else 0

    async def take(self, id_: int, *, suspect: bool = False) -> Attempt | None:
        """Counts an attempt before it begins, so that a job that kills the process is given up in the end.

        None if the job is not open, or has no row, or if its last attempt was cut off. With `suspect`, None
        if that was not.
        """
        query = (
            f"UPDATE jobs SET taken = taken + 1 WHERE id = :id AND state = 'open'"  # noqa: S608 - two literals
            f" AND taken {'>' if suspect else '='} tries_ended"
            " RETURNING content, recorded_at, taken, put_off, tries_ended"
        )
        rows = await self._database.once(query, id=id_)
        if not rows:
            return None
        [row] = rows
        recorded_at = datetime.fromtimestamp(row["recorded_at"], UTC)
        broken, crashes = row["taken"] - row["put_off"] - 1, row["taken"] - row["tries_ended"] - 1
        return Attempt(id_, row["content"], recorded_at, row["taken"], broken, crashes)

    async def put_back(self, ids: Iterable[int]) -> None:
        """The first attempts, which were counted when these jobs were recorded, have not begun."""
        query, values = "UPDATE jobs SET taken = taken - 1 WHERE id = :id", [{"id": each} for each in ids]
        await self._database.run(lambda sql: sql.each(query, values))

    async def put_off(self, id_: int) -> None:
        """The attempt is repeated later, and does not count as broken."""
        await self._set("put_off = put_off + 1, tries_ended = taken", id_)

    async def broke(self, id_: int) -> None:
        """The attempt is repeated later, and counts as broken."""
        await self._set("tries_ended = taken", id_)

    async def done(self, id_: int, now: datetime) -> None:
        """Keeps the key, for later deliveries of the same request."""
        await self._set("state = 'done', content = '', ended_at = :now", id_, now=now.timestamp())

    async def forget(self, id_: int) -> None:
        """Deletes the row of a job that is done and cannot be delivered again."""
        await self._database.once("DELETE FROM jobs WHERE id = :id", id=id_)

    async def withdraw(self, kind: str, team_id: str, unwanted: Callable[[Job], bool], now: datetime) -> int:
        """Ends the open jobs of this kind that nobody wants any more. Returns how many that were.

        Call it from a job with their lock, so that none of them runs now.
        """
        query = "SELECT id, content FROM jobs WHERE state = 'open' AND kind = :kind AND team_id = :team"
        end = "UPDATE jobs SET state = 'done', content = '', ended_at = :now WHERE id = :id"

        def withdraw(sql: Sql) -> int:
            found = [row["id"] for row in sql.rows(query, kind=kind, team=team_id) if matches(row["content"])]
            for id_ in found:
                sql.do(end, id=id_, now=now.timestamp())
            return len(found)

        def matches(content: str) -> bool:
            try:
                return unwanted(JOB.validate_json(content))
            except ValidationError:  # of another version
                return False

        return await self._database.run(withdraw)

    async def dead(self, id_: int, reason: str, now: datetime) -> None:
        """Keeps the job with the reason why it was given up, which may quote what another server sent.

        The key of a job that is planned again and again changes, so that the next one is not taken for it.
        """
        reason = "".join(each if each.isprintable() else " " for each in reason)
        planned = {kind: kind for kind in PLANNED_KINDS}
        kinds = ", ".join(f":{kind}" for kind in planned)
        key = f"key = CASE WHEN kind IN ({kinds}) THEN key || ' ' || id ELSE key END"
        content = "content = CASE WHEN kind IN (:connect, :replace) THEN '' ELSE content END"
        ended = f"state = 'dead', reason = :reason, ended_at = :now, {key}, {content}"
        connect, replace = KEY_KINDS
        given = {"connect": connect, "replace": replace} | planned
        await self._set(ended, id_, reason=reason, now=now.timestamp(), **given)

    async def dead_jobs(self) -> list[DeadJob]:
        """Newest first."""
        query = "SELECT kind, reason, ended_at FROM jobs WHERE state = 'dead' ORDER BY ended_at DESC"
        rows = await self._database.run(lambda sql: sql.rows(query))
        return [DeadJob(row["kind"], row["reason"], row["ended_at"]) for row in rows]

    async def _set(self, changes: str, id_: int, **values: Value) -> None:
        query = f"UPDATE jobs SET {changes} WHERE id = :id"  # noqa: S608 - literals of this module
        await self._database.once(query, id=id_, **values)
