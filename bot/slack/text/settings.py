"""Sentences of `/order test` and `/order settings`."""

from bot.core import errors
from bot.slack.blocks import code
from bot.slack.constants import APP, COMMAND
from bot.slack.text.notices import display_name


def card(user: str) -> str:
    return f":wave: This is a test by {display_name(user)}: so a watched order's card stands here."


POSTING, EDITING, REPLYING = "Posting a card", "Editing the card", "Answering in its thread"
EDITED = ":white_check_mark: This was the test's card; it was edited in place, as a real one is."
REPLY = "And this is how a notice comes, in the thread. Nothing is watched."


def test_passed(*, broadcast: bool) -> str:
    shown = ", and shown in the channel too" if broadcast else ""
    return (
        f"All is well: I posted a card, edited it and replied in its thread{shown}. "
        f"Start for real with `{COMMAND} watch` and an order's id."
    )


def test_failed(step: str, error: errors.SlackError) -> str:
    """Which step did not work, and what to do."""
    match error:
        case errors.NotInChannel():
            how = f"I'm not in this channel. Type `/invite @{APP}`, then `{COMMAND} test` again."
        case errors.Archived():
            how = "The channel is archived. Use another one."
        case errors.NotAllowed():
            how = f"An admin must install me again; Slack says {code(error.code)}."
        case _:
            how = f"Slack says {code(error.code)}. An admin can run `python app.py check`."
    return f"{step} did not work. {how}"


NOT_IN_CHANNEL_TO_UNFURL = (
    "I can't see who reads along here, so I draw nothing below links. "
    f"Type `/invite @{APP}`, then `{COMMAND} settings unfurl on` again."
)
UNFURLS_IN_CHANNELS = (
    f"Links get small cards in channels only. Type `{COMMAND} settings unfurl on` in the channel."
)


def unfurling(*, on: bool) -> str:
    if on:
        return (
            "For everybody here: a link to an order gets a small card with its name and how far it is. "
            f"`{COMMAND} settings unfurl off` leaves links as they are."
        )
    return (
        "For everybody here: links to orders are left as they are. "
        f"`{COMMAND} settings unfurl on` draws a small card below each."
    )


def broadcasting(*, on: bool) -> str:
    if on:
        return (
            "For everybody here: notices of watched orders are shown in this channel too, not only in their "
            "thread. "
            f"`{COMMAND} settings broadcast off` keeps them in the thread."
        )
    return (
        "For everybody here: notices of watched orders stay in their thread. "
        f"`{COMMAND} settings broadcast on` shows them in this channel too."
    )
