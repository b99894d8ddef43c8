"""What was acknowledged is answered: on a real process, a real database file, and kill -9."""

import asyncio
from functools import partial

import pytest

from bot.bootstrap.app import MAX_CONCURRENT_JOBS
from bot.bootstrap.storage import open_database
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BOT, SHOOTS
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.crowd import Crowd, accepted, order_id
from tests.support.process import serving_process

pytestmark = on_sqlite  # one process. Several are in test_several_processes.py


def answers(slack: SlackSandbox) -> list[str]:
    """The bot's answers to Ana in #shoots."""
    return [message.plain() for message in slack.messages(SHOOTS, viewer=ANA) if message.user == BOT]


async def test_killed_between_ack_and_answer(sandbox: Sandbox) -> None:
    """The next process finds the job and answers it. The answer replaces the first reply."""
    chat = Chat(sandbox.slack)
    sandbox.autoenhance.set_failure("hang")
    async with serving_process(sandbox) as process:
        assert (await sandbox.slack.command(f"/order {OAK}")).status == 200
        await sandbox.autoenhance.asked(1)
        await process.kill()
    sandbox.autoenhance.set_failure("well")

    async with serving_process(sandbox):
        await chat.reads("Oak Terrace, show home\n*Ready*")

    assert len(answers(sandbox.slack)) == 1


async def test_killed_after_slack_accepted_and_before_it_was_recorded(sandbox: Sandbox) -> None:
    """The next process cannot know, and sends the answer again: no request stays without one."""
    gate = sandbox.slack.hold("respond", accepted=True)
    async with serving_process(sandbox) as process:
        await sandbox.slack.command(f"/order {OAK}")
        await gate.reached.wait()
        await process.kill()
    gate.open()

    async with serving_process(sandbox):
        await sandbox.slack.until(lambda: len(sandbox.slack.calls("respond")) == 2)
        await sandbox.slack.until(lambda: sandbox.slack.calls("respond")[1].status)

    assert ["Oak Terrace" in answer for answer in answers(sandbox.slack)] == [True, True]


async def test_killed_while_waiting_for_autoenhance(sandbox: Sandbox) -> None:
    """The next process starts a job that was put off at once."""
    chat = Chat(sandbox.slack)
    sandbox.autoenhance.set_failure("500")
    async with serving_process(sandbox) as process:
        await sandbox.slack.command(f"/order {OAK}")
        await chat.reads("Autoenhance isn't responding")
        await process.kill()
    sandbox.autoenhance.set_failure("well")

    async with serving_process(sandbox):
        await chat.reads("Oak Terrace, show home\n*Ready*")


async def test_delivered_three_times_across_a_restart(sandbox: Sandbox) -> None:
    """The same request is answered once, however often and to whichever process it comes."""
    chat = Chat(sandbox.slack)
    async with serving_process(sandbox) as process:
        exchange = await sandbox.slack.command(f"/order {OAK}")
        await sandbox.slack.redeliver(exchange)
        await chat.reads("Oak Terrace, show home\n*Ready*")
        assert await process.stop() == 0

    async with serving_process(sandbox) as process:
        assert (await sandbox.slack.redeliver(exchange)).status == 200
        await chat.order(BIRCH)
        assert await process.stop() == 0

    assert [call.params["text"].partition(",")[0] for call in sandbox.slack.calls("respond")] == [
        "Oak Terrace",
        "Birch Avenue 9: enhancing",
    ]


async def test_jobs_that_merely_ran_when_it_was_killed_three_times(sandbox: Sandbox) -> None:
    """Each is answered in the end: whoever kills a process from outside charges no job for it."""
    crowd, asked = Crowd(sandbox, 3), 0
    sandbox.autoenhance.set_failure("hang")
    for round_ in range(3):
        async with serving_process(sandbox) as process:
            if not round_:
                assert all(accepted(await crowd.ask(crowd.all)))
            asked += 1 if round_ else len(crowd.all)
            await sandbox.autoenhance.asked(asked)
            await process.kill()
    sandbox.autoenhance.set_failure("well")

    async with serving_process(sandbox):
        await crowd.answered(crowd.all, within=30)


