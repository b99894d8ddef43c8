"""The reference that a person quotes to an admin is in the log."""

import re

from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.slack.constants import CHECK_ORDERS_HERE
from tests.support.chat import Chat

FAULT = "Something went wrong"


async def test_of_a_listener_that_broke(chat: Chat, slack: SlackSandbox) -> None:
    """The sentence and the line with the traceback have the same reference."""
    slack.fail("views.open", error="invalid_arguments")
    with capture_logs([merge_contextvars]) as lines:
        await slack.message_shortcut(CHECK_ORDERS_HERE, slack.messages()[0])
        said = (await chat.reads(FAULT)).plain()

    [line] = [line for line in lines if line["event"] == "listener broke"]
    assert line["reference"] == quoted(said)
    assert line["exc_info"]


async def test_of_a_job_that_was_given_up(chat: Chat, slack: SlackSandbox) -> None:
    """From the request on, every line about the job has the reference that the person reads at its end."""
    card = await chat.order(OAK)
    slack.fail("chat.postMessage", error="invalid_blocks")
    with capture_logs([merge_contextvars]) as lines:
        await chat.click(card, "Share in channel")
        said = (await chat.reads(FAULT)).plain()

    [line] = [line for line in lines if line["event"] == "job given up"]
    assert line["reference"] == quoted(said)
    assert line["reason"] == "Slack refused the answer: invalid_blocks"
    assert OAK not in str(lines)


def quoted(sentence: str) -> str:
    found = re.search(r"E-[2-9A-Z]{4}", sentence)
    assert found
    return found[0]
