"""The demo: the real bot between the sandbox's Slack and Autoenhance."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.bootstrap.app import App, open_app
from bot.bootstrap.clients import utc_now
from bot.bootstrap.server import stop_signal
from bot.bootstrap.timing import DEFAULT_TIMING, Timing
from bot.core.settings import FixedSettings, Settings
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH
from bot.sandbox.clock import MovableClock
from bot.sandbox.latency import Latency, delayed
from bot.sandbox.page.app import demo_app
from bot.sandbox.server import serving
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BOT, SHOOTS
from bot.sandbox.slack.workspace import Message
from bot.slack.constants import COMMAND, PICTURES_SCOPE, SCOPES
from bot.slack.manifest import manifest
from bot.slack.render.models import Card
from bot.slack.render.terminal import draw
from bot.slack.text.help import SUBCOMMANDS
from bot.storage.keyring import new_key

APP_TOKEN = "xapp-only-good-in-the-sandbox"  # noqa: S105


@dataclass(frozen=True)
class Sandbox:
    """The two running stand-ins. `settings` are those of a bot between them."""

    slack: SlackSandbox
    autoenhance: AutoenhanceSandbox
    settings: Settings


@dataclass(frozen=True)
class Demo:
    url: str
    sandbox: Sandbox
    app: App
    command: str = f"{COMMAND} {BIRCH}"

    @property
    def names(self) -> dict[str, str]:
        """The names of the people in the sandbox, by user ID."""
        return {user.id: user.name for user in self.sandbox.slack.workspace.users.values()}

    async def look_up(self) -> Card:
        """The card that Ana sees in #shoots after she types `command` there."""
        slack = self.sandbox.slack
        await slack.command(self.command, user=ANA, channel=SHOOTS)
        [message] = await slack.until(self._answers)
        return Card(text=message.text, blocks=message.blocks)

    def _answers(self) -> list[Message]:
        seen = self.sandbox.slack.messages(SHOOTS, viewer=ANA)
        return [message for message in seen if message.user == BOT and message.blocks]


@asynccontextmanager
async def open_sandbox(
    folder: Path,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.time,
    apart: float = 0.0,
    latency: Latency | None = None,
    **overrides: Any,
) -> AsyncIterator[Sandbox]:
    """Both stand-ins on 127.0.0.1. `overrides` are settings of the bot that differ from the usual ones.

    `apart` is the real seconds between two snapshots of the page. On the page, a person can move a
    MovableClock. The bot must have the same one. `latency` is that of both stand-ins.
    """
    autoenhance = AutoenhanceSandbox(now=clock)
    secret, token = secrets.token_hex(16), f"xoxb-{secrets.token_hex(8)}"
    slack = _installed(secret, token, clock)
    movable = clock if isinstance(clock, MovableClock) else None
    page = demo_app(slack, autoenhance, subcommands=_offered(), apart=apart, clock=movable)
    slack_api = delayed(page, latency)
    async with serving(slack_api, port=port) as slack_url, _serving(autoenhance, latency) as autoenhance_url:
        slack.base_url = slack_url
        given: dict[str, Any] = {
            "slack_bot_token": token,
            "slack_signing_secret": secret,
            "slack_api_url": f"{slack_url}/api/",
            "autoenhance_api_url": autoenhance_url,
            "autoenhance_api_key": autoenhance.api_key,
            "autoenhance_webhook_token": autoenhance.webhook_token,
            "encryption_keys": new_key(),
            "database_url": f"sqlite:///{folder / 'order-desk.sqlite3'}",
        }
        yield Sandbox(slack, autoenhance, FixedSettings.load(for_slack=True, **given | overrides))


def _installed(secret: str, token: str, now: Callable[[], float]) -> SlackSandbox:
    """A Slack in which the app of the manifest is installed."""
    app = _manifest()
    slack = SlackSandbox(
        signing_secret=secret,
        bot_token=token,
        app_token=APP_TOKEN,
        now=now,
        features=app["features"],
        events=app["settings"]["event_subscriptions"]["bot_events"],
    )
    slack.scopes.clear()
    slack.scopes.update(SCOPES)
    return slack


@cache
def _manifest() -> dict[str, Any]:
    """Read once: nothing is changed in it, and reading takes as long as starting the bot."""
    return manifest()


def _offered() -> list[dict[str, Any]]:
    """The words that the page completes."""
    return [asdict(each) for each in SUBCOMMANDS]


@asynccontextmanager
async def _serving(autoenhance: AutoenhanceSandbox, latency: Latency | None) -> AsyncIterator[str]:
    """The API, and the files of its photos on another port."""
    files = autoenhance.previews
    api = delayed(autoenhance.app, latency)
    async with serving(files.store) as files.store_url, serving(api) as url:
        yield url


@asynccontextmanager
async def open_app_in(
    sandbox: Sandbox, *, timing: Timing = DEFAULT_TIMING, now: Callable[[], datetime] = utc_now
) -> AsyncIterator[App]:
    """The running bot. The sandbox's Slack and Autoenhance call it from now on."""
    async with open_app(sandbox.settings, timing=timing, now=now) as app, serving(app.web) as url:
        sandbox.slack.events_url = f"{url}/slack/events"
        sandbox.autoenhance.webhook_url = f"{url}/autoenhance/webhook"
        yield app


@asynccontextmanager
async def open_demo(port: int) -> AsyncIterator[Demo]:
    clock = MovableClock()
    with tempfile.TemporaryDirectory(prefix="order-desk-") as folder:
        async with open_sandbox(Path(folder), port=port, clock=clock) as sandbox:
            sandbox.slack.scopes.add(PICTURES_SCOPE)  # as an admin may
            async with open_app_in(sandbox, now=clock.now) as app:
                calling = asyncio.create_task(sandbox.autoenhance.keep_calling())
                yield Demo(sandbox.slack.base_url, sandbox, app)
                calling.cancel()


async def show_demo(out: Console, *, port: int, once: bool) -> None:
    """Show one look-up in the terminal. Unless `once`, serve the page until Ctrl-C."""
    stop = stop_signal()
    async with open_demo(port) as demo:
        out.print(f"\n[bold]In #shoots, Ana types[/bold] [cyan]{demo.command}[/cyan]\n")
        out.print(draw(await demo.look_up(), demo.names))
        if once:
            return
        out.print(f"\n[bold]Try it in your browser:[/bold] {demo.url}   (Ctrl-C to stop)\n")
        await stop.wait()
    out.print("Stopped. Nothing was saved.")
