"""The webhook of each connected account: an address and a value of its own."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.accounts.models import Account
from bot.bootstrap.app import App
from bot.bootstrap.storage import open_database
from bot.demo.demo import Sandbox, open_sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.slack.sample_workspace import ANA, TEAM
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.keyring import new_key
from tests.conftest import FAST_TIMING
from tests.support.accounts import ring, sealed
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.process import environment, invoke, serving_process
from tests.support.running_bot import running_bot
from tests.support.shoot import Shoot

OLD, NEW, GONE = new_key(), new_key(), new_key()
API_KEY, VALUE = "r7Rk2Lw9Zx4Vb8Nc1Mp6q7Rk2Lw9Zx4Vb8Nc1Mp6", "the-value-of-elms-own-webhook"


@pytest.fixture
async def sandbox(tmp_path: Path, clock: Clock, database_url: str) -> AsyncIterator[Sandbox]:
    """A bot with ENCRYPTION_KEYS and without AUTOENHANCE_WEBHOOK_TOKEN."""
    given: dict[str, Any] = {"encryption_keys": f"{NEW},{OLD}", "autoenhance_webhook_token": None}
    async with open_sandbox(tmp_path, clock=clock, database_url=database_url, **given) as sandbox:
        yield sandbox


def elm(clock: Clock, team: str = TEAM, key: str = OLD) -> StoredAccount:
    account = Account(team, "A1", "Elm Studio", ANA, "Mp6x", connected_at=clock.now())
    return sealed(account, ring(key), api_key=API_KEY, value=VALUE)


def connect(autoenhance: AutoenhanceSandbox, account: StoredAccount) -> None:
    """The sandbox's Autoenhance calls the webhook of this account from now on."""
    assert autoenhance.webhook_url
    autoenhance.webhook_url = f"{autoenhance.webhook_url}/{account.webhook_id}"
    autoenhance.webhook_token = VALUE


@pytest.mark.both
async def test_an_accounts_own_webhook_wakes_its_watches(
    chat: Chat, app: App, shoot: Shoot, clock: Clock, sandbox: Sandbox
) -> None:
    """The end of an order is posted soon, also after its value was encrypted anew beside the running bot."""
    autoenhance = sandbox.autoenhance
    await app.storage.stores.accounts.connect(elm(clock))
    connect(autoenhance, elm(clock))
    shoot.is_now(1)
    card = await chat.watch(shoot.id)
    assert await autoenhance.call_webhook(shoot.id, processing=True) == 200
    await shoot.later(minutes=1)
    assert (await invoke("keys", "rotate", env=environment(sandbox.settings))).code == 0
    shoot.finish()
    assert await autoenhance.call_webhook(shoot.id) == 200
    clock.turn(seconds=4)

    assert "is ready" in (await chat.noticed(card)).text


