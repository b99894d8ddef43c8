"""The whole bot where Slack and Autoenhance are reached only through a proxy.

`slack.test` and `autoenhance.test` have no DNS entry, so a request that does not go through the proxy fails.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp

from bot.bootstrap.app import open_app
from bot.bootstrap.clients import open_session, slack_client
from bot.core.errors import SettingsError, SlackBusy
from bot.core.metrics import Metrics
from bot.core.settings import FixedSettings, Settings
from bot.demo.demo import APP_TOKEN, Sandbox, open_sandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH
from bot.sandbox.slack.sample_workspace import SHOOTS
from bot.slack.api.responses import checked
from bot.slack.listeners.routes import Dispatch
from bot.slack.listeners.socket import SocketMode
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.forward_proxy import CREDENTIALS, ForwardProxy, forward_proxy
from tests.support.running_bot import running_bot

SOCKET_MODE = {"slack_app_token": APP_TOKEN, "slack_signing_secret": None}


@asynccontextmanager
async def behind_a_proxy(folder: Path, **overrides: Any) -> AsyncIterator[tuple[Sandbox, ForwardProxy]]:
    """A sandbox that only the proxy can reach, and settings for a bot that uses it."""
    async with open_sandbox(folder, **overrides) as sandbox:
        routes = {
            "slack.test": sandbox.slack.base_url,
            "hooks.slack.test": sandbox.slack.base_url,
            "autoenhance.test": sandbox.settings.autoenhance_api_url,
        }
        sandbox.slack.base_url = "http://hooks.slack.test"
        async with forward_proxy(routes) as proxy:
            given = sandbox.settings.model_dump() | {
                "slack_api_url": "http://slack.test/api/",
                "autoenhance_api_url": "http://autoenhance.test",
                "http_proxy": proxy.url,
            }
            yield Sandbox(sandbox.slack, sandbox.autoenhance, FixedSettings(**given)), proxy


def over_tls(sandbox: Sandbox, proxy: ForwardProxy) -> Settings:
    """The same hosts over TLS. The bot asks the proxy for a tunnel, and the proxy refuses it."""
    given = {"slack_api_url": "https://slack.test/api/", "https_proxy": proxy.url}
    return FixedSettings(**sandbox.settings.model_dump() | given)


@pytest.mark.parametrize("mode", [{}, SOCKET_MODE], ids=["http", "socket-mode"])
async def test_a_conversation_goes_through_the_proxy(tmp_path: Path, mode: dict[str, Any]) -> None:
    """Requests to Slack's API, response_urls, Socket Mode and Autoenhance go through the proxy.

    They carry its password.
    """
    async with behind_a_proxy(tmp_path, **mode) as (sandbox, proxy), running_bot(sandbox, timing=FAST_TIMING):
        chat = Chat(sandbox.slack)
        card = await chat.order(BIRCH)
        await chat.click(card, "Re-check")
        await chat.reads("No change since")

    assert proxy.hosts() == {"slack.test", "hooks.slack.test", "autoenhance.test"}
    assert {who for _, who in proxy.asked} == {CREDENTIALS}


async def test_a_proxy_that_refuses_slack_stops_the_start(tmp_path: Path) -> None:
    """The sentence names the variable and the proxy, without its password."""
    async with behind_a_proxy(tmp_path) as (sandbox, proxy):
        with pytest.raises(SettingsError) as caught:
            async with open_app(over_tls(sandbox, proxy)):
                pass

    assert str(caught.value).startswith(f"Slack can't be reached through HTTPS_PROXY ({proxy.address}).")
    assert proxy.asked == [("CONNECT slack.test:443 HTTP/1.1", CREDENTIALS)]


async def test_what_a_proxy_refuses_was_not_posted(tmp_path: Path) -> None:
    """A post that the proxy refused may be sent again, as Slack never saw it."""
    async with behind_a_proxy(tmp_path) as (sandbox, proxy), open_session() as session:
        web = slack_client(over_tls(sandbox, proxy), session, Metrics())
        with pytest.raises(SlackBusy) as caught:
            await checked(web.chat_postMessage(channel=SHOOTS, text="hello"))

    assert not caught.value.maybe_done


async def test_a_proxy_that_refuses_the_socket_stops_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The process ends with the sentence. Slack's client would retry for ever, with a traceback each time."""
    metrics = Metrics()
    async with behind_a_proxy(tmp_path, **SOCKET_MODE) as (sandbox, proxy), open_session() as session:
        sandbox.slack.base_url = "http://elsewhere.test"
        web = slack_client(sandbox.settings, session, metrics)
        guard = cast("Any", None)  # nothing comes in
        dispatch = Dispatch([], guard, AsyncApp(client=web, signing_secret="s"))
        socket_mode = SocketMode(dispatch, APP_TOKEN, web, nullcontext, metrics)
        with pytest.raises(SettingsError, match=r"whether it allows elsewhere\.test"):
            await socket_mode.open(within=0.5)

    assert proxy.hosts() == {"slack.test", "elsewhere.test"}
    assert [record.exc_info for record in caplog.records] == [None]
