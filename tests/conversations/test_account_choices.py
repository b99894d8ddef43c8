"""An older choice about an account never undoes a newer one, however late Slack or Autoenhance answers."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.autoenhance.app import API_KEY, SECOND_KEY
from bot.sandbox.slack.sample_workspace import BEN, SHOOTS
from bot.storage.accounts import Accounts
from tests.conversations.test_accounts import WRONG_KEY, Desk, desk, sandbox
from tests.support.both_databases import on_sqlite
from tests.support.waiting import until_no_job_is_left

__all__ = ["desk", "sandbox"]


async def until(seen: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await seen():  # noqa: ASYNC110 - nothing signals a row
            await asyncio.sleep(0.01)


async def share(desk: Desk, *chosen: str, late: bool = False) -> None:
    """Returns when it is stored. `late`: Slack does not take the sentence about it yet."""

    async def is_stored() -> bool:
        return (await desk.stored())[0].account.channels == set(chosen)

    view = await desk.menu("Channels", "People there can search")
    if late:
        desk.slack.fail("views.publish", error="ratelimited", retry_after=2)
    await desk.slack.submit(view, {"Channels": list(chosen)})
    await until(is_stored)


@pytest.mark.both
async def test_a_channel_that_was_taken_away_is_not_given_back(desk: Desk) -> None:
    """Nor does Home say so, when Slack takes the sentence about the older choice at last."""
    await desk.connect()
    await share(desk, SHOOTS, late=True)
    await share(desk)
    await desk.home("Saved. Elm Studio: Searched only by you.")
    await until_no_job_is_left(desk.app)

    assert [each.account.channels for each in await desk.stored()] == [frozenset()]
    assert "Saved. Elm Studio: Searched only by you." in desk.seen()


@pytest.mark.both
async def test_an_account_that_was_disconnected_does_not_come_back(desk: Desk) -> None:
    """Its owner saw it on the Home tab before Slack took the sentence that it is connected."""

    async def is_stored() -> bool:
        return bool(await desk.stored())

    form = await desk.form()
    desk.slack.fail("views.publish", error="ratelimited", retry_after=2)
    await desk.slack.submit(form, {"Name": "Elm Studio", "API key": API_KEY})
    await until(is_stored)
    await desk.slack.submit(await desk.menu("Disconnect", "delete its key"), {})
    await desk.home("Disconnected Elm Studio.")
    await until_no_job_is_left(desk.app)

    assert await desk.stored() == []
    assert "Disconnected Elm Studio." in desk.seen()


async def test_a_home_tab_that_is_late_takes_no_sentence_away(desk: Desk) -> None:
    """Slack would take it only after the sentence about the account, which was drawn with all else."""
    form = await desk.form()
    published = len(desk.slack.calls("views.publish"))
    desk.slack.fail("views.publish", error="ratelimited", retry_after=2)
    await desk.slack.open_home()
    await desk.slack.until(lambda: desk.slack.calls("views.publish")[published:])

    await desk.slack.submit(form, {"Name": "Elm Studio", "API key": API_KEY})
    await desk.home("Connected Elm Studio.")
    await until_no_job_is_left(desk.app)

    assert "Connected Elm Studio." in desk.seen()


@pytest.mark.both
async def test_the_newer_of_two_keys_stays(desk: Desk) -> None:
    """Autoenhance answered about the older one later. Its owner reads which key is used."""
    await desk.connect()
    autoenhance = desk.sandbox.autoenhance
    autoenhance.set_failure("429", times=1, retry_after=3)
    await desk.slack.submit(await desk.menu("Replace key", "API key"), {"API key": API_KEY})
    await autoenhance.asked(2)
    await desk.slack.submit(await desk.menu("Replace key", "API key"), {"API key": SECOND_KEY})
    await desk.home("has a new key. It ends in 000y.")

    await desk.home("Elm Studio got a newer key meanwhile, so I kept that one. It ends in 000y.")
    await desk.reads("To use the other one, choose Replace key again.")
    assert [each.account.hint for each in await desk.stored()] == [SECOND_KEY[-4:]]


@pytest.mark.both
async def test_a_key_of_a_former_owner_is_not_stored(desk: Desk) -> None:
    """The account was handed over while Autoenhance was asked about the key."""
    [before] = [await desk.connect()]
    autoenhance = desk.sandbox.autoenhance
    autoenhance.set_failure("hang")
    await desk.slack.submit(await desk.menu("Replace key", "API key"), {"API key": SECOND_KEY})
    await autoenhance.asked(2)
    team, account_id = before.account.team_id, before.account.account_id
    await Accounts(desk.app.storage.database).hand_over(team, account_id, BEN)
    autoenhance.set_failure("well")
    autoenhance.released.set()

    await desk.reads(f"Only @{BEN} can change Elm Studio.")
    assert [each.sealed_key for each in await desk.stored()] == [before.sealed_key]


@on_sqlite
async def test_a_failure_is_said_when_slack_takes_it(desk: Desk) -> None:
    """On the Home tab and in a message, and Autoenhance is not asked about the key again."""
    form = await desk.form()
    desk.slack.fail("views.publish", error="ratelimited", retry_after=1)
    await desk.slack.submit(form, {"Name": "Elm Studio", "API key": WRONG_KEY})
    await desk.reads("Autoenhance rejected the key of “Elm Studio”")

    assert "rejected the key of “Elm Studio”" in desk.seen()
    assert len(desk.sandbox.autoenhance.looks) == 1
