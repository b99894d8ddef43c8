"""The file under SQLite: who may use it, whether it is still there, and what to do if it cannot be used."""

import contextlib
import sqlite3
from pathlib import Path

from filelock import FileLock, Timeout

from bot.core.errors import DatabaseDamaged, DatabaseFailed, DatabaseLost, SettingsError

LOST = "the file or its -wal file was deleted or replaced"
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_WRITABLE = "Set DATABASE_URL to a file in a folder that the bot's user can write to."
_ANOTHER_FILE = "Set DATABASE_URL to another file."
_WHAT_TO_DO = {
    sqlite3.SQLITE_FULL: "Free some space, then start again.",
    sqlite3.SQLITE_IOERR: "Check whether the disk is full or damaged, then start again.",
    sqlite3.SQLITE_READONLY: "Give the bot's user write access to the file and its folder, then start again.",
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_BUSY: "Another program is using it. Stop that program, then start again.",
    sqlite3.SQLITE_NOTADB: _ANOTHER_FILE,
    sqlite3.SQLITE_CORRUPT: "It is damaged. Stop the bot and restore a backup.",
}
_OTHERWISE = "Check DATABASE_URL, and the permissions of the file and its folder."
Identity = tuple[int, int]  # device and inode


def failed(error: sqlite3.Error) -> DatabaseFailed:
    kind = DatabaseDamaged if _code(error) in _DAMAGED else DatabaseFailed
    translated = kind(f"{type(error).__name__}: {error}")
    translated.__cause__ = error
    return translated


def unusable(path: Path, error: DatabaseFailed) -> str:
    """A sentence for the operator: what is wrong with the file, and what to do."""
    if path.is_dir():
        return f"{path} is a folder. Set DATABASE_URL to a file."
    if isinstance(error, DatabaseLost):
        return f"{path} can't be used ({error}). Restore the file if you have it, then start again."
    cause = error.__cause__
    todo = _WHAT_TO_DO.get(_code(cause), _OTHERWISE) if isinstance(cause, sqlite3.Error) else _ANOTHER_FILE
    return f"{path} can't be used ({cause or error}). {todo}"


def make(path: Path) -> None:
    """Makes the file and its folder if needed. Only their owner can read them: they hold order ids.

    Raises SettingsError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise SettingsError([unwritable(path, error)]) from None


def unwritable(path: Path, error: OSError) -> str:
    return f"{path} can't be written ({error.strerror}). {_WRITABLE}"


def identity(path: Path) -> Identity:
    """Which file is at this path. Raises DatabaseLost when there is none."""
    try:
        there = path.stat()
    except OSError:
        raise DatabaseLost(LOST) from None
    return there.st_dev, there.st_ino


def log_identity(path: Path) -> Identity | None:
    """Which `-wal` file is beside this path. None when there is none."""
    with contextlib.suppress(DatabaseLost):
        return identity(path.with_name(path.name + "-wal"))
    return None


def only_process(path: Path) -> FileLock:
    """The lock of this file, which the process holds while it runs.

    Two processes on one file would answer everything twice. A link leads to the same lock as the file itself.
    Raises SettingsError when another process has the lock, or when the file cannot be written.
    """
    make(path)
    if not path.is_dir() and path.stat().st_nlink > 1:  # SQLite would keep a journal for each name
        problem = (
            f"{path} has a second name (a hard link), so another bot could use it too. Remove that name."
        )
        raise SettingsError([problem])
    file = path.resolve()
    try:
        lock = FileLock(file.with_name(file.name + ".lock"), timeout=0)
        lock.acquire()
    except Timeout:
        problem = f"Another Order Desk is running on {path}. Stop it, or set DATABASE_URL to another file."
        raise SettingsError([problem]) from None
    except OSError as error:
        raise SettingsError([unwritable(path, error)]) from None
    return lock


def _code(error: BaseException) -> int:
    """SQLite's primary result code. 0 if the error is of Python's module."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
