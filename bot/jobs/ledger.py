"""The jobs as rows: the only SQL about them.

A finished job keeps its key for a day, so that a late redelivery is known, and loses its content:
order ids and response_urls are secrets. A dead one keeps both, with its reason, until it is pruned.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.database import Database
from bot.jobs.model import JOB, Job

DONE_KEPT = timedelta(days=1)
DEAD_KEPT = timedelta(days=30)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    team_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dead')),
    taken INTEGER NOT NULL DEFAULT 0,
    put_off INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    recorded_at REAL NOT NULL,
    ended_at REAL
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_open ON jobs (id) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS jobs_ended ON jobs (state, ended_at) WHERE ended_at IS NOT NULL;
"""


@dataclass(frozen=True)
class Row:
    """An open job as it was recorded; `content` may be of another version of the code."""

    id: int
    content: str


@dataclass(frozen=True)
class Take:
    """The how-manieth try this is, and how many tries before it ended in a crash or an error."""

    attempt: int
    broken: int


@dataclass(frozen=True)
class DeadJob:
    kind: str
    reason: str
    ended_at: float


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Makes the table if there is none."""

        def prepare(sql: sqlite3.Connection) -> None:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                sql.execute(statement)

        await self._database.run(prepare)

    async def prune(self, now: datetime) -> None:
        """Forgets what ended long ago."""

        def prune(sql: sqlite3.Connection) -> None:
            for state, kept in (("done", DONE_KEPT), ("dead", DEAD_KEPT)):
                old = (now - kept).timestamp()
                sql.execute("DELETE FROM jobs WHERE state = ? AND ended_at < ?", (state, old))

        await self._database.run(prune)

    async def record(self, job: Job, now: datetime) -> int | None:
        """The id of the new row, on the disk when this returns; None if its key was recorded before."""
        values = (job.key, job.team_id, job.kind, JOB.dump_json(job).decode(), now.timestamp())

        def insert(sql: sqlite3.Connection) -> int | None:
            cursor = sql.execute(
                "INSERT INTO jobs (key, team_id, kind, content, recorded_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (key) DO NOTHING",
                values,
            )
            return cursor.lastrowid if cursor.rowcount else None

        return await self._database.run(insert)

    async def open_jobs(self) -> list[Row]:
        """In the order in which they were recorded."""
        query = "SELECT id, content FROM jobs WHERE state = 'open' ORDER BY id"
        rows = await self._database.run(lambda sql: sql.execute(query).fetchall())
        return [Row(row["id"], row["content"]) for row in rows]

    async def take(self, id_: int) -> Take:
        """Counts the try before it begins: a job that kills the process must not do so for ever."""
        query = "UPDATE jobs SET taken = taken + 1 WHERE id = ? RETURNING taken, put_off"
        row = await self._database.run(lambda sql: sql.execute(query, (id_,)).fetchone())
        return Take(attempt=row["taken"], broken=row["taken"] - row["put_off"] - 1)

    async def put_off(self, id_: int) -> None:
        await self._set("put_off = put_off + 1", id_)

    async def done(self, id_: int, now: datetime) -> None:
        await self._set("state = 'done', content = '', ended_at = ?", id_, now.timestamp())

    async def forget(self, id_: int) -> None:
        """For what is done and cannot come again."""
        await self._database.run(lambda sql: sql.execute("DELETE FROM jobs WHERE id = ?", (id_,)))

    async def dead(self, id_: int, reason: str, now: datetime) -> None:
        await self._set("state = 'dead', reason = ?, ended_at = ?", id_, reason, now.timestamp())

    async def dead_jobs(self) -> list[DeadJob]:
        """Newest first."""
        query = "SELECT kind, reason, ended_at FROM jobs WHERE state = 'dead' ORDER BY ended_at DESC"
        rows = await self._database.run(lambda sql: sql.execute(query).fetchall())
        return [DeadJob(**row) for row in rows]

    async def _set(self, changes: str, id_: int, *values: float | str) -> None:
        query = f"UPDATE jobs SET {changes} WHERE id = ?"  # noqa: S608 - our own three literals above
        await self._database.run(lambda sql: sql.execute(query, (*values, id_)))
