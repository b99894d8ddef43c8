"""The search for secrets that every conversation ends with finds them."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from bot.accounts.models import Account
from bot.bootstrap.app import App
from bot.core.settings import FixedSettings
from bot.demo.demo import Sandbox, open_sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH
from bot.sandbox.autoenhance.webhook import WebhookCall
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.endpoints import Call
from bot.sandbox.slack.sample_workspace import ANA, TEAM
from bot.storage.keyring import new_key
from tests.conftest import FAST_TIMING
from tests.support import process
from tests.support.accounts import ring, sealed
from tests.support.both_databases import database_url
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.leaks import Leaks, looking_for_leaks
from tests.support.running_bot import running_bot
from tests.support.waiting import until_idle

__all__ = ["database_url"]

RING, API_KEY, VALUE = new_key(), "q7Rk2Lw9Zx4Vb8Nc1Mp6q7Rk2Lw9Zx4Vb8Nc1Mp6", "the-value-of-a-webhook"


@dataclass(frozen=True)
class Stage:
    """A bot with one connected account, that nobody has asked for anything yet."""

    leaks: Leaks
    sandbox: Sandbox
    app: App

    def found(self) -> set[str]:
        return set(self.leaks.found([self.sandbox]))


@pytest.fixture
async def stage(tmp_path: Path, database_url: str, clock: Clock) -> AsyncIterator[Stage]:
    opening = open_sandbox(tmp_path, clock=clock, database_url=database_url, encryption_keys=RING)
    with looking_for_leaks(database_url, tmp_path) as leaks:
        async with opening as sandbox, running_bot(sandbox, timing=FAST_TIMING, now=clock.now) as app:
            account = Account(TEAM, "A1", "Elm", ANA, "", connected_at=clock.now())
            stored = sealed(account, ring(RING), api_key=API_KEY, value=VALUE)
            await app.storage.stores.accounts.connect(stored)
            yield Stage(leaks, sandbox, app)


async def test_a_bot_at_work_leaks_nothing(stage: Stage) -> None:
    """What is sealed is not found, nor what is in the header where it belongs."""
    chat = Chat(stage.sandbox.slack)
    await chat.order("recent")
    await chat.watch(BIRCH)
    assert await stage.sandbox.autoenhance.call_webhook(BIRCH) == 200

    assert stage.found() == set()


async def test_a_key_that_a_person_typed_is_found_everywhere(
    tmp_path: Path, database_url: str, clock: Clock
) -> None:
    """In what the bot asked and answered. In SQLite also in a job's row that is emptied, after its end."""
    opening = open_sandbox(tmp_path, clock=clock, database_url=database_url)
    with looking_for_leaks(database_url, tmp_path) as leaks:
        async with opening as sandbox:
            async with running_bot(sandbox, timing=FAST_TIMING, now=clock.now) as app:
                await Chat(sandbox.slack).order(f"find {sandbox.autoenhance.api_key}")
                await until_idle(app)
            found = leaks.found([sandbox])

    assert {"Zq3s… in a call to Slack", "Zq3s… in a URL of Autoenhance"} <= set(found)
    assert "Zq3s… in the table jobs" not in found
    assert ("Zq3s… in order-desk.sqlite3-wal" in found) == database_url.startswith("sqlite")


async def test_each_secret_is_found_where_it_is(stage: Stage) -> None:
    """In logs of this process, also those that are not printed, in those of others, and in tables."""
    accounts = stage.app.storage.stores.accounts
    structlog.get_logger("bot.web").debug("called", value=VALUE)
    process.LOGS.append([f"started with {RING}\n"])
    await accounts.hand_over(TEAM, "A1", owner=stage.sandbox.autoenhance.api_key)
    stage.sandbox.autoenhance.webhook_calls.append(WebhookCall(0, {}, answer=VALUE.encode()))
    stage.sandbox.slack.exchanges.append(Exchange("command", {}, b"", {}, reply=API_KEY.encode()))
    logging.getLogger("bot.web").debug("at /autoenhance/webhook/hook-%s-A1", TEAM)

    assert {each for each in stage.found() if "sqlite3" not in each} == {
        "the-… in the log",
        f"{RING[:4]}… in the log",
        "hook… in the log",
        "Zq3s… in the table accounts",
        "the-… in an answer to Autoenhance's webhook",
        "q7Rk… in an answer to Slack",
    }


async def test_the_value_of_a_webhook_may_be_in_a_modal(stage: Stage) -> None:
    """Its owner copies it from there. It may be in no message and on no Home tab, and a key in no modal."""
    calls = stage.sandbox.slack._endpoints.calls
    calls.append(Call("views.update", {"view": {"text": f"Authentication value: {VALUE}"}}, at=0))
    assert stage.found() == set()

    calls.append(Call("views.update", {"view": {"private_metadata": API_KEY}}, at=0))
    calls.append(Call("views.publish", {"view": {"text": VALUE}}, at=0))
    assert stage.found() == {"q7Rk… in a modal", "the-… in a call to Slack"}


def test_a_broken_file_is_searched_too(tmp_path: Path, file: Path) -> None:
    """Some conversations break their database. Its bytes are still there."""
    sandbox = Sandbox(
        SlackSandbox(signing_secret="", bot_token="", app_token=""), AutoenhanceSandbox(), FixedSettings()
    )
    with looking_for_leaks(f"sqlite:///{file}", tmp_path) as leaks:
        file.write_bytes(b"no database, but a key: " + sandbox.autoenhance.api_key.encode())

        assert leaks.found([sandbox]) == ["Zq3s… in order-desk.sqlite3"]
