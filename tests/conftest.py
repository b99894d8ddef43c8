"""The real bot, called by the sandbox's Slack over signed HTTP, asking the sandbox's Autoenhance."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from bot.autoenhance.limits import Limits
from bot.bootstrap.app import App
from bot.bootstrap.storage import open_database
from bot.bootstrap.timing import Timing
from bot.core import logging
from bot.core.settings import FixedSettings
from bot.demo.demo import Sandbox, open_sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.previews import credits_spent
from bot.sandbox.latency import Latency, jitter
from bot.sandbox.slack.app import SlackSandbox
from bot.storage.database.base import Database
from bot.storage.database.schema import migrate_sqlite
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.running_bot import running_bot
from tests.support.shoot import Shoot

pytest_plugins = ["tests.support.databases"]

logging.configure("WARNING")

# Tests talk only to 127.0.0.1, and their own clients are plain: httpx and slack_sdk would ask the proxy of
# the machine. The processes that tests start get an environment of their own.
for name in list(os.environ):
    if name.upper() in {
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    }:
        del os.environ[name]

# How fast examples are made depends on the machine, not on the code.
hypothesis.settings.register_profile(
    "calm", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("calm")

# A check is never shared with a later one, so that a test sees at once what it has changed.
FAST_TIMING = Timing(
    # A test of `brackets_after`, or of `slow`, makes it shorter.
    Limits(fresh_for=0, first_pause=0.01, jitter=0, brackets_after=60.0),
    first_pause=0.05,
    slow=60.0,
    tick=0.02,
    calls=0.1,
    between=0.01,
    refill=0.01,
    poll=0.02,
    beat=1.0,
)


TESTS = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--latency", action="store_true", help="both stand-ins answer as over a network, each time another"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves to `make test-all`: the browser, most conversations on PostgreSQL, and most with kills.

    Each kill starts a process or two. `test_faults.py` kills them in `make test` too.
    """
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        parameters = (
            item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        )
        on_postgres = parameters.get("database_url") == "postgres" and not item.get_closest_marker("both")
        with_kills = item.path.stem.endswith("_faults") and item.path.stem != "test_faults"
        if folder == "browser" or (folder == "conversations" and (on_postgres or with_kills)):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def nothing_is_bought() -> Iterator[None]:
    """Whatever a test does, no stand-in for Autoenhance in this process has counted a credit.

    A test of the stand-in that buys on purpose empties the list itself.
    """
    yield
    spent = [*credits_spent]
    credits_spent.clear()
    assert spent == []


@pytest.fixture
def clock() -> Clock:
    """The time of the bot and of both stand-ins."""
    return Clock()


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables of this version."""
    path = tmp_path_factory.mktemp("tables") / "tables.sqlite3"
    migrate_sqlite(path)
    return path


@pytest.fixture
def file(tmp_path: Path, tables: Path) -> Path:
    """An SQLite file for this test, with its tables."""
    return Path(shutil.copy(tables, tmp_path / "order-desk.sqlite3"))


@pytest.fixture
def database_url(file: Path) -> str:
    """An empty SQLite database with its tables.

    Tests that run on both databases use the one of `tests/support/both_databases.py`.
    """
    return f"sqlite:///{file}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(FixedSettings(database_url=database_url)) as database:
        yield database


@pytest.fixture
def latency(request: pytest.FixtureRequest) -> Latency | None:
    """Finds tests and code that rely on the order in which answers come: see `make test-latency`."""
    return jitter if request.config.getoption("--latency") else None


@pytest.fixture
async def sandbox(
    tmp_path: Path, clock: Clock, database_url: str, latency: Latency | None
) -> AsyncIterator[Sandbox]:
    """Both stand-ins, and settings for a bot between them, but no bot."""
    async with open_sandbox(tmp_path, clock=clock, database_url=database_url, latency=latency) as sandbox:
        yield sandbox


@pytest.fixture
async def app(sandbox: Sandbox, clock: Clock) -> AsyncIterator[App]:
    """The running bot."""
    async with running_bot(sandbox, timing=FAST_TIMING, now=clock.now) as app:
        yield app


@pytest.fixture
def slack(sandbox: Sandbox, app: App) -> SlackSandbox:
    """A Slack in which the bot is installed."""
    return sandbox.slack


@pytest.fixture
def autoenhance(sandbox: Sandbox) -> AutoenhanceSandbox:
    return sandbox.autoenhance


@pytest.fixture
def chat(slack: SlackSandbox) -> Chat:
    return Chat(slack)


@pytest.fixture
def shoot(autoenhance: AutoenhanceSandbox, clock: Clock, app: App) -> Shoot:
    """An order that is being enhanced."""
    return Shoot(autoenhance, clock, app)
