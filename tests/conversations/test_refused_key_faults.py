"""That a key is refused reaches its owner: kill -9 on a real process, before and after the message."""

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import SECOND_KEY
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, SHOOTS
from tests.support import accounts, stored_rows
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.process import serving_process

pytestmark = on_sqlite
REFUSED = "rejected the API key of your account *Studio B*"
JOB_DONE = '"kind": "tell_account_owner"'


@pytest.fixture
def chat(sandbox: Sandbox) -> Chat:
    """Ana's view of Slack, with the bot in a process of its own."""
    return Chat(sandbox.slack)


@pytest.mark.parametrize(("accepted", "times"), [(False, 1), (True, 2)], ids=["before", "after"])
async def test_killed_at_the_message_to_the_owner(
    chat: Chat, sandbox: Sandbox, *, accepted: bool, times: int
) -> None:
    """The next process sends it: again, if the killed one could not store that it was sent."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    sandbox.autoenhance.second_key = "another"
    gate = sandbox.slack.hold("chat.postMessage", accepted=accepted)
    async with serving_process(sandbox) as process:
        await chat.order("find cedar", user=BEN)
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await process.logged(JOB_DONE)
        assert await process.stop() == 0

    assert [REFUSED in each.text for each in chat.said(ANA_BOT)] == [True] * times
    assert (await accounts.stored(sandbox.settings, account)).refused_at
    query = "SELECT kind FROM jobs WHERE state != 'done'"
    assert await stored_rows.rows(sandbox.settings, query) == []


async def test_an_owner_whom_slack_does_not_reach(chat: Chat, sandbox: Sandbox) -> None:
    """The refusal is stored all the same, so that it is not tried with each search."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner="U0GONE0001", channels=[SHOOTS])
    sandbox.autoenhance.second_key = "another"
    async with serving_process(sandbox) as process:
        await chat.order("find cedar", user=BEN)
        await process.logged(JOB_DONE)
        assert await process.stop() == 0

    assert (await accounts.stored(sandbox.settings, account)).refused_at
    assert SECOND_KEY not in "".join(process.log)
