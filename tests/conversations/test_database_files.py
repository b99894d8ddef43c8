"""The SQLite file of a real process: full, locked, deleted, replaced, torn, or used by two."""

import asyncio
import os
import resource
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK
from bot.slack.text.refusals import not_recorded
from tests.support import stored_rows
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.crowd import accepted, eventually
from tests.support.process import Running, environment, running, serving_process

pytestmark = on_sqlite
NOT_RECORDED = not_recorded("E-").partition("E-")[0]


@pytest.fixture
def searched_database() -> str:
    """None: here no second connection may keep the files open. Their bytes are searched all the same."""
    return ""


async def turns(sandbox: Sandbox, status: int) -> None:
    """Returns when `/readyz` answers so. Raises TimeoutError."""
    url = str(sandbox.slack.events_url).replace("/slack/events", "/readyz")
    async with httpx.AsyncClient() as http:

        async def turned() -> bool:
            return (await http.get(url)).status_code == status

        await eventually(turned, within=20)


async def ends(process: Running, words: str) -> None:
    """Returns when it has ended by itself, with these words and a code that a supervisor sees."""
    await process.logged(words, within=20)
    assert await asyncio.wait_for(process.process.wait(), 30) == 1
    await process.ended.wait()
    assert "Traceback" not in "".join(process.log)


def limit_files(process: Running, size: int) -> None:
    """No file of this process may grow past this size: what it writes fails, as on a full disk."""
    _, most = resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (size, most))


async def test_a_full_disk(sandbox: Sandbox) -> None:
    """The bot is not ready, and says that nothing was recorded. It goes on when there is space again."""
    chat = Chat(sandbox.slack)
    async with serving_process(sandbox) as process:
        await turns(sandbox, 200)
        limit_files(process, 0)
        asked = await sandbox.slack.command(f"/order {OAK}")
        await turns(sandbox, 503)
        limit_files(process, resource.RLIM_INFINITY)
        await turns(sandbox, 200)
        await chat.order(OAK)

    assert NOT_RECORDED in asked.answer["text"]
    log = "".join(process.log)
    assert [log.count(f"the database {words}") for words in ("does not answer", "answers again")] == [1, 1]


async def test_a_lock_that_another_program_holds(sandbox: Sandbox) -> None:
    """People read within Slack's three seconds that nothing was recorded. Meanwhile the bot is not ready."""
    async with serving_process(sandbox):
        with closing(sqlite3.connect(sandbox.settings.database_path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            asked = await asyncio.gather(*(later(sandbox, number / 5) for number in range(10)))
            await turns(sandbox, 503)
            other.execute("ROLLBACK")
        await turns(sandbox, 200)

    assert [NOT_RECORDED in text for text, _ in asked] == [True] * len(asked)
    assert max(seconds for _, seconds in asked) < 3


async def later(sandbox: Sandbox, seconds: float) -> tuple[str, float]:
    """The answer to someone who asks so many seconds from now, and how long it took."""
    await asyncio.sleep(seconds)
    exchange = await sandbox.slack.command(f"/order {OAK}")
    return exchange.answer.get("text", ""), exchange.seconds


async def test_a_deleted_folder(sandbox: Sandbox) -> None:
    """Nothing is promised any more, and the process ends, so that a supervisor starts it again."""
    async with serving_process(sandbox) as process:
        shutil.rmtree(sandbox.settings.database_path.parent)
        asked = await sandbox.slack.command(f"/order watch {OAK}")

        assert not any(accepted([asked]))
        await ends(process, "the database is lost")


async def test_a_file_that_is_replaced(sandbox: Sandbox) -> None:
    """Another file under the same name, say a backup, is not written to by the old process."""
    path = sandbox.settings.database_path
    async with serving_process(sandbox) as process:
        shutil.move(shutil.copy(path, path.with_name("copy.sqlite3")), path)
        await sandbox.slack.command(f"/order watch {OAK}")

        await ends(process, "the database is lost")


async def test_a_deleted_log_of_the_file(sandbox: Sandbox) -> None:
    """What SQLite writes to a deleted `-wal` file is lost with the process, so the process ends in order.

    Then everything that was accepted is in the file.
    """
    path, chat = sandbox.settings.database_path, Chat(sandbox.slack)
    async with serving_process(sandbox) as process:
        await chat.order(OAK)
        path.with_name(path.name + "-wal").unlink()
        asked = await sandbox.slack.command(f"/order {BIRCH}")

        assert not any(accepted([asked]))
        await ends(process, "the database is lost")
    async with serving_process(sandbox):
        await chat.order(OAK)
    kept = await stored_rows.rows(sandbox.settings, "SELECT id FROM jobs")
    assert len(kept) == 2


@pytest.mark.parametrize("link", [os.symlink, os.link], ids=["symbolic", "hard"])
async def test_a_link_to_the_file_of_another_bot(sandbox: Sandbox, tmp_path: Path, link: type) -> None:
    """A second bot does not start on the same file, whatever name it has."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    async with serving_process(sandbox):
        link(sandbox.settings.database_path, folder / "linked.sqlite3")
        env = environment(sandbox.settings) | {"DATABASE_URL": f"sqlite:///{folder}/linked.sqlite3"}
        async with running("serve", env=env) as second:
            assert await asyncio.wait_for(second.process.wait(), 20) == 1
            await second.ended.wait()

    assert "Another Order Desk is running" in second.log[-1] or "a hard link" in second.log[-1]


async def test_a_torn_table(sandbox: Sandbox) -> None:
    """The bot is not ready from then on. Its log says so once, though other tables can be read."""
    path = sandbox.settings.database_path
    tear(path, "watches")
    async with serving_process(sandbox) as process:
        await turns(sandbox, 503)
        await process.logged("the database is damaged")
        for _ in range(3):
            await sandbox.slack.command(f"/order {OAK}")
        await turns(sandbox, 503)

    log = "".join(process.log)
    assert [log.count(f"the database {words}") for words in ("does not answer", "answers again")] == [1, 0]


def tear(path: Path, table: str) -> None:
    """Writes garbage over the first page of the table and of its indexes."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(size,)] = connection.execute("PRAGMA page_size").fetchall()
        roots = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE tbl_name = ?", [table]
        ).fetchall()
    with path.open("r+b") as file:
        for (page,) in roots:
            file.seek((page - 1) * size)
            file.write(b"\xa5" * size)
