"""Sentences of `/order test` and `/order settings`."""

from bot.core import errors
from bot.jobs.models import CardLine
from bot.slack.blocks import code
from bot.slack.constants import APP, COMMAND
from bot.slack.text.notices import display_name


def card(user: str) -> str:
    return f"Test by {display_name(user)}: a watched order's card is posted like this."


POSTING, EDITING, REPLYING = "Posting a card", "Updating the card", "Replying in its thread"
EDITED = "Test: this card was updated, like a watched order's card."
REPLY = "Test: updates about a watched order are posted in its thread, like this."


def test_passed(*, broadcast: bool, pictures: str) -> str:
    """`pictures`: what the test says of them, if they are on."""
    shown = " The reply is in the channel too." if broadcast else ""
    return (
        f"It works. I posted a card, updated it and replied in its thread.{shown} "
        f"To watch an order, type `{COMMAND} watch` and its ID or link."
    ) + (f"\n{pictures}" if pictures else "")


def test_failed(step: str, error: errors.SlackError) -> str:
    """Which step failed, and what to do."""
    match error:
        case errors.NotInChannel():
            how = f"I'm not in this channel. Type `/invite @{APP}`, then `{COMMAND} test` again."
        case errors.Archived():
            how = "This channel is archived. Use another channel."
        case errors.NotAllowed():
            how = f"Slack says {code(error.code)}. An admin needs to reinstall {APP}."
        case _:
            how = f"Slack says {code(error.code)}. Ask an admin to run `python app.py check`."
    return f"{step} failed. {how}"


NOT_IN_CHANNEL_TO_UNFURL = (
    "I'm not in this channel, so I can't tell who would see the cards. "
    f"Type `/invite @{APP}`, then `{COMMAND} settings unfurl on` again."
)
UNFURLS_IN_CHANNELS = (
    "I can add cards below links only in channels. "
    f"Type `{COMMAND} settings unfurl on` in the channel where you want them."
)


def unfurling(*, on: bool) -> str:
    return _setting("Add a small card below links to orders", "unfurl", on=on)


def pictures_line(*, on: bool) -> str:
    return _setting("Show pictures of the photos on cards", "pictures", on=on)


def picturing(*, on: bool) -> str:
    """With when a card gets one."""
    line = pictures_line(on=on)
    return f"{line}\n{_WHEN_PICTURES}" if on else line


_WHEN_PICTURES = (
    "A watched order's card gets one when the order ends. "
    "For one sooner, choose *Show pictures* in the card's menu ⋯."
)


def broadcasting(*, on: bool) -> str:
    return _setting("Post updates to the channel", "broadcast", on=on)


_LINES = {
    CardLine.BRACKETS: "Point out single brackets and unfinished uploads",
    CardLine.EXPIRY: "Say which photos aren't downloaded yet",
    CardLine.FORECAST: "Say when an order will be done",
}


def showing(line: CardLine, *, on: bool) -> str:
    return _setting(_LINES[line], line, on=on)


def _setting(says: str, name: str, *, on: bool) -> str:
    """What it is now, and how to change it."""
    now, turn, other = ("On", "off", "off") if on else ("Off", "on", "on")
    return f"*{says}:* {now}. Turn {turn}: `{COMMAND} settings {name} {other}`"