async def test_jobs_that_only_waited_when_it_was_killed(sandbox: Sandbox) -> None:
    """No try is charged to a job that had no place yet, and each other one is charged its first."""
    crowd = Crowd(sandbox, MAX_CONCURRENT_JOBS + 4)
    sandbox.autoenhance.set_failure("hang")
    async with serving_process(sandbox) as process:
        assert all(accepted(await crowd.ask(crowd.all)))
        await sandbox.autoenhance.asked(MAX_CONCURRENT_JOBS)
        await process.kill()

    async with open_database(sandbox.settings) as database:
        rows = await database.run(lambda sql: sql.rows("SELECT taken - tries_ended AS cut_off FROM jobs"))
    assert sorted(row["cut_off"] for row in rows) == [0] * 4 + [1] * MAX_CONCURRENT_JOBS


async def test_the_job_that_kills_it_is_given_up(sandbox: Sandbox) -> None:
    """Of the jobs that ran at its first death, only the one that goes on to kill it, after three tries."""
    crowd, guilty = Crowd(sandbox, 3), 2
    sandbox.autoenhance.set_failure("hang")
    for round_ in range(3):
        async with serving_process(sandbox) as process:
            if not round_:
                assert all(accepted(await crowd.ask(crowd.all)))
                await sandbox.autoenhance.asked(len(crowd.all))
            seen = partial(lambda before: crowd.checks()[guilty] > before, round_)
            await sandbox.autoenhance.change_signal.until(seen, timeout=30)
            await process.kill()
        sandbox.autoenhance.set_failure("well")
        sandbox.autoenhance.set_failure("hang", order=order_id(guilty))
    sandbox.autoenhance.set_failure("well", order=order_id(guilty))

    async with serving_process(sandbox) as process:
        await process.logged("job given up", within=20)
        await sandbox.slack.until(lambda: [m for m in crowd.said(guilty) if "Something went wrong" in m.text])
        await crowd.answered([0, 1], within=20)

    assert crowd.checks()[guilty] == 3


async def test_sigterm_finishes_what_runs(sandbox: Sandbox) -> None:
    """At SIGTERM a process sends the answer that it has begun, and exits with code 0."""
    sandbox.autoenhance.set_failure("hang", times=1)
    async with serving_process(sandbox) as process:
        await sandbox.slack.command(f"/order {OAK}")
        await sandbox.autoenhance.asked(1)
        stopping = asyncio.create_task(process.stop())
        await process.logged("Shutting down")
        sandbox.autoenhance.released.set()
        assert await stopping == 0

    assert "Oak Terrace" in answers(sandbox.slack)[0]


async def test_a_second_process_on_the_same_file_is_refused(sandbox: Sandbox) -> None:
    """A second process on the same file does not start, as both would answer every request."""
    async with serving_process(sandbox):
        with pytest.raises(AssertionError, match="Another Order Desk is running"):
            async with serving_process(sandbox):
                pass


async def test_no_secret_and_no_order_id_is_logged(sandbox: Sandbox) -> None:
    """No log line of any level has a token, the key, the signing secret, a response_url or an order ID."""
    chat = Chat(sandbox.slack)
    sandbox.autoenhance.set_failure("503", times=4)
    async with serving_process(sandbox) as process:
        await sandbox.slack.command("/order 12-elm-street")
        card = await chat.reads("12 Elm Street — day")
        await chat.click(card, "Re-check")
        await chat.reads("No change")
        sandbox.slack.fail("chat.postMessage", error="invalid_blocks")
        await chat.click(card, "Share in channel")
        forged = await sandbox.slack.send_raw(b"payload=12-elm-street", {"x-slack-signature": "v0=forged"})
        assert forged.status == 401
        await process.logged("job given up")
        await process.stop()
    log = "".join(process.log)

    settings = sandbox.settings
    secrets = [
        settings.slack_bot_token,
        settings.slack_signing_secret,
        settings.autoenhance_api_key,
    ]
    assert "job given up" in log
    for secret in secrets:
        assert secret is not None
        assert secret.get_secret_value() not in log
    assert "12-elm-street" not in log
    assert "/respond/" not in log
