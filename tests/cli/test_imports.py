"""What every command loads before it begins."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from tests.support.process import ROOT

LOADED = "import sys, bot.cli.main; print(*sys.modules)"
OURS = {
    "core",
    "core.errors",
    "core.tls_keys",
    "cli",
    "cli.accounts",
    "cli.keys",
    "cli.main",
    "demo",
    "demo.scenarios",
    "demo.scenarios.names",
}
LATE = {
    "cryptography",
    "rich",
    "pygments",
    "asyncio",
    "logging",
    "pydantic",
    "structlog",
    "httpx",
    "slack_sdk",
    "uvicorn",
    "PIL",
    "yaml",
}


async def test_a_command_loads_only_what_it_needs() -> None:
    """Importing the command line loads no command's modules, no terminal graphics and no network library."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", LOADED, cwd=ROOT, stdout=PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    loaded = set(out.decode().split())

    assert {name.removeprefix("bot.") for name in loaded if name.startswith("bot.")} == OURS
    assert loaded & LATE == set()


async def test_the_app_loads_no_library_that_few_need() -> None:
    """Encryption and drawing take memory. They are loaded where accounts or pictures are used."""
    loaded = "import sys, bot.bootstrap.app; print(*sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", loaded, cwd=ROOT, stdout=PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 30)

    assert set(out.decode().split()) & {"cryptography", "PIL", "alembic"} == set()
