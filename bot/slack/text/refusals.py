"""Sentences for what cannot be done, or not yet. Each names the next step."""

from bot.core import errors
from bot.orders.changes import Snapshot
from bot.orders.ids import shortened
from bot.slack.blocks import code, when
from bot.slack.constants import APP, COMMAND
from bot.slack.text.orders import EXAMPLE_ID, counted


def no_id(typed: str) -> str:
    return (
        f"I can't see an order id in {code(typed, 60)}. Ids look like `{EXAMPLE_ID}`; "
        f"an order's link does too. To search by name, type `{COMMAND} find` and a part of it."
    )


def did_you_mean(typed: str, suggested: str, *, or_id: str = "") -> str:
    """For a word that is nearly one of the command's. `or_id` is the order's id that it may be as well."""
    asked = f"I don't know {code(typed, 60)}. Did you mean {code(f'{COMMAND} {suggested}', 200)}?"
    if not or_id:
        return asked
    return (
        f"{asked} To look up an order with the id {code(or_id, 60)}, type {code(f'{COMMAND} show {or_id}')}."
    )


NO_ID_FIELD = f"I can't see an order id in that. Paste an id such as {EXAMPLE_ID}, or an order's link."
NO_ID_IN_MESSAGE = "I can't see an order id in that message. Paste an id or a link here instead:"


def trouble(error: errors.AutoenhanceError, order: str, last: Snapshot | None) -> str:
    """Why there is no card for this order, its counts from the last check, if any, and what to do."""
    named, known = code(shortened(order)), _known(last)
    match error:
        case errors.OrderNotFound():
            return (
                f"Autoenhance knows no order {code(order)}. A character may be missing, "
                f"or it was deleted, or it isn't yours."
            )
        case errors.OrderTooLarge():
            return f"Order {named} is larger than I can read. Open it in Autoenhance instead."
        case errors.Limited(retry_after=seconds):
            return (
                f"Too many look-ups just now, so {named} has to wait.{known} "
                f"I'll answer here in {soon(seconds)}."
            )
        case errors.TryLater():
            return f"Autoenhance isn't answering about {named}.{known} I'll answer here when it does."
        case _:
            return f"{refused(error)}{known}"


SEVERAL_LATE = "Autoenhance isn't responding. I'll answer here when it's back."


def _known(last: Snapshot | None) -> str:
    return f" Last known ({when(last.at)}): {counted(last.tally)}." if last else ""


def soon(seconds: float | None) -> str:
    if not seconds:
        return "a moment"
    count, unit = (seconds, "second") if seconds <= 90 else (seconds / 60, "minute")  # noqa: PLR2004
    return f"about {max(1, round(count))} {unit}{'' if round(count) <= 1 else 's'}"


def gave_up(error: errors.TryLater, order: str, last: Snapshot | None, minutes: int) -> str:
    """After `minutes` of retries. Where Autoenhance names a time, that was too long to wait for."""
    named, known = code(shortened(order)), _known(last)
    if error.retry_after:
        wait = soon(error.retry_after)
        return f"Autoenhance doesn't answer about {named} for {wait}.{known} Ask again after that."
    if not minutes:
        return f"Autoenhance isn't answering about {named}.{known} Ask again in a few minutes."
    return (
        f"Autoenhance has not answered about {named} for {minutes} minutes, so I stopped asking."
        f"{known} Press Re-check when it is back."
    )


def refused(error: errors.AutoenhanceError) -> str:
    """For errors whose sentence does not depend on what was asked for."""
    if isinstance(error, errors.OrderTooLarge):
        return "Autoenhance's answer is longer than I can read. Ask for less, or look in Autoenhance itself."
    if isinstance(error, errors.KeyMissing):
        return "Autoenhance wants an API key for this, and I have none. An admin can set AUTOENHANCE_API_KEY."
    return (
        "Autoenhance no longer accepts the key. An admin must replace it (AUTOENHANCE_API_KEY). "
        "Nothing was lost; the watches stay."
    )


SHARED_CHANNEL = (
    "This channel includes people from outside your company, so I don't show orders here. "
    f"Ask in another channel, or in a direct message with {APP}."
)
OUTSIDER = f"{APP} shows orders only to people of the company that installed it."
NOT_IN_CHANNEL = (
    f"I can answer you, but can't post here until someone types `/invite @{APP}`. "
    "After that, press Share in channel again."
)
NOT_IN_CHANNEL_TO_WATCH = (
    f"I can answer you, but can't post updates here until someone types `/invite @{APP}`. "
    "After that, watch the order again."
)
ARCHIVED = "This channel is archived, so nothing can be posted here. Use another channel."
CANNOT_TELL_SHARED = (
    "I can't see whether this channel is shared with another company, so I don't post orders here. "
    "An admin must install me again, with the scopes `channels:read` and `groups:read`."
)
GROUP_MESSAGE = (
    "Slack lets no app post in a group direct message. Look orders up here, where only you see the answer. "
    f"To share or watch one, use a channel, or a direct message with {APP}."
)
CANNOT_TELL_COLLEAGUE = (
    "I can't see whether everyone here is from your organisation, so I show no orders here. "
    f"Ask in a channel that {APP} is in, or in a direct message with {APP}."
)
UNCONFIRMED = (
    "Slack did not confirm that the card was posted. It may be there already; if it isn't, share it again."
)
REINSTALL = (
    f"Slack no longer lets {APP} in, because the app was removed or its token was revoked. "
    "An admin must install it again and set the new SLACK_BOT_TOKEN."
)
CLICK_AGAIN = "That took too long, and Slack no longer accepts the click. Please click again."
SLACK_BUSY = "Slack isn't answering us just now. Please click again in a minute."
STALE_BUTTON = f"This button is out of date. Type `{COMMAND}` and the order's id for a new card."


def cannot_post(slack_code: str) -> str:
    return f"Slack doesn't let me post here ({code(slack_code)}). Use another channel."


def cannot_watch(error: errors.SlackError) -> str:
    match error:
        case errors.NotInChannel():
            return NOT_IN_CHANNEL_TO_WATCH
        case errors.Archived():
            return ARCHIVED
        case errors.NotAllowed():
            return (
                f"Slack lets me post nothing just now ({code(error.code)}), so I can't watch. "
                "An admin must install me again, or look at `python app.py check`."
            )
        case _:
            return cannot_post(error.code)


def not_opened(error: Exception) -> str:
    """Why Slack did not open a view, and what helps. Empty for errors that are not Slack's, or not known."""
    match error:
        case errors.TokenRefused():
            return REINSTALL
        case errors.Gone():
            return CLICK_AGAIN
        case errors.SlackBusy():
            return SLACK_BUSY
        case _:
            return ""


def not_recorded(reference: str) -> str:
    return (
        "I couldn't write that down, so I won't do it: my database takes nothing just now. "
        f"Try again in a minute. If it goes on, quote `{reference}` to your admin."
    )


def internal_error(reference: str) -> str:
    return f"Something broke on our side. If it goes on, quote `{reference}` to your admin."
