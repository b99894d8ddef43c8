"""A Slack and an Autoenhance for a bot in a container. SIGUSR1 asks the bot for an order."""

import asyncio
import signal
import socket
import sys
import tempfile
from pathlib import Path

from bot.core.setting_values import revealed
from bot.core.settings import Settings
from bot.demo.demo import open_sandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BOT, SHOOTS
from bot.sandbox.slack.workspace import Message


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answers(slack: SlackSandbox) -> list[Message]:
    seen = slack.messages(SHOOTS, viewer=ANA)
    return [message for message in seen if message.user == BOT and message.blocks]


def written(settings: Settings, port: int) -> str:
    return (
        f"PORT={port}\n"
        f"SLACK_BOT_TOKEN={revealed(settings.slack_bot_token)}\n"
        f"SLACK_SIGNING_SECRET={revealed(settings.slack_signing_secret)}\n"
        f"SLACK_API_URL={settings.slack_api_url}\n"
        f"AUTOENHANCE_API_URL={settings.autoenhance_api_url}\n"
    )


async def main(settings_file: Path) -> None:
    """Writes the bot's settings as an env file, and runs until it is killed."""
    port, asked = free_port(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, asked.set)
    with tempfile.TemporaryDirectory() as folder:
        async with open_sandbox(Path(folder)) as sandbox:
            slack = sandbox.slack
            slack.events_url = f"http://127.0.0.1:{port}/slack/events"
            await asyncio.to_thread(settings_file.write_text, written(sandbox.settings, port))
            await asked.wait()
            await slack.command(f"/order {BIRCH}", user=ANA, channel=SHOOTS)
            [message] = await slack.until(lambda: answers(slack))
            print("answered:", message.text, flush=True)  # noqa: T201
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
