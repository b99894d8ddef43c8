"""Failures that only a shared database has: it fails for one of several processes."""

import asyncio
from contextlib import closing

import psycopg
import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.sample_workspace import ANA_BOT
from tests.support.both_databases import on_postgres
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.crowd import Crowd
from tests.support.postgres_server import cut_off
from tests.support.process import serving_process
from tests.support.shoot import Shoot
from tests.support.waiting import until_idle

pytestmark = on_postgres


@pytest.mark.both
async def test_a_table_that_another_session_locks(sandbox: Sandbox) -> None:
    """However many ask, each reads within Slack's three seconds that nothing was recorded."""
    crowd = Crowd(sandbox, 24)
    async with serving_process(sandbox):
        with closing(psycopg.connect(sandbox.settings.database_url)) as other:
            other.execute("LOCK TABLE jobs")
            asked = await asyncio.gather(*(later(crowd, number) for number in crowd.all))

    assert all("I couldn't save that" in each.answer.get("text", "") for each in asked)
    assert max(each.seconds for each in asked) < 3


async def later(crowd: Crowd, number: int) -> Exchange:
    """The answer to someone who asks a little after the one before."""
    await asyncio.sleep(number / 10)
    [exchange] = await crowd.ask([number])
    return exchange


async def test_one_place_that_cannot_be_recorded_repeats_nothing_in_another(
    chat: Chat, shoot: Shoot, clock: Clock, sandbox: Sandbox, app: App
) -> None:
    """The check of an order ends when all its places have their posts. No other check begins before that."""
    autoenhance, url = sandbox.autoenhance, sandbox.settings.database_url
    card = await chat.watch(shoot.id)
    await chat.watch(shoot.id, channel=ANA_BOT)
    await until_idle(app)
    shoot.finish()
    autoenhance.set_failure("hang", order=shoot.id, times=1)
    requests = len(autoenhance.looks)
    clock.turn(minutes=1)
    await autoenhance.asked(requests + 1)
    with closing(psycopg.connect(url)) as other:
        other.execute("SELECT 1 FROM watches WHERE id = (SELECT max(id) FROM watches) FOR UPDATE")
        gate = sandbox.slack.hold("chat.postMessage", accepted=True)
        autoenhance.released.set()
        await gate.reached.wait()
        await asyncio.to_thread(cut_off, url)
    await asyncio.sleep(6)  # longer than a job is put off for its database
    gate.open()
    await chat.until(lambda: [each for each in chat.posted(ANA_BOT) if chat.thread(each)])
    await until_idle(app)

    assert len(chat.thread(card)) == 1
