"""PostgreSQL stops or crashes under several processes. Nothing that was promised is lost."""

import asyncio
import re
from collections import Counter

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import BEN
from bot.sandbox.slack.workspace import View
from bot.storage.database.schema import migrate_postgres
from tests.support import stored_rows
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.crowd import Crowd, accepted, all_done, eventually
from tests.support.databases import new_name
from tests.support.postgres_server import OwnServer
from tests.support.process import several_processes
from tests.support.shoot import NAME, Shoot

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
OUTAGE = 10.0  # seconds
FAULT = "I couldn't save that"


@pytest.fixture
def database_url(breakable: OwnServer) -> str:
    """An empty database with its tables, on a server that a test may stop."""
    url = breakable.create(new_name())
    migrate_postgres(url)
    return url


async def test_postgresql_is_stopped_for_ten_seconds(
    sandbox: Sandbox, clock: Clock, breakable: OwnServer
) -> None:
    """A person who asks during the outage sees an error within three seconds.

    Every promise from before and after is kept.
    """
    crowd, slack, autoenhance = Crowd(sandbox, 60), sandbox.slack, sandbox.autoenhance
    before, during, after = crowd.all[:10], crowd.all[10:40], iter(crowd.all[40:])
    chat, shoot = Chat(slack), Shoot(autoenhance, clock)
    async with several_processes(sandbox) as running:
        card = await chat.watch(shoot.id)
        home = await home_tab(slack)
        autoenhance.set_failure("hang")
        asked = len(autoenhance.looks)
        assert all(accepted(await crowd.ask(before)))
        await autoenhance.asked(asked + len(before))

        await asyncio.to_thread(breakable.stop)
        back = asyncio.create_task(asyncio.sleep(OUTAGE))
        autoenhance.set_failure("well")
        autoenhance.released.set()
        shoot.finish()
        refused = await crowd.ask(during)
        clicked = await slack.click(card, "Re-check", user=BEN)
        stopped = await slack.click(home, "Stop watching")
        event = await slack.redeliver(next(each for each in slack.exchanges if each.kind == "events_api"))
        await back
        await asyncio.to_thread(breakable.start)

        first = await eventually(lambda: promised(crowd, next(after)), within=5)
        kept = [*before, *first, *after]
        assert all(accepted(await crowd.ask(kept[len(before) + 1 :])))
        await crowd.answered(kept, within=30)
        notice = await chat.noticed(card)
        await eventually(lambda: listening(sandbox))
        await all_done(sandbox)
        assert [each.process.returncode for each in running] == [None] * 3

    for each in [*refused, clicked, stopped, event]:
        assert each.seconds < 3
    assert not any(accepted(refused))
    assert all(FAULT in each.answer["text"] for each in refused)
    assert [FAULT in message.text for message in chat.said(viewer=BEN) if message.ephemeral_to] == [True]
    assert (stopped.status, home.warning, event.status) == (503, "dispatch_failed", 503)
    assert crowd.answers() == Counter(kept)
    assert chat.thread(card) == [notice]
    log = "".join(running[0].log)
    assert [log.count(f"the database {words}") for words in ("does not answer", "answers again")] == [1, 1]
    assert "Traceback" not in log
    for quoted in (re.search(r"E-[2-9A-Z]{4}", each.answer["text"]) for each in refused):
        assert quoted
        assert f'"event": "listener broke", "reference": "{quoted[0]}"' in log


async def test_postgresql_and_a_worker_die_together(sandbox: Sandbox, breakable: OwnServer) -> None:
    """The worker that is left keeps every promise."""
    crowd, autoenhance = Crowd(sandbox, 30), sandbox.autoenhance
    autoenhance.set_failure("hang")
    async with several_processes(sandbox) as (serving, killed, left):
        assert all(accepted(await crowd.ask(crowd.all)))
        await autoenhance.asked(len(crowd.all))
        await asyncio.to_thread(breakable.crash)
        await killed.kill()
        autoenhance.set_failure("well")
        autoenhance.released.set()
        await asyncio.to_thread(breakable.start)
        await crowd.answered(crowd.all, within=60)
        await all_done(sandbox)
        assert (serving.process.returncode, left.process.returncode) == (None, None)

    assert crowd.answers() == Counter(crowd.all)


async def home_tab(slack: SlackSandbox) -> View:
    """Ana's Home tab, with what she watches."""
    await slack.open_home()
    shown = await slack.until(lambda: [each for each in [slack.home()] if each and NAME in each.plain()])
    return shown[0]


async def promised(crowd: Crowd, number: int) -> list[int]:
    """The people whose request was acknowledged."""
    return [number] if accepted(await crowd.ask([number])) == [True] else []


async def listening(sandbox: Sandbox) -> bool:
    """Whether both workers listen for new jobs, in both queues."""
    ours = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    return len(await stored_rows.rows(sandbox.settings, ours + " AND left(query, 6) = 'LISTEN'")) == 4
