"""Rate limits that several processes share, as rows of PostgreSQL. All times are from its clock."""

import math

from bot.storage.database.base import Database
from bot.storage.rate_limits.base import Turn

# A power cut may lose a turn. By the time the database is back, that turn no longer matters.
_ASYNC_COMMIT = "set_config('synchronous_commit', 'off', true)"
_NOW = "extract(epoch FROM clock_timestamp())"
_FREE_FROM = f"greatest(meters.empty, {_NOW} + :after)"
_SECONDS = f"greatest({_FREE_FROM} - :before - {_NOW}, :after)"
# No turn is booked so far ahead. So the clock was set back since, and the limit counts from now.
_CLOCK_SET_BACK = f"{_SECONDS} > :within + :every + 60"
_TAKE = f"""
INSERT INTO meters (name, empty) VALUES (:name, {_NOW} + :after + :every)
ON CONFLICT (name) DO UPDATE
SET empty = CASE WHEN {_CLOCK_SET_BACK} THEN {_NOW} + :after ELSE {_FREE_FROM} END + :every
WHERE meters.rests <= {_NOW} AND ({_SECONDS} <= :within OR {_CLOCK_SET_BACK})
RETURNING greatest(empty - :every - :before - {_NOW}, :after) AS seconds, {_ASYNC_COMMIT}
"""  # noqa: S608 - our own literals above
_WAIT = f"""
SELECT {_SECONDS} AS seconds, greatest(rests - {_NOW}, 0) AS rests FROM meters WHERE name = :name
"""  # noqa: S608


class SharedRateLimiter:
    """`bot.storage.rate_limits.base.RateLimiter` for several processes. Raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, name: str, *, every: float, burst: int = 1, within: float = math.inf, after: float = 0.0
    ) -> Turn:
        before = (burst - 1) * every
        for taken in await self._database.once(
            _TAKE, name=name, every=every, before=before, within=within, after=after
        ):
            return Turn(taken["seconds"], booked=True)
        for left in await self._database.once(_WAIT, name=name, before=before, after=after):
            return Turn(left["rests"] or left["seconds"], booked=False, paused=left["rests"] > 0)
        return Turn(after, booked=False)  # its row was deleted at this moment, as it is wholly free again

    async def has_room(self, name: str, *, every: float, burst: int, turns: int) -> bool:
        query = (
            f"SELECT rests <= {_NOW} AND greatest(empty - {_NOW}, 0) + :wanted <= :all AS room"  # noqa: S608
            " FROM meters WHERE name = :name"
        )
        wanted, most = turns * every, burst * every + 1e-6
        rows = await self._database.once(query, name=name, wanted=wanted, all=most)
        return bool(rows[0]["room"]) if rows else wanted <= most

    async def pause(self, name: str, seconds: float) -> None:
        query = (
            f"INSERT INTO meters (name, rests) VALUES (:name, {_NOW} + :seconds)"  # noqa: S608
            " ON CONFLICT (name) DO UPDATE SET rests = greatest(meters.rests, excluded.rests)"
        )
        await self._database.once(query, name=name, seconds=seconds)

    async def paused_for(self, name: str) -> float:
        query = f"SELECT greatest(rests - {_NOW}, 0) AS rests FROM meters WHERE name = :name"  # noqa: S608
        rows = await self._database.once(query, name=name)
        return rows[0]["rests"] if rows else 0.0

    async def prune(self) -> None:
        query = f"DELETE FROM meters WHERE empty < {_NOW} - 60 AND rests < {_NOW}"  # noqa: S608
        await self._database.run(lambda sql: sql.do(query))
