"""After each test: none of its secrets is in a log, in the database, in what the bot sent, or in an answer.

For a folder's conftest.py. What counts: every secret in the settings of a sandbox, every API key that its
Autoenhance has or was sent, and what is sealed in the accounts that are stored.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from bot.core.errors import KeyUnreadable
from bot.core.setting_values import revealed
from bot.core.settings import Tokens
from bot.demo.demo import Sandbox
from bot.storage.keyring import KEY, WEBHOOK, KeyRing
from tests.support import process

OF_MODALS = {"views.open", "views.push", "views.update"}
MODAL = "a modal"  # the only place for the value of a webhook: its owner copies it from there
Tables = dict[str, list[dict[str, Any]]]


class _Lines(logging.Handler):
    """What is logged, before it is redacted."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@dataclass(frozen=True)
class Leaks:
    """What is looked at: a database, the files of a folder, and what was logged since."""

    url: str
    folder: Path
    lines: _Lines

    def found(self, sandboxes: Iterable[Sandbox]) -> list[str]:
        """Which secret, by its first letters, is where."""
        tables = _tables(self.url)
        stored = tables.get("accounts", [])
        texts = {f"the table {name}": str(rows) for name, rows in tables.items()}
        texts |= {path.name: _text(path) for path in self.folder.rglob("*") if path.is_file()}
        texts |= _traffic(sandboxes)
        log = "\n".join([*self.lines.written, *(line for each in process.LOGS for line in each)])
        texts["the log"] = log
        keys = {*_secrets(sandboxes), *_unsealed(sandboxes, stored, KEY)}
        values = set(_unsealed(sandboxes, stored, WEBHOOK))
        return [
            *_which(keys, texts),
            *_which(values, {place: text for place, text in texts.items() if place != MODAL}),
            *_which({each["webhook_id"] for each in stored}, {"the log": log}),
        ]


@contextmanager
def looking_for_leaks(url: str, folder: Path) -> Iterator[Leaks]:
    """Where `url` is empty, only files are looked at."""
    process.LOGS.clear()
    with _logged() as lines, _kept(url):
        yield Leaks(url, folder, lines)


@pytest.fixture
def searched_database(request: pytest.FixtureRequest) -> str:
    """The URL of the test's database, empty where it has none. Asked for here, it outlives the bot."""
    has_one = "database_url" in request.fixturenames
    return str(request.getfixturevalue("database_url")) if has_one else ""


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest, searched_database: str, tmp_path: Path) -> Iterator[None]:
    """Fails the test with the places in which its secrets are."""
    with looking_for_leaks(searched_database, tmp_path) as leaks:
        yield
        given = request.node.funcargs.values()
        assert leaks.found([each for each in given if isinstance(each, Sandbox)]) == []


def _which(secrets: Iterable[str], texts: dict[str, str]) -> Iterator[str]:
    yield from (f"{each[:4]}… in {place}" for each in secrets for place in texts if each in texts[place])


@contextmanager
def _logged() -> Iterator[_Lines]:
    """Order Desk's own lines at every level, and those of libraries as they are logged anyway."""
    lines, root, ours = _Lines(), logging.getLogger(), logging.getLogger("bot")
    root.addHandler(lines)
    ours.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        ours.setLevel(logging.NOTSET)
        root.removeHandler(lines)


@contextmanager
def _kept(url: str) -> Iterator[None]:
    """With one more connection, SQLite keeps all that was written in its log, also what was deleted since."""
    if not url.startswith("sqlite:///"):
        yield
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA synchronous=OFF")  # else the next line waits for the disk
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("SELECT * FROM sqlite_master").fetchall()
        yield


def _tables(url: str) -> Tables:
    """Every row. None of a file that the test has broken: its bytes are searched all the same."""
    if url.startswith("postgresql://"):
        with closing(psycopg.connect(url, row_factory=dict_row)) as shared:
            listed = shared.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
            names = [row["tablename"] for row in listed]
            query = SQL("SELECT * FROM {}")
            return {name: shared.execute(query.format(Identifier(name))).fetchall() for name in names}
    found: Tables = {}
    with suppress(sqlite3.Error), closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        file.row_factory = sqlite3.Row
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            found[name] = [dict(row) for row in file.execute(f'SELECT * FROM "{name}"')]  # noqa: S608
    return found


def _text(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


def _traffic(sandboxes: Iterable[Sandbox]) -> dict[str, str]:
    """What the bot sent and answered. Its own tokens and keys are in headers, where they belong."""
    calls = [each for sandbox in sandboxes for each in sandbox.slack.calls()]
    replies = [each.reply for sandbox in sandboxes for each in sandbox.slack.exchanges]
    asked = [(each.path, each.query) for sandbox in sandboxes for each in sandbox.autoenhance.requests]
    answers = [each.answer for sandbox in sandboxes for each in sandbox.autoenhance.webhook_calls]
    return {
        MODAL: str([each.params for each in calls if each.method in OF_MODALS]),
        "a call to Slack": str([each.params for each in calls if each.method not in OF_MODALS]),
        "an answer to Slack": str(replies),
        "a URL of Autoenhance": str(asked),
        "an answer to Autoenhance's webhook": str(answers),
    }


def _secrets(sandboxes: Iterable[Sandbox]) -> Iterator[str]:
    for sandbox in sandboxes:
        settings = sandbox.settings
        found = [getattr(settings, name) for name in (*Tokens.model_fields, "metrics_token")]
        yield from (revealed(secret) for secret in (*found, *settings.ring) if secret)
        yield sandbox.autoenhance.api_key
        yield sandbox.autoenhance.webhook_token
        yield from (key for each in sandbox.autoenhance.requests if (key := each.headers.get("x-api-key")))


def _unsealed(sandboxes: Iterable[Sandbox], stored: Iterable[dict[str, Any]], what: str) -> Iterator[str]:
    """What the keys of a sandbox's bot open."""
    rings = [KeyRing(sandbox.settings.ring) for sandbox in sandboxes if sandbox.settings.ring]
    for row in stored:
        for ring in rings:
            with suppress(KeyUnreadable):
                place = (row["team_id"], row["account_id"], what)
                yield ring.unseal(*place, row[f"sealed_{what}"]).get_secret_value()
