"""Describes the machine of a measurement, without its name or any path."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from subprocess import PIPE

from tests.support.databases import programs


def machine() -> str:
    """A sentence with the date, the cores, the load when it began, and the versions."""
    asked = subprocess.run([programs(os.environ) / "postgres", "--version"], stdout=PIPE, check=True)  # noqa: S603
    postgres = asked.stdout.decode().split()[2]
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, PostgreSQL {postgres}"
    load = f"load {os.getloadavg()[0]:.1f} when it began"
    cores = f"one machine with {os.cpu_count()} {platform.machine()} cores ({load})"
    return f"{datetime.now(UTC).date()}, {cores}, {versions} with its default settings."
