"""Which scans PostgreSQL uses for the queries of `DueWatches` and `Watches`."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

from benchmarks.scaling.rows import NOW, order_id, place, team_id
from bot.storage.database.base import Database, Row, Sql, Statement, Value
from bot.storage.due_watches import DueOrder, DueWatches
from bot.storage.watches import Watches

T = TypeVar("T")
_SCAN = re.compile(r"((?:Seq|Bitmap Index|Index|Index Only) Scan(?: Backward)?)(?: using (\w+))? on (\w+)")


class _Explained:
    """A `bot.storage.database.base.Sql` that runs EXPLAIN before each query and records the scans."""

    def __init__(self, sql: Sql, scans: list[str]) -> None:
        self._sql = sql
        self._scans = scans

    def rows(self, query: str, /, **values: Value) -> list[Row]:
        self._explain(query, values)
        return self._sql.rows(query, **values)

    def row(self, query: str, /, **values: Value) -> Row | None:
        self._explain(query, values)
        return self._sql.row(query, **values)

    def do(self, query: str, /, **values: Value) -> None:
        self._explain(query, values)
        self._sql.do(query, **values)

    def each(self, query: str, values: Iterable[Mapping[str, Value]], /) -> None:
        for each in values:
            self.do(query, **each)

    def exclusive(self, name: str, /) -> None:
        self._sql.exclusive(name)

    def _explain(self, query: str, values: Mapping[str, Value]) -> None:
        for row in self._sql.rows(f"EXPLAIN {query}", **values):
            if found := _SCAN.search(row["QUERY PLAN"]):
                how, index, table = found.groups()
                self._scans.append(f"{how} ({index or table})")


class _Asked:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.scans: list[str] = []

    async def run(self, statement: Statement[T]) -> T:
        return await self._database.run(lambda sql: statement(_Explained(sql, self.scans)))

    async def once(self, query: str, /, **values: Value) -> list[Row]:
        return await self.run(lambda sql: sql.rows(query, **values))


async def plans(database: Database) -> dict[str, list[str]]:
    """The scans of each query, each once. The queries change only times in the database."""
    asked = _Asked(database)
    due_watches, store = DueWatches(asked), Watches(asked)
    order, team, here = order_id(1), team_id(1), place(1)
    [watch] = await Watches(database).of_order(team, order)
    one, person = [DueOrder(team, order)], watch.watchers[0].user_id
    later = NOW + timedelta(hours=1)
    questions: dict[str, Callable[[], Awaitable[object]]] = {
        "`due`, none due": lambda: asked.run(lambda sql: due_watches.due(sql, NOW, 200)),
        "`due`, all due": lambda: asked.run(lambda sql: due_watches.due(sql, later, 200)),
        "`claim`": lambda: asked.run(lambda sql: due_watches.claim(sql, one, NOW)),
        "`wake`": lambda: due_watches.wake(order, later, 1),
        "`of_order`": lambda: store.of_order(team, order),
        "`at`": lambda: store.at(team, here),
        "`of_person`": lambda: store.of_person(team, person),
        "`add`": lambda: store.add(watch, most=1),
        "`save`": lambda: store.save(watch),
        "`note`": lambda: store.note(watch),
        "`prune`": lambda: store.prune(NOW),
        "`parked` (only `check` asks)": store.parked,
    }
    found: dict[str, list[str]] = {}
    for name, question in questions.items():
        asked.scans.clear()
        await question()
        found[name] = list(dict.fromkeys(asked.scans))
    return found
