"""A last call survives kill -9 at each step of its post, on real processes with a real database."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.demo import Sandbox
from bot.orders.ids import OrderId
from bot.sandbox.slack.sample_workspace import ANA, SHOOTS
from bot.sandbox.slack.workspace import Message
from bot.storage import last_calls
from bot.watches.last_calls import LEAD, PlannedCall
from bot.watches.models import CardLocation
from tests.support import stored_rows
from tests.support.both_databases import on_postgres, on_sqlite
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.process import Running, serving_process, working_process
from tests.support.shoot import Shoot

JOB_DONE = '"kind": "last_call"'
accepted_or_not = pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])


@pytest.fixture
def chat(sandbox: Sandbox) -> Chat:
    """Ana's view of Slack, with the bot in a process of its own."""
    return Chat(sandbox.slack)


@pytest.fixture
def shoot(sandbox: Sandbox, clock: Clock) -> Shoot:
    """An order that is being enhanced."""
    return Shoot(sandbox.autoenhance, clock)


async def due(chat: Chat, sandbox: Sandbox, shoot: Shoot, clock: Clock) -> Message:
    """The card in whose thread a last call is due, once a process looks."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    [row] = await stored_rows.rows(sandbox.settings, "SELECT team_id, place FROM watches")
    call = PlannedCall(
        team_id=row["team_id"],
        place=row["place"],
        order=OrderId(shoot.id),
        due_at=clock.now(),
        name="Pine Lodge",
        home=CardLocation(channel_id=SHOOTS, card_ts=card.ts, thread_ts=card.ts),
        watchers=(ANA,),
        expires=clock.now() + LEAD - timedelta(seconds=1),
        expired=0,
    )

    def plan(sql: Any) -> None:
        sql.do("DELETE FROM watchers")
        sql.do("DELETE FROM watches")
        last_calls.put(sql, call)

    await stored_rows.run_statement(sandbox.settings, plan)
    return card


async def left(sandbox: Sandbox) -> list[str]:
    """The jobs that are not done, and the last calls that are planned."""
    query = "SELECT kind AS what FROM jobs WHERE state != 'done' UNION ALL SELECT 'row' FROM last_calls"
    return [row["what"] for row in await stored_rows.rows(sandbox.settings, query)]


async def posted(chat: Chat, sandbox: Sandbox, process: Running, card: Message, times: int) -> None:
    """So many posts are in the thread, and nothing is left to do."""
    await process.logged(JOB_DONE)
    assert await process.stop() == 0

    assert ["still aren't downloaded" in each.text for each in chat.thread(card)] == [True] * times
    assert await left(sandbox) == []


async def killed_before_the_post(chat: Chat, sandbox: Sandbox, shoot: Shoot, clock: Clock) -> Message:
    """The card. The last call in its thread is recorded, and the process that would post it was killed."""
    async with serving_process(sandbox) as process:
        card = await due(chat, sandbox, shoot, clock)
        assert await process.stop() == 0
    gate = sandbox.slack.hold("conversations.info")
    async with serving_process(sandbox) as process:
        await gate.reached.wait()
        assert await left(sandbox) == ["last_call", "row"]
        await process.kill()
    return card


@on_sqlite
async def test_killed_between_the_record_and_the_post(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock
) -> None:
    """The next process posts it once."""
    card = await killed_before_the_post(chat, sandbox, shoot, clock)

    async with serving_process(sandbox) as process:
        await posted(chat, sandbox, process, card, times=1)


@on_sqlite
async def test_a_process_that_starts_after_the_photos_day(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock
) -> None:
    """It posts nothing, though the job was recorded in time."""
    card = await killed_before_the_post(chat, sandbox, shoot, clock)

    def days_pass(sql: Any) -> None:
        [row] = sql.rows("SELECT content FROM last_calls")
        content = json.loads(row["content"]) | {"expires": clock.now().isoformat()}
        sql.do("UPDATE last_calls SET content = :content", content=json.dumps(content))

    await stored_rows.run_statement(sandbox.settings, days_pass)
    async with serving_process(sandbox) as process:
        await posted(chat, sandbox, process, card, times=0)


@on_sqlite
@accepted_or_not
async def test_killed_around_the_post(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock, *, accepted: bool
) -> None:
    """The next process posts it, a second time if Slack has taken the first, which the bot cannot know."""
    async with serving_process(sandbox) as process:
        card = await due(chat, sandbox, shoot, clock)
        assert await process.stop() == 0
    gate = sandbox.slack.hold("chat.postMessage", accepted=accepted)
    async with serving_process(sandbox) as process:
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await posted(chat, sandbox, process, card, times=1 + accepted)


@on_sqlite
async def test_killed_twice_after_the_post(chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock) -> None:
    """There is no third one."""
    async with serving_process(sandbox) as process:
        card = await due(chat, sandbox, shoot, clock)
        assert await process.stop() == 0
    for _ in range(2):
        gate = sandbox.slack.hold("chat.postMessage", accepted=True)
        async with serving_process(sandbox) as process:
            await gate.reached.wait()
            await process.kill()

    async with serving_process(sandbox) as process:
        await posted(chat, sandbox, process, card, times=2)


@on_postgres
@pytest.mark.timeout(120)
@accepted_or_not
async def test_a_worker_is_killed_around_the_post(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock, *, accepted: bool
) -> None:
    """Another worker takes its job over."""
    async with serving_process(sandbox):
        async with working_process(sandbox.settings) as worker:
            card = await due(chat, sandbox, shoot, clock)
            assert await worker.stop() == 0
        await stored_rows.rows(sandbox.settings, "DELETE FROM meters RETURNING 1 AS one")
        gate = sandbox.slack.hold("chat.postMessage", accepted=accepted)
        async with working_process(sandbox.settings) as worker:
            await gate.reached.wait()
            await worker.kill()
        async with working_process(sandbox.settings) as worker:
            await sandbox.slack.until(lambda: len(chat.thread(card)) == 1 + accepted, timeout=60)
            await posted(chat, sandbox, worker, card, times=1 + accepted)
