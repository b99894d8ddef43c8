"""Writes many rows in bulk, each as the store would write it."""

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
from bot.storage.watches import IN_COLUMNS, WATCH, Watches
from bot.watches.models import Watch

NOW = START  # nothing is due yet
TEAMS = 10_000
_WATCHES = ("id", "team_id", "place", "order_id", "condition", "next_look", "share", "hooked", "content")
_WATCHERS = ("team_id", "user_id", "watch_id")
_BATCH_SIZE = 10_000


class Unlike(Exception):
    """The store writes another row than this module."""


def order_id(number: int) -> OrderId:
    return OrderId(f"{number:08x}-9c1b-4a61-8f7e-2d90b3a6c418")


def team_id(number: int) -> str:
    return f"T{number % TEAMS:010}"


def place(number: int) -> str:
    """A channel ID. Each team has two channels."""
    return f"C{number % (2 * TEAMS):010}"


def crowd_of(crowd: Crowd, number: int) -> Iterator[Watch]:
    """`number` watches with IDs from 1, each of its own order in a channel. None is due yet."""
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
    content = WATCH.dump_json(new, exclude=IN_COLUMNS).decode()
    times = new.next_look.timestamp(), new.share, int(new.hooked)
    return new.id, new.team_id, new.place, new.order, new.condition.value, *times, content


async def check(database: Database, crowd: Crowd) -> None:
    """Raise Unlike if the store writes another row than this module. The database stays empty."""
    store, new = Watches(database), next(crowd_of(crowd, 1))
    added = await store.add(new, most=1)
    assert added  # noqa: S101 - the database is empty
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
    """Write the rows and update the statistics, as the server itself would a minute later."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for batch in _batches(crowd, number):
            _copy(connection, "watches", _WATCHES, map(_row, batch))
            _copy(connection, "watchers", _WATCHERS, map(_watcher, batch))
        connection.execute("VACUUM (ANALYZE) watches, watchers")


def _batches(crowd: Crowd, number: int) -> Iterator[list[Watch]]:
    watches = crowd_of(crowd, number)
    while batch := list(islice(watches, _BATCH_SIZE)):
        yield batch


def _watcher(new: Watch) -> tuple[Any, ...]:
    return new.team_id, new.watchers[0].user_id, new.id


def _insert(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" for _ in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - the names are constants


def _copy(
    connection: psycopg.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    into = f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)