async def test_the_webhook_of_another_team_wakes_nothing(
    chat: Chat, app: App, shoot: Shoot, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """Its calls are taken, but the watches of this team are checked as planned."""
    foreign = elm(clock, team="T0ELSEWHERE")
    await app.storage.stores.accounts.connect(foreign)
    connect(autoenhance, foreign)
    shoot.is_now(1)
    await chat.watch(shoot.id)
    await shoot.later(minutes=1)
    before = len(autoenhance.looks)
    assert await autoenhance.call_webhook(shoot.id, processing=False) == 200
    clock.turn(seconds=4)
    await chat.order("list")

    assert len(autoenhance.looks) == before


async def refusal(url: str, **headers: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All of the answer but its time."""
    body = json.dumps({"event": "image_processed", "order_id": "12-elm"}).encode()
    async with httpx.AsyncClient() as http:
        answer = await http.post(url, content=body, headers=headers)
    return answer.status_code, answer.content, [each for each in answer.headers.items() if each[0] != "date"]


@pytest.mark.both
async def test_every_wrong_call_gets_the_same_answer(
    app: App, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """Nobody learns whether an address, its value or the key of the bot is the wrong one."""
    accounts, place = app.storage.stores.accounts, autoenhance.webhook_url
    lost, moved = elm(clock, "T2", GONE), elm(clock, "T3")
    for each in (elm(clock), lost, replace(moved, sealed_webhook=elm(clock).sealed_webhook)):
        await accounts.connect(each)
    right = {"authentication": VALUE}
    assert (await refusal(f"{place}/{elm(clock).webhook_id}", **right))[0] == 200

    wrong = [
        await refusal(f"{place}/{elm(clock).webhook_id}", authentication="wrong"),
        await refusal(f"{place}/{elm(clock).webhook_id}"),
        await refusal(f"{place}/{lost.webhook_id}", **right),
        await refusal(f"{place}/{lost.webhook_id}", authentication=lost.sealed_webhook),
        await refusal(f"{place}/{moved.webhook_id}", **right),
        await refusal(f"{place}/unknown", **right),
        await refusal(f"{place}/unknown", authentication=""),
        await refusal(f"{place}/{'x' * 9000}", **right),
        await refusal(f"{place}/hook%00%ff%27", **right),
    ]
    assert {(status, body) for status, body, _ in wrong} == {
        (401, b"the address or the authentication value is wrong")
    }
    assert all(each == wrong[0] for each in wrong)
    assert app.metrics.registry.get_sample_value(
        "order_desk_webhook_calls_total", {"outcome": "unauthentic"}
    ) == len(wrong)


async def test_a_disconnected_account_is_called_no_more(
    app: App, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """Its address is as unknown as any other."""
    accounts = app.storage.stores.accounts
    await accounts.connect(elm(clock))
    connect(autoenhance, elm(clock))
    assert await autoenhance.call_webhook("any") == 200
    await accounts.disconnect(TEAM, "A1")

    assert await autoenhance.call_webhook("any") == 401


async def test_the_two_webhooks_do_not_open_each_other(clock: Clock, tmp_path: Path) -> None:
    """AUTOENHANCE_WEBHOOK_TOKEN is not the value of an account, nor the other way round."""
    async with (
        open_sandbox(tmp_path, clock=clock, encryption_keys=OLD) as sandbox,
        running_bot(sandbox, timing=FAST_TIMING, now=clock.now) as app,
    ):
        await app.storage.stores.accounts.connect(elm(clock))
        general, token = sandbox.autoenhance.webhook_url or "", sandbox.autoenhance.webhook_token
        own = f"{general}/{elm(clock).webhook_id}"

        assert (await refusal(general, authentication=token))[0] == 200
        assert (await refusal(general, authentication=VALUE))[0] == 401
        assert (await refusal(own, authentication=token))[0] == 401


async def test_without_a_ring_accounts_have_no_webhooks(sandbox: Sandbox, clock: Clock) -> None:
    """Without ENCRYPTION_KEYS the address does not exist."""
    without = sandbox.settings.model_copy(update={"encryption_keys": None})
    async with running_bot(replace(sandbox, settings=without), timing=FAST_TIMING, now=clock.now) as app:
        await app.storage.stores.accounts.connect(elm(clock))
        connect(sandbox.autoenhance, elm(clock))

        assert await sandbox.autoenhance.call_webhook("any") == 404


async def test_the_log_has_neither_address_nor_value(sandbox: Sandbox, clock: Clock) -> None:
    """A real process at DEBUG logs nothing of a call, right or wrong."""
    async with serving_process(sandbox) as serving:
        async with open_database(sandbox.settings) as database:
            await Accounts(database).connect(elm(clock))
        connect(sandbox.autoenhance, elm(clock))
        assert await sandbox.autoenhance.call_webhook("any") == 200
        sandbox.autoenhance.webhook_token = "wrong-value-of-elms-webhook"
        assert await sandbox.autoenhance.call_webhook("any") == 401
        await serving.stop()

    log = "".join(serving.log)
    assert "Uvicorn running" in log
    assert [each for each in (elm(clock).webhook_id, VALUE, "wrong-value", OLD, NEW) if each in log] == []
