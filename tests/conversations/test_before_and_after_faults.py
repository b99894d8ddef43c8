"""A photo before and after is in the thread after kill -9, with one file, and at most twice."""

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.slack.sample_workspace import ANA
from bot.sandbox.slack.workspace import Message
from tests.support import stored_rows
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.process import serving_process
from tests.support.shoot import Shoot

DONE = '"kind": "show_pair"'


@pytest.fixture
def chat(sandbox: Sandbox) -> Chat:
    """Ana's view of Slack, with the bot in a process of its own."""
    sandbox.slack.scopes.add("files:write")
    return Chat(sandbox.slack)


@pytest.fixture
def shoot(sandbox: Sandbox, clock: Clock) -> Shoot:
    """An order with six photos that are done."""
    made = Shoot(sandbox.autoenhance, clock)
    made.is_now(6)
    return made


async def opened(chat: Chat, shoot: Shoot) -> Message:
    """A shared card, with the modal with all its photos open."""
    await chat.order("settings pictures on")
    await chat.click(await chat.order(shoot.id), "Share in channel")
    card = await chat.until(lambda: next(iter(chat.posted()), None))
    await chat.click(card, "All photos")
    await chat.view("*Done* (6)")
    return card


async def choose(chat: Chat) -> None:
    """The first photo of the menu."""
    [view] = chat.slack.views(ANA)
    [menu] = [block["accessory"] for block in view.blocks if "accessory" in block]
    await chat.slack.click(view, str(menu["options"][0]["text"]["text"]))


def files(posts: list[Message]) -> list[str]:
    return [block["slack_file"]["id"] for each in posts for block in each.blocks if block["type"] == "image"]


@on_sqlite
@pytest.mark.parametrize(
    ("method", "posts"),
    [("files.completeUploadExternal", 1), ("chat.postMessage", 2)],
    ids=["after the upload", "after the post"],
)
async def test_killed(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock, *, method: str, posts: int
) -> None:
    """The next process goes on with the same file. It can't know of a post that was not recorded."""
    async with serving_process(sandbox) as process:
        card = await opened(chat, shoot)
        uploaded = sandbox.slack.hold("files.completeUploadExternal", accepted=True)
        await choose(chat)
        await uploaded.reached.wait()
        clock.turn(seconds=2)  # the file is ready
        if method != "files.completeUploadExternal":
            gate = sandbox.slack.hold(method, accepted=True)
            uploaded.open()
            await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await chat.noticed(card, posts)
        await process.logged(DONE)
        assert await process.stop() == 0
    assert len(chat.thread(card)) == posts
    assert set(files(chat.thread(card))) == set(sandbox.slack.files.kept())
    assert len(sandbox.slack.calls("upload")) == 1
    found = await stored_rows.rows(sandbox.settings, "SELECT shown FROM pictures")
    assert [row["shown"] for row in found] == [1]


@on_sqlite
async def test_killed_when_it_is_in_the_thread(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock
) -> None:
    """After the record, before the modal says so. The next process posts nothing."""
    async with serving_process(sandbox) as process:
        card = await opened(chat, shoot)
        uploaded = sandbox.slack.hold("files.completeUploadExternal", accepted=True)
        await choose(chat)
        await uploaded.reached.wait()
        clock.turn(seconds=2)
        gate = sandbox.slack.hold("views.update", accepted=False)
        uploaded.open()
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await chat.view("is in the thread")
        await process.logged(DONE)
        assert await process.stop() == 0
    assert len(chat.thread(card)) == 1
    assert len(sandbox.slack.calls("upload")) == 1
