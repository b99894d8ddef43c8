"""As many rows as are wanted: each as the store would write it, and written in bulk."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from benchmarks.scaling.crowd import Crowd
from benchmarks.scaling.lives import START, at, due
from bot.orders.ids import OrderId
from bot.storage.database.base import Database
from bot.storage.watches import WATCH, Watches
from bot.watches.models import Watch

NOW = START  # nothing is due yet
TEAMS = 10_000
_WATCHES = ("id", "team_id", "place", "order_id", "condition", "next_look", "share", "hooked", "content")
_WATCHERS = ("team_id", "user_id", "watch_id")
_AT_ONCE = 10_000


class Unlike(Exception):
    """The store writes something else by now."""


def order_id(number: int) -> OrderId:
    return OrderId(f"{number:08x}-9c1b-4a61-8f7e-2d90b3a6c418")


def team_id(number: int) -> str:
    return f"T{number % TEAMS:010}"


def place(number: int) -> str:
    """Two channels of each team."""
    return f"C{number % (2 * TEAMS):010}"


def crowd_of(crowd: Crowd, number: int) -> Iterator[Watch]:
    """So many, numbered from 1, each of an order of its own in a channel of the teams; none is due yet."""
    for id_, member in enumerate(crowd.met(number, Random(number)), 1):  # noqa: S311 - no secret
        planned = max(due(member.watch, member.order, crowd.way) + member.since, 1.0)
        yield replace(
            member.watch,
            id=id_,
            team_id=team_id(id_),
            place=place(id_),
            order=order_id(id_),
            next_look=at(planned),
        )


def _row(new: Watch) -> tuple[Any, ...]:
    content = WATCH.dump_json(new, exclude={"id", "wakes", "hooked"}).decode()
    times = new.next_look.timestamp(), new.share, int(new.hooked)
    return new.id, new.team_id, new.place, new.order, new.condition.value, *times, content


async def check(database: Database, crowd: Crowd) -> None:
    """Raises Unlike where the store would have written another row; leaves nothing behind."""
    store, new = Watches(database), next(crowd_of(crowd, 1))
    added = await store.add(new, most=1)
    assert added  # noqa: S101 - there is nothing yet
    await store.save(replace(added, next_look=added.next_look + timedelta(seconds=1)))
    await store.save(added)
    [row] = await database.run(lambda sql: sql.rows("SELECT * FROM watches"))
    usual = {"claimed": 0.0, "wakes": 0, "woken": 0.0, "called": 0, "ended_at": None}
    wanted = dict(zip(_WATCHES, _row(added), strict=True)) | usual
    if dict(row) != wanted:
        raise Unlike(f"{dict(row)}, not {wanted}")
    [row] = await database.run(lambda sql: sql.rows("SELECT * FROM watchers"))
    if dict(row) != dict(zip(_WATCHERS, _watcher(added), strict=True)):
        raise Unlike(str(dict(row)))
    await store.remove(added)


def fill_sqlite(path: Path, crowd: Crowd, number: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for batch in _batches(crowd, number):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_insert("watches", _WATCHES), map(_row, batch))
            connection.executemany(_insert("watchers", _WATCHERS), map(_watcher, batch))
            connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def fill_postgres(url: str, crowd: Crowd, number: int) -> None:
    """And makes its statistics, as the server itself would a minute later."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for batch in _batches(crowd, number):
            _copy(connection, "watches", _WATCHES, map(_row, batch))
            _copy(connection, "watchers", _WATCHERS, map(_watcher, batch))
        connection.execute("VACUUM (ANALYZE) watches, watchers")


def _batches(crowd: Crowd, number: int) -> Iterator[list[Watch]]:
    watches = crowd_of(crowd, number)
    while batch := list(islice(watches, _AT_ONCE)):
        yield batch


def _watcher(new: Watch) -> tuple[Any, ...]:
    return new.team_id, new.watchers[0].user_id, new.id


def _insert(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" for _ in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names


def _copy(
    connection: psycopg.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    into = f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)
