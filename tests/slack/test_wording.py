"""What an answer says that one can type, where Slack has no slash commands."""

from bot.slack.render import cards
from bot.slack.render.wording import typed_there
from bot.slack.text import watches as watch_text
from bot.slack.text.help import HELP


def test_a_thread_has_no_slash_commands() -> None:
    """Blocks and text name the mention. `/order` alone stays: it is the command's name."""
    said = typed_there(cards.sentence_card(HELP), "C1")

    assert "`@Order Desk list`" in said["blocks"][0]["text"]["text"]
    assert "`@Order Desk list`" in said["text"]
    assert "`/order " not in said["text"]
    assert "`/order`" in said["text"]


def test_a_direct_message_takes_the_words_alone() -> None:
    """There the bot answers every message."""
    said = typed_there(cards.sentence_card(watch_text.NOTHING_WATCHED), "D1")

    assert said["text"] == "No orders are being watched here. To start, type `watch` and an order ID or link."
