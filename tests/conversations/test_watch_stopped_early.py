"""A watch that is stopped before it has begun: Autoenhance or Slack has not taken its start yet."""

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BEN
from tests.support.chat import Chat
from tests.support.shoot import Shoot
from tests.support.stored_rows import rows
from tests.support.waiting import until_no_job_is_left


async def waiting_start(chat: Chat, sandbox: Sandbox, order: str, who: str, *, user: str = ANA) -> None:
    """Asks for a watch which `who` does not let begin."""
    if who == "Slack":
        sandbox.slack.fail("chat.postMessage", error="ratelimited", times=None)
        tried = len(sandbox.slack.calls("chat.postMessage"))
        await sandbox.slack.command(f"/order watch {order}", user=user)
        await chat.until(lambda: len(sandbox.slack.calls("chat.postMessage")) > tried)
    else:
        sandbox.autoenhance.set_failure("503")
        await sandbox.slack.command(f"/order watch {order}", user=user)
        await chat.reads("Autoenhance isn't", viewer=user)


def mend(sandbox: Sandbox) -> None:
    sandbox.slack.mend()
    sandbox.autoenhance.set_failure("well")


@pytest.mark.both
@pytest.mark.parametrize("who", ["Slack", "Autoenhance"])
async def test_it_does_not_begin_with_the_retry(
    chat: Chat, shoot: Shoot, app: App, sandbox: Sandbox, who: str
) -> None:
    """The person reads that it is stopped, and no card comes."""
    await waiting_start(chat, sandbox, shoot.id, who)

    await sandbox.slack.command(f"/order unwatch {shoot.id}")
    await chat.reads("Stopped watching")
    mend(sandbox)

    await until_no_job_is_left(app)
    assert chat.posted() == []
    assert "Watching *Pine Lodge*" not in sandbox.slack.transcript()
    assert await rows(sandbox.settings, "SELECT id FROM watches") == []


@pytest.mark.parametrize("who", ["Slack", "Autoenhance"])
async def test_it_can_be_asked_for_again(
    chat: Chat, shoot: Shoot, app: App, sandbox: Sandbox, who: str
) -> None:
    """A later start is another one."""
    await waiting_start(chat, sandbox, shoot.id, who)
    await sandbox.slack.command(f"/order unwatch {shoot.id}")
    await chat.reads("Stopped watching")
    await sandbox.slack.command(f"/order watch {shoot.id}")
    mend(sandbox)

    await chat.reads("Watching *Pine Lodge*")
    await until_no_job_is_left(app)
    assert len(chat.posted()) == 1


async def test_nobody_stops_the_start_of_another_person(
    chat: Chat, shoot: Shoot, app: App, sandbox: Sandbox
) -> None:
    """Ben is told that he does not watch it, and Ana's watch begins."""
    await waiting_start(chat, sandbox, shoot.id, "Slack")
    await sandbox.slack.command(f"/order unwatch {shoot.id}", user=BEN)
    await chat.reads("You aren't watching", viewer=BEN)
    mend(sandbox)

    await chat.reads("Watching *Pine Lodge*")
    await until_no_job_is_left(app)
    assert "Watched by ana" in chat.posted()[0].plain()


async def test_who_joined_and_left_before_the_start_is_not_mentioned(
    chat: Chat, shoot: Shoot, app: App, sandbox: Sandbox
) -> None:
    """The other watcher's start goes on."""
    await waiting_start(chat, sandbox, shoot.id, "Slack")
    await waiting_start(chat, sandbox, shoot.id, "Slack", user=BEN)
    await sandbox.slack.command(f"/order unwatch {shoot.id}")
    await chat.reads("Stopped watching")
    mend(sandbox)

    await chat.reads("Watching *Pine Lodge*", viewer=BEN)
    await until_no_job_is_left(app)
    [card] = chat.posted()
    assert "Watched by ben" in card.plain()
    assert "ana" not in card.plain()


async def test_stopping_where_another_person_watches(
    chat: Chat, shoot: Shoot, app: App, sandbox: Sandbox, slack: SlackSandbox
) -> None:
    """Only the person's own start is withdrawn."""
    card = await chat.watch(shoot.id, user=BEN)
    await waiting_start(chat, sandbox, shoot.id, "Autoenhance")
    await slack.command(f"/order unwatch {shoot.id}")
    await chat.reads("still watching")
    mend(sandbox)

    await until_no_job_is_left(app)
    assert "Watched by ben" in card.plain()
    assert "ana" not in card.plain()
