"""No watch is lost: kill -9 on a real process with a real database file, at each step of a notice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.order_json import stamp
from bot.sandbox.slack.sample_workspace import ANA, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.support import stored_rows
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.process import Running, serving_process
from tests.support.shoot import Shoot

pytestmark = on_sqlite  # one process. Several are in test_several_processes.py


@pytest.fixture
def chat(sandbox: Sandbox) -> Chat:
    """Ana's view of Slack, with the bot in a process of its own."""
    return Chat(sandbox.slack)


@pytest.fixture
def shoot(sandbox: Sandbox, clock: Clock) -> Shoot:
    """An order that is being enhanced."""
    return Shoot(sandbox.autoenhance, clock)


async def rows(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Each job that is not done, and each watch with its state."""
    query = (
        "SELECT kind AS what, state FROM jobs WHERE state != 'done'"
        " UNION ALL SELECT 'watch', condition FROM watches"
    )
    return [(row["what"], row["state"]) for row in await stored_rows.rows(sandbox.settings, query)]


async def finished(sandbox: Sandbox, shoot: Shoot) -> None:
    """The order ends, and Autoenhance calls the webhook, so that the bot checks within a few seconds."""
    shoot.finish()
    assert await sandbox.autoenhance.call_webhook(shoot.id) == 200


async def posted_once(chat: Chat, sandbox: Sandbox, process: Running) -> None:
    """The card and the thread have the end once, and only the watch is left to do."""
    await chat.until(lambda: [each for each in chat.posted() if "Pine Lodge\n*Ready*" in each.plain()])
    [card] = chat.posted()
    notice = await chat.noticed(card)
    assert "is ready. 10 of 10 done" in notice.text
    assert await process.stop() == 0

    assert chat.thread(card) == [notice]
    assert await rows(sandbox) == [("watch", "open")]


async def test_killed_after_the_ack(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """The next process begins a watch that was asked for."""
    sandbox.autoenhance.set_failure("hang")
    async with serving_process(sandbox) as process:
        assert (await sandbox.slack.command(f"/order watch {shoot.id}")).status == 200
        await sandbox.autoenhance.asked(1)
        await process.kill()
    sandbox.autoenhance.set_failure("well")

    async with serving_process(sandbox) as process:
        await chat.reads("Watching *Pine Lodge*")
        await finished(sandbox, shoot)
        await posted_once(chat, sandbox, process)


async def test_killed_after_the_watch_was_stored(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """The next process posts the card once, and promises."""
    gate = sandbox.slack.hold("chat.postMessage")
    async with serving_process(sandbox) as process:
        await sandbox.slack.command(f"/order watch {shoot.id}")
        await gate.reached.wait()
        assert ("watch", "open") in await rows(sandbox)
        await process.kill()

    async with serving_process(sandbox) as process:
        await chat.reads("Watching *Pine Lodge*")
        await finished(sandbox, shoot)
        await posted_once(chat, sandbox, process)


@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_killed_around_the_edit_of_the_card(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, *, accepted: bool
) -> None:
    """The next process repeats the edit, which changes nothing. The notice comes once."""
    async with serving_process(sandbox) as process:
        await chat.watch(shoot.id)
        gate = sandbox.slack.hold("chat.update", accepted=accepted)
        await finished(sandbox, shoot)
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await posted_once(chat, sandbox, process)


async def test_killed_before_the_reply(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """The next process posts a reply once that Slack has not taken."""
    async with serving_process(sandbox) as process:
        await chat.watch(shoot.id)
        gate = sandbox.slack.hold("chat.postMessage")
        await finished(sandbox, shoot)
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await posted_once(chat, sandbox, process)


async def test_killed_after_the_reply_and_before_it_was_recorded(
    chat: Chat, shoot: Shoot, sandbox: Sandbox
) -> None:
    """The next process repeats the reply once and no third time.

    The bot cannot know that Slack took the first one.
    """
    async with serving_process(sandbox) as process:
        card = await chat.watch(shoot.id)
        gate = sandbox.slack.hold("chat.postMessage", accepted=True)
        await finished(sandbox, shoot)
        await gate.reached.wait()
        await process.kill()

    gate = sandbox.slack.hold("chat.postMessage", accepted=True)
    async with serving_process(sandbox) as process:
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await chat.order("list")
        assert await process.stop() == 0
    assert len(chat.thread(card)) == 2
    assert "Pine Lodge\n*Ready*" in card.plain()


async def test_killed_while_slack_is_busy(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """The next process posts what was put off."""
    async with serving_process(sandbox) as process:
        await chat.watch(shoot.id)
        sandbox.slack.fail("chat.update", error="ratelimited", retry_after=2)
        await finished(sandbox, shoot)
        await sandbox.slack.until(
            lambda: [each.status for each in sandbox.slack.calls("chat.update")] == [429]
        )
        await process.kill()

    async with serving_process(sandbox) as process:
        await posted_once(chat, sandbox, process)


async def test_asked_to_stop_while_it_posts(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """At SIGTERM the process finishes the notice, and the next one does not repeat it."""
    async with serving_process(sandbox) as process:
        await chat.watch(shoot.id)
        gate = sandbox.slack.hold("chat.postMessage", accepted=True)
        await finished(sandbox, shoot)
        await gate.reached.wait()
        process.process.terminate()
        await process.logged("Shutting down")
        gate.open()
        await process.process.wait()

    async with serving_process(sandbox) as process:
        await posted_once(chat, sandbox, process)


async def test_killed_while_it_stops(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """After SIGTERM and kill -9, as from an impatient platform, the next process posts the notice."""
    async with serving_process(sandbox) as process:
        await chat.watch(shoot.id)
        gate = sandbox.slack.hold("chat.update")
        await finished(sandbox, shoot)
        await gate.reached.wait()
        process.process.terminate()
        await process.logged("Shutting down")
        await process.kill()

    async with serving_process(sandbox) as process:
        await posted_once(chat, sandbox, process)


async def test_an_order_that_ended_while_nothing_ran(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock
) -> None:
    """The next start posts it, with when the order ended and why the notice is late."""
    async with serving_process(sandbox) as process:
        await chat.watch(shoot.id)
        assert await process.stop() == 0
    shoot.is_now(10, last_updated_at=stamp(clock() - 3600))
    two_hours_ago = datetime.fromtimestamp(clock() - 7200, UTC).isoformat()

    def slept(kept: dict[str, Any]) -> None:
        kept["next_look"] -= 7200
        kept["seen"]["at"] = two_hours_ago

    await stored_rows.change_watches(sandbox.settings, slept)

    async with serving_process(sandbox) as process:
        await chat.until(lambda: "Ready" in chat.posted()[0].plain())
        notice = await chat.noticed(chat.posted()[0])
        assert await process.stop() == 0
    assert "Finished" in notice.text
    assert "late: Order Desk wasn't running" in notice.text


async def test_stopping_a_watch_survives_a_kill(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """The next process ends a watch whose stop was acknowledged."""
    async with serving_process(sandbox) as process:
        card = await chat.watch(shoot.id)
        gate = sandbox.slack.hold("chat.update")
        await sandbox.slack.command(f"/order unwatch {shoot.id}", user=ANA, channel=SHOOTS)
        await gate.reached.wait()
        await process.kill()

    async with serving_process(sandbox) as process:
        await chat.reads("Stopped watching")
        assert await process.stop() == 0
    assert "Ana stopped watching" in card.plain()
    assert await rows(sandbox) == [("watch", "ended")]


async def killed_as_it_posts(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, change: Callable[[dict[str, Any]], None], *, accepted: bool
) -> Message:
    """The card of a watch that `change` made due for a notice. The process that posted it was killed."""
    async with serving_process(sandbox) as process:
        card = await chat.watch(shoot.id)
        assert await process.stop() == 0
    await stored_rows.change_watches(sandbox.settings, change)
    gate = sandbox.slack.hold("chat.postMessage", accepted=accepted)
    async with serving_process(sandbox) as process:
        await gate.reached.wait()
        await process.kill()
    return card


@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_killed_around_the_notice_of_an_order_that_does_not_start(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, *, accepted: bool
) -> None:
    """The next process asks for the brackets again and posts it, at most twice."""
    shoot.is_now(working=False)

    def waits(watch: dict[str, Any]) -> None:
        watch |= {"still": 700.0, "uploaded": 0.0, "next_look": 0.0}

    card = await killed_as_it_posts(chat, shoot, sandbox, waits, accepted=accepted)
    async with serving_process(sandbox) as process:
        await chat.until(lambda: len(chat.thread(card)) == 1 + accepted)
        assert await process.stop() == 0

    assert ["hasn't started" in each.text for each in chat.thread(card)] == [True] * (1 + accepted)
    assert await rows(sandbox) == [("watch", "open")]


@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_killed_around_the_notice_that_an_order_is_late(
    chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock, *, accepted: bool
) -> None:
    """The next process posts it, at most twice, and then no more."""
    due = clock.now() - timedelta(minutes=2)

    def passed(watch: dict[str, Any]) -> None:
        watch |= {"due_by": due.isoformat(), "next_look": 0.0}

    card = await killed_as_it_posts(chat, shoot, sandbox, passed, accepted=accepted)
    async with serving_process(sandbox) as process:
        await chat.until(lambda: len(chat.thread(card)) == 1 + accepted)
        await finished(sandbox, shoot)
        await chat.noticed(card, 2 + accepted)
        assert await process.stop() == 0

    *late, end = chat.thread(card)
    assert ["isn't done, and it's past" in each.text for each in late] == [True] * (1 + accepted)
    assert "minutes after" in end.text
    assert await rows(sandbox) == [("watch", "open")]
