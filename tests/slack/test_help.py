"""The words that may follow the command, as the page offers them, and what the help says about them."""

import re
from datetime import UTC, datetime

import pytest

from bot.jobs.requests import Asker
from bot.slack import manifest
from bot.slack.constants import APP, COMMAND
from bot.slack.listeners import commands
from bot.slack.listeners.payloads import Command
from bot.slack.text import orders, search, watches
from bot.slack.text.help import HELP, SUBCOMMANDS, TOPICS, help_on

ASKER = Asker(
    team_id="T1",
    user_id="U1",
    user_team_id="T1",
    channel_id="C1",
    at=datetime(2026, 11, 23, 14, 2, tzinfo=UTC),
)
LABELS = {
    *(orders.WATCH, orders.STOP_WATCHING, orders.RECHECK, orders.OPEN, orders.SHARE, orders.ALL_PHOTOS),
    *(orders.SHOW_ID, orders.SHOW_PICTURES, search.SHOW, watches.ON_IT),
    *(each["name"] for each in manifest.manifest()["features"]["shortcuts"]),
}
HELPS = [HELP, *TOPICS.values()]


def test_every_word_that_the_command_knows_is_offered() -> None:
    """The page offers these words and no other. `show` comes before all of them."""
    assert {each.word for each in SUBCOMMANDS} == {
        *commands._SUBCOMMANDS,
        *commands._ORDER_SUBCOMMANDS,
        "show",
    }


def test_what_may_follow_a_word_is_understood() -> None:
    """Every setting and every topic of the help is understood."""
    takes = {each.word: each.takes for each in SUBCOMMANDS}
    wanted = {
        f"{name} {turned}" for name in commands._SETTINGS if name for turned in commands._SWITCHES if turned
    }
    assert set(takes["settings"]) == wanted - {"timezone on"} | {"timezone"}  # that is not turned on
    assert len({help_on(topic) for topic in takes["help"]} | {help_on("")}) == len(takes["help"]) + 1


def test_a_word_that_is_no_topic_is_named() -> None:
    """The general help follows, which lists the topics. The word is foreign text."""
    assert help_on("wach") == f"There's no help on “wach”.\n\n{HELP}"
    assert help_on("<!here>").startswith("There's no help on “&lt;!here&gt;”.")


@pytest.mark.parametrize("text", HELPS, ids=["help", *TOPICS])
def test_help_names_buttons_as_they_are_called(text: str) -> None:
    """What is bold within a line is the label of a button, a menu entry or a shortcut."""
    _, *lines = re.sub(r"^\*[^*]+\*", "*", text).splitlines()

    assert set(re.findall(r"\*([^*]+)\*", "\n".join(lines))) - LABELS == set()


@pytest.mark.parametrize("text", HELPS, ids=["help", *TOPICS])
def test_every_example_in_the_help_can_be_pasted(text: str) -> None:
    """A job or another topic of the help comes of it, and never a question back or a refusal."""
    assert "{" not in text
    for example in re.findall(rf"`{COMMAND} ([^`]+)`", text):
        reply = commands.reply(Command(ASKER, example, response_url="https://hooks.slack.test/1"), "k1")
        assert not isinstance(reply, str) or reply in TOPICS.values(), example


def test_help_names_the_three_doors() -> None:
    """The command, a mention and a direct message, and the shortcut on a message."""
    assert f"`{COMMAND} elm street`" in HELP
    assert f"`@{APP} elm street`" in HELP
    assert "direct message" in HELP
    assert "*Check orders here*" in HELP
