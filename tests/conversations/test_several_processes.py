"""Several processes, some killed or suspended: what was acknowledged is answered."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import psycopg
import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.sample_workspace import ANA
from tests.support import stored_rows
from tests.support.both_databases import on_postgres
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.crowd import Crowd, accepted, all_done, eventually, workers
from tests.support.process import serving_process, several_processes, working_process
from tests.support.shoot import Shoot

HOLD = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(0); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON jobs DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION hold();
"""
pytestmark = [on_postgres, pytest.mark.timeout(120)]


async def test_a_worker_is_killed_in_the_middle_of_fifty_jobs(sandbox: Sandbox) -> None:
    """The other worker answers everything within a minute, and repeats only the killed one's running jobs."""
    crowd, slack, autoenhance = Crowd(sandbox, 50), sandbox.slack, sandbox.autoenhance
    sent, hanging = crowd.all[:2], crowd.all[2:]
    async with serving_process(sandbox), working_process(sandbox.settings) as killed:
        its_own = await workers(sandbox, 2)
        gates = [slack.hold("respond", accepted=True) for _ in sent]
        assert all(accepted(await crowd.ask(sent)))
        await asyncio.gather(*(gate.reached.wait() for gate in gates))
        autoenhance.set_failure("hang")
        async with working_process(sandbox.settings):
            assert all(accepted(await crowd.ask(hanging)))
            await autoenhance.asked(len(crowd.all))
            in_hand = await crowd.running_in(its_own)
            await killed.kill()
            autoenhance.set_failure("well")
            autoenhance.released.set()
            await crowd.answered(crowd.all, within=60)
            await all_done(sandbox)

    for gate in gates:
        gate.open()
    assert set(sent) < in_hand < set(crowd.all)
    assert crowd.checks() == Counter(crowd.all) + Counter(in_hand)
    assert crowd.answers() == Counter(crowd.all) + Counter(sent)


async def test_a_suspended_worker_loses_nothing(sandbox: Sandbox, clock: Clock) -> None:
    """The other worker answers within a minute.

    The suspended one ends when it resumes, shows nothing older and keeps no lock.
    """
    crowd, slack, autoenhance = Crowd(sandbox, 9), sandbox.slack, sandbox.autoenhance
    stuck, later = crowd.all[:8], crowd.all[8:]
    chat, shoot = Chat(slack), Shoot(autoenhance, clock)
    async with serving_process(sandbox), working_process(sandbox.settings) as still:
        await chat.click(await chat.order(shoot.id), "Share in channel")
        card = await chat.until(lambda: next(iter(chat.posted()), None))
        asked = len(autoenhance.looks)
        autoenhance.set_failure("hang")
        await chat.click(card, "Re-check")
        assert all(accepted(await crowd.ask(stuck)))
        await autoenhance.asked(asked + 9)
        still.suspend()
        autoenhance.set_failure("well")
        autoenhance.released.set()  # what it asked for waits in its socket
        shoot.is_now(4)
        async with working_process(sandbox.settings):
            await crowd.ask(later)
            await crowd.answered(later, within=10)
            await crowd.answered(stuck, within=60)
            await slack.until(lambda: "4 of 10" in card.plain(), timeout=30)
            still.resume()
            assert await asyncio.wait_for(still.process.wait(), 10) == 1
            shoot.is_now(7)
            await chat.click(card, "Re-check", user=ANA)
            await slack.until(lambda: "7 of 10" in card.plain())
            await all_done(sandbox)

    assert crowd.answers() == Counter(crowd.all)
    assert len(slack.calls("chat.update")) == 2


async def test_a_rolling_deploy_loses_nothing(sandbox: Sandbox, clock: Clock) -> None:
    """New processes replace old ones while people ask.

    Each person gets one answer, and a watch posts once.
    """
    crowd, slack, autoenhance = Crowd(sandbox, 400), sandbox.slack, sandbox.autoenhance
    chat, shoot = Chat(slack), Shoot(autoenhance, clock)
    async with serving_process(sandbox) as old, working_process(sandbox.settings) as old_worker:
        card = await chat.watch(shoot.id)
        stop, asked = asyncio.Event(), len(autoenhance.looks)
        autoenhance.set_failure("hang", times=3)
        asking = asyncio.create_task(steadily(crowd, slack, stop))
        await autoenhance.asked(asked + 3)
        async with working_process(sandbox.settings):
            shoot.finish()
            assert await autoenhance.call_webhook(shoot.id) == 200
            stopping = asyncio.create_task(old_worker.stop())
            answered = len(crowd.answers())
            await slack.until(lambda: len(crowd.answers()) > answered + 3)
            autoenhance.released.set()
            assert await stopping == 0
            async with serving_process(sandbox):
                assert await old.stop() == 0
                notice = await chat.noticed(card)
                stop.set()
                exchanges = await asking
                await crowd.answered(range(len(exchanges)), within=30)
                await all_done(sandbox)

    assert all(accepted(exchanges))
    assert crowd.answers() == Counter(range(len(exchanges)))
    assert chat.thread(card) == [notice]


async def test_serve_is_killed_between_recording_and_answering(sandbox: Sandbox) -> None:
    """The person first sees an error and then the answer. A recorded job is done, whichever process dies."""
    crowd = Crowd(sandbox, 2)
    async with several_processes(sandbox, workers=1) as (serving, _):
        assert accepted(await crowd.ask([0])) == [True]
        await serving.kill()
        await crowd.answered([0], within=8)
    async with several_processes(sandbox, workers=1) as (serving, _):
        async with held_in_its_commit(sandbox) as held:
            asking = asyncio.create_task(crowd.ask([1]))
            await eventually(held)
            await serving.kill()
        assert accepted(await asking) == [False]
        await crowd.answered([1], within=8)

    assert crowd.answers() == Counter(crowd.all)


@asynccontextmanager
async def held_in_its_commit(sandbox: Sandbox) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Holds every transaction that records a job at its commit until the block ends.

    Yields a function that says whether one waits.
    """
    query = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    async def held() -> bool:
        return bool(await stored_rows.rows(sandbox.settings, query))

    async with await psycopg.AsyncConnection.connect(sandbox.settings.database_url, autocommit=True) as ours:
        await ours.execute(HOLD)
        await ours.execute("SELECT pg_advisory_lock(0)")
        yield held


def _few_wait(crowd: Crowd, asked: int, stop: asyncio.Event) -> bool:
    return stop.is_set() or asked - len(crowd.answers()) < 10


async def steadily(crowd: Crowd, slack: SlackSandbox, stop: asyncio.Event) -> list[Exchange]:
    """People ask one after the other, ten a second at most, until `stop` is set. At most ten of them wait."""
    exchanges: list[Exchange] = []
    for number in crowd.all:
        exchanges += await crowd.ask([number])
        await slack.until(partial(_few_wait, crowd, number, stop), timeout=60)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.1)
            break
    return exchanges
