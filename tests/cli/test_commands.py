"""`python app.py …`, as a person runs it in a shell."""

import asyncio
import json
import re
import socket
import sys

import pytest
from pydantic import SecretStr

from bot.core.settings import FixedSettings
from bot.demo.demo import APP_TOKEN, Sandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK
from bot.sandbox.failures import FailureName
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import SHOOTS
from bot.sandbox.slack.validation.blocks import problems
from bot.slack.manifest import manifest
from tests.support.chat import Chat
from tests.support.process import ROOT, environment, invoke, run, running, serving_process, start
from tests.support.shoot import Shoot


async def test_order_draws_the_card(sandbox: Sandbox) -> None:
    """The card in the terminal says what the card in Slack says."""
    ran = await invoke("order", BIRCH, env=environment(sandbox.settings))

    assert (ran.code, ran.err) == (0, "")
    for words in ("Birch Avenue 9", "Enhancing · 22 of 30 done", "80%", "Image is too blurry", BIRCH):
        assert words in ran.out


async def test_order_as_json_is_the_message(sandbox: Sandbox) -> None:
    """`--json` prints a message that Slack takes."""
    ran = await invoke("order", OAK, "--json", env=environment(sandbox.settings))

    message = json.loads(ran.out)
    assert message["text"].startswith("Oak Terrace, show home: ready")
    assert problems(message["blocks"], surface="message") == []


async def test_order_takes_several_ids_and_links(sandbox: Sandbox) -> None:
    """`order` accepts whatever `/order` accepts in Slack."""
    link = f"https://app.autoenhance.ai/orders/{OAK}"

    ran = await invoke("order", link, BIRCH, env=environment(sandbox.settings))

    assert "Oak Terrace" in ran.out
    assert "Birch Avenue 9" in ran.out


@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [
        pytest.param("where is it", 2, "No order ID in “where is it”", id="no-id"),
        pytest.param("no-such-order", 1, "I couldn't find order no-such-order", id="unknown"),
    ],
)
async def test_order_explains_what_it_cannot_show(sandbox: Sandbox, typed: str, code: int, says: str) -> None:
    """`order` prints a sentence and exits with an error code, without a traceback."""
    ran = await invoke("order", typed, env=environment(sandbox.settings))

    assert ran.code == code
    assert says in ran.out + ran.err
    assert "Traceback" not in ran.err


async def test_order_says_when_autoenhance_is_down(sandbox: Sandbox) -> None:
    """A terminal gets one answer without a log line, so it promises no second one."""
    sandbox.autoenhance.set_failure("500")

    ran = await run("order", OAK, env=environment(sandbox.settings) | {"LOG_LEVEL": "DEBUG"})

    assert (ran.code, ran.err) == (1, "")
    assert "Autoenhance isn't responding" in ran.out
    assert "I'll answer here" not in ran.out


async def test_order_names_a_rejected_key(sandbox: Sandbox) -> None:
    """Who types the command reads which setting to change, and not to ask an admin."""
    sandbox.autoenhance.set_failure("401")

    ran = await invoke("order", OAK, env=environment(sandbox.settings))

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Autoenhance rejected AUTOENHANCE_API_KEY. Copy a valid key")


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        ("429", "Autoenhance is limiting requests. Run `check` again in a few minutes."),
        ("503", "Autoenhance answered 503. Run `check` again in a few minutes."),
    ],
)
async def test_check_says_how_autoenhance_fails(sandbox: Sandbox, failure: FailureName, says: str) -> None:
    """A limit and an error of Autoenhance pass by themselves, so `check` blames no setting first."""
    sandbox.autoenhance.set_failure(failure)

    ran = await invoke("check", env=environment(sandbox.settings))

    assert ran.code == 1
    assert says in ran.out


async def test_check_finds_everything_in_order(sandbox: Sandbox) -> None:
    """Good settings, a good token with its scopes and a good key leave nothing to do."""
    ran = await invoke("check", env=environment(sandbox.settings))

    assert (ran.code, "✗" in ran.out) == (0, False)
    assert "connected to Harbour Photo" in ran.out
    assert "Autoenhance: accepted the API key" in ran.out


async def test_check_names_every_problem_with_its_remedy(sandbox: Sandbox) -> None:
    """`check` names each problem with what to do, and exits with an error code.

    That is: a missing scope, a refused key and a dead job.
    """
    sandbox.slack.scopes.discard("groups:read")
    sandbox.autoenhance.api_key = "another"

    ran = await invoke("check", env=environment(sandbox.settings))

    assert ran.code == 1
    assert "needs these scopes: groups:read" in ran.out
    assert "install the app again" in ran.out
    assert "Autoenhance rejected AUTOENHANCE_API_KEY. Copy a valid key" in ran.out


