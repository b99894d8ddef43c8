"""A real PostgreSQL: a given one, on which to make databases, or the tests' own, to stop and kill."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Composed, Identifier

MEMORY = Path("/dev/shm")  # noqa: S108 - the folders in it have unique names
MIN_FREE_BYTES = 1 << 30
TIMEOUT_SECONDS = 30
# Without fsync a commit is in the system, not on the disk: it survives the death of every process, but no
# power cut. Full pages stay in the log, as kill -9 can tear a page in two.
# The server waits so long at its stop for a client that connects and then says nothing: psycopg leaves one
# open whose connecting was cancelled, until Python collects it.
OPTIONS = ("fsync=off", "max_connections=300", "shared_buffers=32MB", "authentication_timeout=5s")
CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid != pg_backend_pid()
"""
READY = "database system is ready to accept connections"
# Reads until the tests end, however they end. $0 is the server's folder, $1 that of PostgreSQL's programs.
CLEANER = 'cat; "$1/pg_ctl" stop -m immediate -D "$0/data" >/dev/null 2>&1; rm -rf "$0"'


def cut_off(url: str) -> None:
    """Breaks each connection that waits for a lock in this database, as soon as there is one."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        while not connection.execute(CUT_OFF).fetchall():
            time.sleep(0.01)


def only_reads(url: str, *, on: bool) -> None:
    """Ends the sessions of this database. New ones only read, as on a standby. Or lets new ones write."""
    name = urlsplit(url).path.removeprefix("/")
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        change = "SET default_transaction_read_only = on" if on else "RESET default_transaction_read_only"
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"ALTER DATABASE {name} {change}".encode())
        if on:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid != pg_backend_pid()"
            )


class Server:
    """A server on which databases are made. Its methods block for some hundredths of a second."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._main_database = self._parts.path.removeprefix("/")

    def url(self, database: str) -> str:
        query = f"?{self._parts.query}" if self._parts.query else ""
        return f"{self._parts.scheme}://{self._parts.netloc}/{database}{query}"

    def create(self, name: str, template: str = "template0") -> str:
        """Makes an empty database, or the copy of one without connections. Its URL."""
        self._run(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drops it, also while sessions are connected to it."""
        self._run(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def _run(self, statement: Composed) -> None:
        with closing(psycopg.connect(self.url(self._main_database), autocommit=True)) as connection:
            connection.execute(statement)


class OwnServer(Server):
    """A server that can be stopped, killed and started again, with the same port and data."""

    def __init__(self, programs: Path, folder: Path, port: int, options: Sequence[str] = OPTIONS) -> None:
        super().__init__(f"postgresql://postgres@127.0.0.1:{port}/postgres")
        self._command = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
        self._command += ["-h", "127.0.0.1", "-p", str(port)]
        self._command += [word for option in options for word in ("-c", option)]
        self.folder = folder
        self._log = folder / "log"
        self._process: subprocess.Popen[str] | None = None
        self._reader = threading.Thread()

    @property
    def runs(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        """Returns when it takes connections. Raises RuntimeError with the end of its log."""
        started = Future[bool]()
        self._process = _begin(self._command, self.folder)
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, started), daemon=True)
        self._reader.start()
        if not started.result(TIMEOUT_SECONDS):
            self._ended()
            raise RuntimeError("PostgreSQL did not start:\n" + self._log.read_text(encoding="utf-8")[-2000:])

    def stop(self) -> None:
        """Stops it as an operator does: clients are disconnected, and the data is in order."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._ended()

    def crash(self) -> None:
        """Kills it with kill -9, all of its processes at once."""
        assert self._process is not None
        pid = self._process.pid
        os.kill(pid, signal.SIGSTOP)  # it starts no more processes, and keeps those that have ended
        children = Path(f"/proc/{pid}/task/{pid}/children")
        if children.exists():  # without /proc they end by themselves, when their parent is gone
            for child in children.read_text(encoding="ascii").split():
                os.kill(int(child), signal.SIGKILL)
        self._process.kill()
        self._ended()

    def _ended(self) -> None:
        assert self._process is not None
        self._process.wait(TIMEOUT_SECONDS)
        self._reader.join()  # each of its processes holds the pipe, so now the last has ended
        self._process = None

    def _read(self, stream: IO[str], started: Future[bool]) -> None:
        with stream, self._log.open("a", encoding="utf-8", buffering=1) as log:
            for line in stream:
                log.write(line)
                if READY in line and not started.done():
                    started.set_result(True)
        if not started.done():
            started.set_result(False)


@contextmanager
def own_server(
    programs: Path, options: Sequence[str] = OPTIONS, *, in_memory: bool = True
) -> Iterator[OwnServer]:
    """A new server, of which nothing is left, even if the tests are killed."""
    # Some disks take a fifth of a second for the three hundred files of a database, memory a hundredth.
    fits_in_memory = (
        in_memory
        and MEMORY.is_dir()
        and os.access(MEMORY, os.W_OK)
        and shutil.disk_usage(MEMORY).free > MIN_FREE_BYTES
    )
    folder = Path(tempfile.mkdtemp(prefix="order-desk-", dir=MEMORY if fits_in_memory else None))
    if user := _user():
        os.chown(folder, user.pw_uid, user.pw_gid)
    command = ["sh", "-c", CLEANER, str(folder), str(programs)]
    cleaner = _begin(command, folder, stdin=subprocess.PIPE, stdout=None)
    try:
        _fill(programs, folder)
        server = _started(programs, folder, options)
        try:
            yield server
        finally:
            if not server.runs:
                server.start()  # only the server itself frees the shared memory that a crash leaves
            server.stop()
    finally:
        cleaner.communicate(timeout=TIMEOUT_SECONDS)


def _fill(programs: Path, folder: Path) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "--auth=trust"]
    process = _begin([*command, "-E", "UTF8", "--no-locale", "--no-sync"], folder)
    said, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    if process.returncode:
        raise RuntimeError("initdb failed:\n" + said[-2000:])


def _started(programs: Path, folder: Path, options: Sequence[str], attempts: int = 3) -> OwnServer:
    """Starts it on a port below the system's ephemeral ports, which could be taken while it is stopped."""
    server = OwnServer(programs, folder, 20_000 + secrets.randbelow(10_000), options)
    try:
        server.start()
    except RuntimeError:  # perhaps that port is taken
        if attempts == 1:
            raise
        return _started(programs, folder, options, attempts - 1)
    return server


def _user() -> pwd.struct_passwd | None:
    """The user that runs it if the tests run as root, which PostgreSQL refuses."""
    return None if os.geteuid() else pwd.getpwnam("postgres")


def _begin(
    command: list[str], folder: Path, stdin: int = subprocess.DEVNULL, stdout: int | None = subprocess.PIPE
) -> subprocess.Popen[str]:
    user = _user()
    return subprocess.Popen(  # noqa: S603 - fixed commands
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=stdout and subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        start_new_session=True,  # Ctrl-C goes to the tests only
        user=user and user.pw_uid,
        group=user and user.pw_gid,
        extra_groups=user and [],
    )
