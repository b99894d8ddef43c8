"""Socket Mode: the same listeners, on a connection that the bot opens itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.bootstrap.app import open_app
from bot.core.errors import SettingsError
from bot.demo.demo import APP_TOKEN, Sandbox, open_sandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK
from bot.sandbox.server import serving
from bot.slack.constants import ASK_BLOCK, LOOK_UP_ORDER
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.running_bot import running_bot


@pytest.fixture
async def sockets(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A sandbox whose bot has an app-level token, and no signing secret."""
    async with open_sandbox(tmp_path, slack_app_token=APP_TOKEN, slack_signing_secret=None) as sandbox:
        yield sandbox


async def test_the_same_conversation(sockets: Sandbox) -> None:
    """A command, a click and a modal work over the socket."""
    slack, chat = sockets.slack, Chat(sockets.slack)
    async with running_bot(sockets, timing=FAST_TIMING):
        card = await chat.order(BIRCH)
        await chat.click(card, "Re-check")
        await chat.reads("No change since")
        await slack.global_shortcut(LOOK_UP_ORDER)
        await slack.submit(await chat.view("Up to 5 at once"), {ASK_BLOCK: OAK})
        await chat.view("Oak Terrace, show home\n*Ready*")

    assert all(exchange.over_socket for exchange in slack.exchanges)


async def test_nothing_is_taken_over_http(sockets: Sandbox) -> None:
    """Without a signing secret the bot could not detect a forgery, so the endpoint does not exist."""
    async with open_app(sockets.settings) as app, serving(app.web) as url, httpx.AsyncClient() as http:
        answer = await http.post(f"{url}/slack/events", content=b"command=/order")

    assert answer.status_code == 404


async def test_ready_only_while_connected(sockets: Sandbox) -> None:
    """`/readyz` checks the socket."""
    async with open_app(sockets.settings) as app, serving(app.web) as url, httpx.AsyncClient() as http:
        assert (await http.get(f"{url}/readyz")).status_code == 200


async def test_a_bad_app_token_fails_at_the_start(tmp_path: Path) -> None:
    """The process ends with a sentence, where Bolt would retry for ever."""
    async with open_sandbox(tmp_path, slack_app_token="xapp-wrong") as sandbox:
        with pytest.raises(SettingsError, match="Slack rejected SLACK_APP_TOKEN"):
            async with open_app(sandbox.settings):
                pass


async def test_a_bad_bot_token_fails_at_the_start(tmp_path: Path) -> None:
    """AsyncApp accepts any token, so the bot asks Slack at the start, and ends with a sentence."""
    async with open_sandbox(tmp_path, slack_bot_token="xoxb-wrong") as sandbox:
        with pytest.raises(SettingsError, match="Slack rejected SLACK_BOT_TOKEN"):
            async with open_app(sandbox.settings):
                pass
