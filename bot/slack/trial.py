"""What `/order test` and `/order settings` say."""

from bot import errors
from bot.slack.blocks import code
from bot.slack.names import APP, COMMAND
from bot.slack.notice_words import somebody


def card(user: str) -> str:
    return f":wave: This is a test by {somebody(user)}: so a watched order's card stands here."


POSTING, EDITING, REPLYING = "Posting a card", "Editing the card", "Answering in its thread"
EDITED = ":white_check_mark: This was the test's card; it was edited in place, as a real one is."
REPLY = "And this is how a notice comes, in the thread. Nothing is watched."


def worked(*, broadcast: bool) -> str:
    shown = ", and shown in the channel too" if broadcast else ""
    return (
        f"All is well: I posted a card, edited it and replied in its thread{shown}. "
        f"Start for real with `{COMMAND} watch` and an order's id."
    )


def failed(step: str, error: errors.SlackError) -> str:
    """What did not work, and how to mend it."""
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
