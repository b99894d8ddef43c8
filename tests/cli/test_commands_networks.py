"""`python app.py …` in environments with good and bad proxies and certificates."""

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH
from tests.support.chat import Chat
from tests.support.forward_proxy import CREDENTIALS, PASSWORD, forward_proxy
from tests.support.process import CommandResult, environment, run, serving_process

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
UNUSABLE = {"ALL_PROXY": f"socks5://ana:{PASSWORD}@127.0.0.1:9", "SSL_CERT_FILE": "/nowhere"}
ODD = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "fd07:b51a:cc66:f0::/64,[::1],10.0.0.0/8,%",
    "SSL_CERT_DIR": "/nowhere",
    "SSLKEYLOGFILE": "/nowhere/keys",
    "REQUESTS_CA_BUNDLE": "/nowhere",
    **UNUSABLE,
}
SLACK_SAYS = "Slack can't be reached through HTTPS_PROXY ({})."
AUTOENHANCE_SAYS = "Autoenhance can't be reached through HTTPS_PROXY ({})."


def calm(ran: CommandResult, code: int) -> str:
    """What was printed, if the process ended with this code, without a traceback and without a password."""
    said = ran.out + ran.err
    assert ran.code == code, said
    assert "Traceback" not in said
    assert PASSWORD not in said
    return said


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({"HTTPS_PROXY": "http://127.0.0.1:9"}, id="proxy"),
        pytest.param({"NO_PROXY": "localhost,127.0.0.1,fd07:b51a:cc66:f0::/64"}, id="range-6"),
        pytest.param(ODD, id="all"),
        pytest.param({name.lower(): value for name, value in ODD.items()}, id="all-in-lower-case"),
    ],
)
async def test_the_demo_needs_no_network(env: dict[str, str]) -> None:
    """The demo reaches its own servers directly, whatever is set."""
    assert "Enhancing · 22 of 30 done" in calm(await run("demo", "--once", env=env), 0)


async def test_serve_reaches_127_0_0_1_directly(sandbox: Sandbox) -> None:
    """No proxy variable matters on 127.0.0.1: a command and a click are answered."""
    chat = Chat(sandbox.slack)
    async with serving_process(sandbox, **ODD) as serving:
        card = await chat.order(BIRCH)
        await chat.click(card, "Re-check")
        await chat.reads("No change since")

        assert not serving.line("Traceback")


@pytest.mark.parametrize(
    "command", [["serve"], ["worker"], ["check"], ["order", BIRCH]], ids=lambda it: it[0]
)
async def test_an_unusable_variable_is_named(command: list[str]) -> None:
    """Each unusable variable gets one sentence, and nothing is started."""
    said = calm(await run(*command, env=TOKENS | UNUSABLE), 1)

    assert "ALL_PROXY names a SOCKS proxy, which Order Desk can't use." in said
    assert "SSL_CERT_FILE can't be used, because /nowhere doesn't exist." in said


async def test_check_asks_through_the_proxy() -> None:
    """`check` asks both APIs through the proxy, with its password.

    When refused, it names the variable for each.
    """
    async with forward_proxy() as proxy:
        said = calm(await run("check", env=TOKENS | {"HTTPS_PROXY": proxy.url}), 1)

    assert proxy.hosts() == {"slack.com", "api.autoenhance.ai"}
    assert set(proxy.asked) == {
        ("CONNECT slack.com:443 HTTP/1.1", CREDENTIALS),
        ("CONNECT api.autoenhance.ai:443 HTTP/1.1", CREDENTIALS),
    }
    assert SLACK_SAYS.format(proxy.address) in said
    assert AUTOENHANCE_SAYS.format(proxy.address) in said


async def test_order_asks_through_the_proxy() -> None:
    """The last line of `order` names the variable instead of a card. The brackets are asked for beside it."""
    async with forward_proxy() as proxy:
        said = calm(await run("order", BIRCH, env={"https_proxy": proxy.url}), 1)

    assert set(proxy.asked) == {("CONNECT api.autoenhance.ai:443 HTTP/1.1", CREDENTIALS)}
    assert said.splitlines()[-1].startswith(AUTOENHANCE_SAYS.format(proxy.address))


async def test_serve_behind_a_dead_proxy_stops(sandbox: Sandbox) -> None:
    """`serve` stops at the start, and names the variable and the proxy's address."""
    env = environment(sandbox.settings) | {
        "SLACK_API_URL": "https://slack.com/api/",
        "HTTPS_PROXY": f"http://ana:{PASSWORD}@127.0.0.1:9",
    }
    said = calm(await run("serve", env=env), 1)

    assert said.splitlines()[-1].startswith(SLACK_SAYS.format("http://127.0.0.1:9"))
