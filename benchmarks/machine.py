"""Where a figure was measured: neither the machine's name nor any path of it."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from subprocess import PIPE

from tests.support.databases import programs


def machine() -> str:
    """The date, the cores and how busy they were, and the versions."""
    asked = subprocess.run([programs(os.environ) / "postgres", "--version"], stdout=PIPE, check=True)  # noqa: S603
    postgres = asked.stdout.decode().split()[2]
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, PostgreSQL {postgres}"
    load = f"load {os.getloadavg()[0]:.1f} when it began"
    cores = f"one machine with {os.cpu_count()} {platform.machine()} cores ({load})"
    return f"{datetime.now(UTC).date()}, {cores}, {versions} with its default settings."
