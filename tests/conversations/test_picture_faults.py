"""A card has one picture after kill -9 at each step, and each other file is deleted, or planned to be."""

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.slack.workspace import Message
from tests.support import stored_rows
from tests.support.both_databases import on_postgres, on_sqlite
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.process import Running, serving_process, working_process
from tests.support.shoot import Shoot

PICTURE_DONE, CHECK_DONE = '"kind": "draw_pictures"', '"kind": "look_at_watched"'
STEPS = [
    ("files.getUploadURLExternal", False),
    ("files.getUploadURLExternal", True),
    ("upload", False),
    ("upload", True),
    ("files.completeUploadExternal", False),
    ("files.completeUploadExternal", True),
]


@pytest.fixture
def chat(sandbox: Sandbox) -> Chat:
    """Ana's view of Slack, with the bot in a process of its own."""
    sandbox.slack.scopes.add("files:write")
    return Chat(sandbox.slack)


@pytest.fixture
def shoot(sandbox: Sandbox, clock: Clock) -> Shoot:
    """An order that is being enhanced."""
    return Shoot(sandbox.autoenhance, clock)


async def ended(chat: Chat, sandbox: Sandbox, shoot: Shoot) -> Message:
    """The card of a watched order that ends now, in a channel with pictures on."""
    await chat.order("settings pictures on")
    card = await chat.watch(shoot.id)
    shoot.finish()
    assert await sandbox.autoenhance.call_webhook(shoot.id) == 200
    return card


def files_on(card: Message) -> list[str]:
    return [block["slack_file"]["id"] for block in card.blocks if block["type"] == "image"]


async def rows(sandbox: Sandbox) -> dict[str, bool]:
    """The files that the bot knows, and whether a card shows each."""
    found = await stored_rows.rows(sandbox.settings, "SELECT file_id, shown FROM pictures")
    return {row["file_id"]: bool(row["shown"]) for row in found}


async def settled(chat: Chat, sandbox: Sandbox, process: Running, card: Message) -> None:
    """The card shows one picture. Each other file is to be deleted, and nothing else is left to do."""
    await sandbox.slack.until(lambda: files_on(card), timeout=40)
    await process.logged(PICTURE_DONE)
    assert await process.stop() == 0

    [shown] = files_on(card)
    known = await rows(sandbox)
    assert known.pop(shown) is True
    assert not any(known.values())
    assert set(sandbox.slack.files.kept()) - {shown} <= set(known)
    assert len(chat.posted()) == 1
    assert "Ready" in card.plain()
    left = await stored_rows.rows(sandbox.settings, "SELECT kind FROM jobs WHERE state != 'done'")
    assert left == []


@on_sqlite
@pytest.mark.parametrize(("method", "accepted"), STEPS, ids=str)
async def test_killed_while_the_file_is_uploaded(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, *, method: str, accepted: bool
) -> None:
    """The next process uploads another file, or goes on with the one that Slack has."""
    gate = sandbox.slack.hold(method, accepted=accepted)
    async with serving_process(sandbox) as process:
        card = await ended(chat, sandbox, shoot)
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await settled(chat, sandbox, process, card)


async def held_at_the_edit(
    chat: Chat, sandbox: Sandbox, shoot: Shoot, clock: Clock, *, accepted: bool
) -> Message:
    """The card whose edit with the picture is held, before Slack takes it or after that."""
    uploaded = sandbox.slack.hold("files.completeUploadExternal", accepted=True)
    card = await ended(chat, sandbox, shoot)
    await uploaded.reached.wait()
    clock.turn(seconds=2)  # the file is ready
    edit = sandbox.slack.hold("chat.update", accepted=accepted)
    uploaded.open()
    await edit.reached.wait()
    assert bool(files_on(card)) is accepted
    return card


@on_sqlite
@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_killed_around_the_edit(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock, *, accepted: bool
) -> None:
    """The next process edits the card with the same file, and uploads no other."""
    async with serving_process(sandbox) as process:
        card = await held_at_the_edit(chat, sandbox, shoot, clock, accepted=accepted)
        await process.kill()

    async with serving_process(sandbox) as process:
        await settled(chat, sandbox, process, card)
    assert len(sandbox.slack.files.kept()) == 1
    assert len(sandbox.slack.calls("upload")) == 1


@on_sqlite
@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_killed_around_the_notice_of_the_end(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, *, accepted: bool
) -> None:
    """The picture is recorded before that, and is drawn once by the next process."""
    async with serving_process(sandbox) as process:
        await chat.order("settings pictures on")
        card = await chat.watch(shoot.id)
        gate = sandbox.slack.hold("chat.postMessage", accepted=accepted)
        shoot.finish()
        assert await sandbox.autoenhance.call_webhook(shoot.id) == 200
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await settled(chat, sandbox, process, card)
    assert len(sandbox.slack.calls("upload")) == 1


@on_sqlite
@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_killed_around_the_deletion(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, *, accepted: bool
) -> None:
    """The next process deletes it, or reads that it is deleted."""
    gate = sandbox.slack.hold("files.delete", accepted=accepted)
    async with serving_process(sandbox) as process:
        card = await ended(chat, sandbox, shoot)
        await chat.until(lambda: files_on(card))
        await process.logged(PICTURE_DONE)
        await chat.order("settings pictures off")
        assert await process.stop() == 0
    await stored_rows.run_statement(sandbox.settings, lambda sql: sql.do("DELETE FROM watches"))
    async with serving_process(sandbox) as process:
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await process.logged('"kind": "delete_picture"')
        assert await process.stop() == 0
    assert sandbox.slack.files.kept() == {}
    assert await rows(sandbox) == {}


@on_postgres
@pytest.mark.timeout(120)
@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_a_worker_is_killed_around_the_edit(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock, *, accepted: bool
) -> None:
    """Another worker takes its job over."""
    async with serving_process(sandbox):
        async with working_process(sandbox.settings) as worker:
            card = await held_at_the_edit(chat, sandbox, shoot, clock, accepted=accepted)
            await worker.kill()
        async with working_process(sandbox.settings) as worker:
            await sandbox.slack.until(lambda: files_on(card), timeout=60)
            await worker.logged(PICTURE_DONE, within=60)
            assert await worker.stop() == 0
    assert len(sandbox.slack.files.kept()) == 1
    assert list((await rows(sandbox)).values()) == [True]
