"""An account is connected once: kill -9 on a real process with a real database file, and two at one time."""

from typing import NamedTuple

import pytest

from bot.accounts.models import Account
from bot.core.settings import Settings
from bot.demo.demo import Sandbox
from bot.jobs.accounts import ConnectAccount
from bot.jobs.models import JOB
from bot.sandbox.autoenhance.app import API_KEY
from bot.sandbox.slack.sample_workspace import ANA, BEN
from bot.sandbox.slack.view_state import Filled
from bot.sandbox.slack.workspace import View
from bot.storage.accounts import StoredAccount
from tests.conversations.test_accounts import sandbox
from tests.support import stored_rows
from tests.support.accounts import accounts_of
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.process import serving_process

__all__ = ["sandbox"]
pytestmark = on_sqlite
FILLED: Filled = {"Name": "Elm Studio", "API key": API_KEY}


@pytest.fixture
def chat(sandbox: Sandbox) -> Chat:
    """Ana's view of Slack, with the bot in a process of its own."""
    return Chat(sandbox.slack)


async def opened(chat: Chat) -> View:
    """The modal for a new account."""
    await chat.slack.open_home()
    await chat.slack.click(await chat.until(chat.slack.home), "Connect an Autoenhance account")
    return await chat.view("API key")


async def connected(chat: Chat) -> None:
    await chat.until(lambda: (home := chat.slack.home(ANA)) and "Connected *Elm Studio*" in home.plain())


async def kept(settings: Settings) -> tuple[list[str], list[str]]:
    """The names of the accounts, and what is left of the jobs that had a key."""
    names = await stored_rows.rows(settings, "SELECT name FROM accounts")
    jobs = await stored_rows.rows(settings, "SELECT content FROM jobs WHERE kind = 'connect_account'")
    return [row["name"] for row in names], [row["content"] for row in jobs]


async def test_killed_while_the_key_is_checked(chat: Chat, sandbox: Sandbox) -> None:
    """The next process has the sealed key, and connects the account."""
    sandbox.autoenhance.set_failure("hang")
    async with serving_process(sandbox) as process:
        await chat.slack.submit(await opened(chat), FILLED)
        await sandbox.autoenhance.asked(1)
        await process.kill()
    names, [content] = await kept(sandbox.settings)
    assert (names, "sealed_key" in content, API_KEY in content) == ([], True, False)
    sandbox.autoenhance.set_failure("well")

    async with serving_process(sandbox) as process:
        await connected(chat)
        assert await process.stop() == 0
    assert await kept(sandbox.settings) == (["Elm Studio"], [""])


async def test_killed_when_the_account_is_stored_and_nothing_said(chat: Chat, sandbox: Sandbox) -> None:
    """The next process says it, and asks Autoenhance nothing: an outage may be long."""
    sandbox.autoenhance.set_failure("hang")
    async with serving_process(sandbox) as process:
        await chat.slack.submit(await opened(chat), FILLED)
        await sandbox.autoenhance.asked(1)
        await process.kill()
    _, [content] = await kept(sandbox.settings)
    job = JOB.validate_json(content)
    assert isinstance(job, ConnectAccount)
    account = Account(job.team_id, job.account_id, job.name, ANA, "000x", job.asker.at)
    async with accounts_of(sandbox.settings) as accounts:
        assert await accounts.connect(StoredAccount(account, job.sealed_key, "webhook", ""))
    sandbox.autoenhance.set_failure("500")

    async with serving_process(sandbox) as process:
        await connected(chat)
        assert await process.stop() == 0
    assert len(sandbox.autoenhance.looks) == 1
    assert await kept(sandbox.settings) == (["Elm Studio"], [""])


@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_killed_while_home_is_drawn(chat: Chat, sandbox: Sandbox, *, accepted: bool) -> None:
    """The account is stored. The next process stores no other one, and draws the Home tab."""
    async with serving_process(sandbox) as process:
        form = await opened(chat)
        gate = sandbox.slack.hold("views.publish", accepted=accepted)
        await chat.slack.submit(form, FILLED)
        await gate.reached.wait()
        assert (await kept(sandbox.settings))[0] == ["Elm Studio"]
        await process.kill()

    async with serving_process(sandbox) as process:
        await connected(chat)
        assert await process.stop() == 0
    assert await kept(sandbox.settings) == (["Elm Studio"], [""])


class Change(NamedTuple):
    """An entry of the menu, what is filled in, what Home says then, and who owns the account."""

    entry: str
    filled: Filled
    says: str
    owners: list[str]


CHANGES = [
    Change("Disconnect", {}, "Disconnected *Elm Studio*.", []),
    Change("Hand over", {"New owner": BEN}, f"*Elm Studio* belongs to <@{BEN}> now.", [BEN]),
    Change("Channels", {"Everywhere": ["everywhere"]}, "Searched in every channel.", [ANA]),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.entry)
async def test_killed_after_a_change_was_stored(chat: Chat, sandbox: Sandbox, change: Change) -> None:
    """The next process says that it is done, although the row no longer says that the asker may do it."""

    def form() -> View | None:
        return next((each for each in chat.slack.views() if each.title == change.entry), None)

    async with serving_process(sandbox) as process:
        await chat.slack.submit(await opened(chat), FILLED)
        await connected(chat)
        home = chat.slack.home()
        assert home is not None
        await chat.slack.click(home, change.entry)
        shown = await chat.until(form)
        gate = sandbox.slack.hold("views.publish")
        await chat.slack.submit(shown, change.filled)
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await chat.until(lambda: change.says in str(home.blocks[0]["text"]["text"]))
        assert await process.stop() == 0
    owners = await stored_rows.rows(sandbox.settings, "SELECT owner FROM accounts")
    assert [row["owner"] for row in owners] == change.owners