@pytest.mark.parametrize(
    ("env", "says"),
    [
        pytest.param(
            {"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack rejected SLACK_BOT_TOKEN (invalid_auth)", id="token"
        ),
        pytest.param({"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack rejected SLACK_APP_TOKEN", id="app-token"),
        pytest.param({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "Slack isn't responding", id="no-slack"),
        pytest.param(
            {"AUTOENHANCE_API_URL": "http://127.0.0.1:9"},
            "connection and AUTOENHANCE_API_URL",
            id="no-vendor",
        ),
        pytest.param({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must be a SQLite file", id="database"),
        pytest.param(
            {"DATABASE_URL": "sqlite:////proc/x.sqlite3"}, "/proc/x.sqlite3 can't be written", id="disk"
        ),
        pytest.param({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is missing", id="missing"),
    ],
)
async def test_check_checks_each_part(sandbox: Sandbox, env: dict[str, str], says: str) -> None:
    """`check` names each part that is not in order, and still checks the others."""
    ran = await invoke("check", env=environment(sandbox.settings) | env)

    assert ran.code == 1
    assert says in ran.out
    assert "Traceback" not in ran.err


async def test_check_lists_the_jobs_that_were_given_up(
    sandbox: Sandbox, slack: SlackSandbox, chat: Chat
) -> None:
    """A job that Slack refused is listed with its reason, while the bot runs."""
    card = await chat.order(OAK)
    slack.fail("chat.postMessage", error="invalid_blocks")
    await chat.click(card, "Share in channel")
    await chat.reads("Something went wrong")

    ran = await invoke("check", env=environment(sandbox.settings))

    assert re.search(
        r"share failed on .*: Slack refused the answer: invalid_blocks \((E-\w+)\)\. Search the log for \1\.",
        ran.out,
    )
    assert OAK not in ran.out


async def test_serve_without_settings_names_them_all() -> None:
    """`serve` names every missing setting and starts nothing."""
    ran = await invoke("serve")

    assert ran.code == 1
    assert ran.err.count("\n") == 2
    assert "SLACK_BOT_TOKEN is missing" in ran.err
    assert "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are missing" in ran.err


async def test_serve_takes_secrets_as_they_are_pasted(sandbox: Sandbox) -> None:
    """`serve` works with a line break after every secret: it answers a signed request with a card."""
    named = environment(sandbox.settings)
    secrets = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "AUTOENHANCE_API_KEY", "AUTOENHANCE_WEBHOOK_TOKEN")
    async with serving_process(sandbox, **{name: f"{named[name]}\n" for name in secrets}):
        card = await Chat(sandbox.slack).order(OAK)
        found = await Chat(sandbox.slack).order("find oak")

    assert "Oak Terrace" in card.plain()
    assert "Oak Terrace" in found.plain()


async def test_serve_with_an_app_token_that_slack_refuses_stops(sandbox: Sandbox) -> None:
    """A refused app token ends the process without a traceback, also with a line break behind it."""
    ran = await invoke("serve", env=environment(sandbox.settings) | {"SLACK_APP_TOKEN": "xapp-1-A1-1-abc\n"})

    assert ran.code == 1
    assert "Slack rejected SLACK_APP_TOKEN" in ran.err
    assert "Traceback" not in ran.err


async def test_serve_with_a_bad_token_stops(sandbox: Sandbox) -> None:
    """A token that Slack refuses ends the process with a sentence."""
    ran = await run("serve", env=environment(sandbox.settings) | {"SLACK_BOT_TOKEN": "xoxb-wrong"})

    assert ran.code == 1
    assert "Slack rejected SLACK_BOT_TOKEN" in ran.err
    assert "Traceback" not in ran.err


async def test_serve_without_slack_stops(sandbox: Sandbox) -> None:
    """Without Slack's answer the process exits, its supervisor tries again, and nothing is lost."""
    ran = await invoke("serve", env=environment(sandbox.settings) | {"SLACK_API_URL": "http://127.0.0.1:9/"})

    assert ran.code == 1
    assert "Slack isn't responding. Check" in ran.err


async def test_serve_without_a_writable_folder_stops(sandbox: Sandbox) -> None:
    """The sentence names the database and what to do, and does not blame another process."""
    ran = await invoke(
        "serve", env=environment(sandbox.settings) | {"DATABASE_URL": "sqlite:////proc/x.sqlite3"}
    )

    assert ran.code == 1
    assert "/proc/x.sqlite3 can't be written" in ran.err
    assert "Traceback" not in ran.err


async def test_sigterm_while_it_starts(sandbox: Sandbox) -> None:
    """A process that gets SIGTERM before it is ready stops."""
    gate = sandbox.slack.hold("auth.test")
    process = await start("serve", env=environment(sandbox.settings))
    await asyncio.wait_for(gate.reached.wait(), 20)
    process.terminate()
    gate.open()
    await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 0


async def test_demo_on_a_taken_port() -> None:
    """The sentence names the port that is in use, and how to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = await invoke("demo", "--once", "--port", str(taken.getsockname()[1]))

    assert ran.code == 1
    assert "is in use or not allowed. Leave out --port to use a free one" in ran.err


async def test_demo_prints_one_look_up() -> None:
    """The demo shows a look-up also without a browser."""
    ran = await run("demo", "--once", env={"SLACK_BOT_TOKEN": "", "LOG_LEVEL": "LOUD"})

    assert ran.code == 0
    assert "In #shoots, Ana types" in ran.out
    assert "Enhancing · 22 of 30 done" in ran.out
    assert "by @ana" in ran.out
    assert not re.search(r"U0\w{8}", ran.out)
    assert ran.err == ""


@pytest.mark.parametrize("arguments", [["--once"], ["--scenario", "night"]], ids=["page", "scenario"])
async def test_no_demo_beside_real_tokens(arguments: list[str]) -> None:
    """The demo names the tokens that are set, shows nothing of them, and says what to do."""
    real = {"SLACK_BOT_TOKEN": "xoxb-real", "AUTOENHANCE_API_KEY": "quite-real"}

    ran = await invoke("demo", *arguments, env=real)

    assert (ran.code, ran.out) == (1, "")
    assert "SLACK_BOT_TOKEN and AUTOENHANCE_API_KEY" in ran.err
    assert "unset" in ran.err
    assert "another folder" in ran.err
    assert "-real" not in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [[], ["--url", "https://desk.example"], ["--json"]], ids=["yaml", "url", "json"]
)
async def test_manifest_is_printed(arguments: list[str]) -> None:
    """The manifest is printed as JSON, which is also YAML, to be pasted."""
    ran = await invoke("manifest", *arguments)

    assert ran.code == 0
    assert ("https://desk.example/slack/events" in ran.out) == bool("--url" in arguments)


def hook(name: str) -> list[str]:
    """Runs a hook as Slack's command line does: split at blanks, in the project's folder."""
    hooks = json.loads((ROOT / ".slack" / "hooks.json").read_text(encoding="utf-8"))
    return [str(part) for part in hooks["hooks"][name].split()]


async def test_slack_run_gets_the_manifest() -> None:
    """Slack's command line asks for the manifest with a flag of its own, and reads JSON."""
    process = await asyncio.create_subprocess_exec(
        *hook("get-manifest"), f"--source={ROOT}", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 0
    assert json.loads(out) == manifest()


async def test_slack_run_starts_the_bot(sandbox: Sandbox) -> None:
    """With the tokens from Slack's command line, the bot answers over Socket Mode."""
    python, *arguments = hook("start")
    tokens = environment(sandbox.settings) | {"SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": ""}
    assert (ROOT / python).samefile(sys.executable)
    async with running(*arguments[1:], env=tokens, program=str(ROOT / arguments[0])) as started:
        await started.serves()
        card = await Chat(sandbox.slack).order(OAK)

    assert "Oak Terrace" in card.plain()


async def test_manifest_refuses_what_slack_cannot_call() -> None:
    """The manifest takes only https addresses."""
    ran = await invoke("manifest", "--url", "http://desk.example")

    assert ran.code == 2
    assert "must begin with https://" in ran.err


async def test_check_lists_the_paused_watches(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """Paused watches are listed by the name of their channel, with Slack's reason and without the orders."""
    await chat.watch(shoot.id)
    sandbox.slack.archive(SHOOTS)
    shoot.is_now(3)
    await shoot.later(minutes=1)
    ran = await invoke("check", env=environment(sandbox.settings))

    assert ran.code == 1
    assert "1 watch is paused in #shoots (is_archived)." in ran.out
    assert shoot.id not in ran.out


async def test_a_new_key_is_one_for_encryption_keys() -> None:
    """It can be used as it is printed, and the next one is another."""
    first, second = [(await invoke("keys", "new", env={})).out.strip() for _ in range(2)]

    assert FixedSettings.load(for_slack=False, encryption_keys=f"{first},{second}").ring == [
        SecretStr(first),
        SecretStr(second),
    ]
    assert first != second
