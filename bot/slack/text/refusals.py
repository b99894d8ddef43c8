"""Sentences for what cannot be done, or not yet. Each names the next step."""

from bot.core import errors
from bot.orders.changes import Snapshot
from bot.orders.ids import shortened
from bot.slack.blocks import code, quoted, when
from bot.slack.constants import APP, COMMAND
from bot.slack.text.orders import EXAMPLE_ID, counted


def no_id_to_watch(typed: str) -> str:
    return f"No order ID in {quoted(typed)}. {_find_to_watch(typed)}"


def no_order_to_watch(order: str) -> str:
    """For a word that is no UUID, so it may be a part of a name."""
    return f"I couldn't find order {code(order)}. {_find_to_watch(order)}"


def _find_to_watch(typed: str) -> str:
    return f"To search by name, type {code(f'{COMMAND} find {typed}', 200)}, then press *Show* and *Watch*."


def no_id_to_unwatch(typed: str) -> str:
    return (
        f"No order ID in {quoted(typed)}. `{COMMAND} list` shows what is being watched here. "
        "To stop watching an order, use the menu beside it."
    )


def did_you_mean(typed: str, suggested: str, *, or_id: str = "") -> str:
    """For a word that is nearly one of the command's. `or_id` is the order's ID that it may be as well."""
    asked = f"I don't know {code(typed, 60)}. Did you mean {code(f'{COMMAND} {suggested}', 200)}?"
    if not or_id:
        return asked
    return f"{asked} To look up the order ID {code(or_id, 60)}, type {code(f'{COMMAND} show {or_id}')}."


# A field's error has no markup.
NO_ID_FIELD = f"No order ID in that. Enter an ID such as {EXAMPLE_ID}, or a link to the order."
ONE_IN_THE_FIELD = "You can watch one order at a time. Enter one ID or link."
NO_ID_IN_MESSAGE = "No order ID in that message. Enter the order here:"


def trouble(error: errors.AutoenhanceError, order: str, last: Snapshot | None) -> str:
    """Why there is no card for this order, its counts from the last check, if any, and what to do."""
    known = _known(last)
    match error:
        case errors.OrderNotFound():
            return not_found(f"order {code(order)}")
        case errors.OrderHidden():
            return hidden(f"order {code(order)}")
        case errors.OrderTooLarge():
            return "This order is too large to show. Open it in Autoenhance."
        case errors.Limited():
            return f"Autoenhance is limiting requests.{known} I'll keep trying and answer here."
        case errors.TryLater():
            return f"Autoenhance isn't responding.{known} I'll answer here when it's back."
        case _:
            return f"{refused(error)}{known}"


def not_found(named: str) -> str:
    return (
        f"I couldn't find {named}. Check the ID. "
        "The order may have been deleted, or it may belong to another account."
    )


def hidden(named: str) -> str:
    return (
        f"Autoenhance didn't show me {named} with the accounts that may be used here. "
        f"To search for it by name, type `{COMMAND} find` and the name, or ask the owner of its account."
    )


def without_id(error: errors.AutoenhanceError) -> str:
    """For a message that others see: who has the ID can open the order."""
    return (hidden if isinstance(error, errors.OrderHidden) else not_found)("this order")


def about(order: str, sentence: str) -> str:
    """The sentence with the order's ID, where there are answers about other orders beside it."""
    return sentence if code(order) in sentence else f"{code(shortened(order))}: {sentence}"


def several_late(error: errors.TryLater) -> str:
    return trouble(error, "", None)


def _known(last: Snapshot | None) -> str:
    return f" As of {when(last.at)}: {counted(last.tally)}." if last else ""


def soon(seconds: float | None) -> str:
    if not seconds:
        return "a moment"
    count, unit = (seconds, "second") if seconds <= 90 else (seconds / 60, "minute")  # noqa: PLR2004
    return f"about {max(1, round(count))} {unit}{'' if round(count) <= 1 else 's'}"


def gave_up(
    error: errors.TryLater, order: str, last: Snapshot | None, minutes: int, *, recheck: bool = False
) -> str:
    """After `minutes` of retries. Where Autoenhance names a time, that was too long to wait for.

    `recheck`: there is a button for it.
    """
    known, again = _known(last), "Press *Re-check* to try again." if recheck else "Try again later."
    if error.retry_after:
        return f"Autoenhance is unavailable for {soon(error.retry_after)}.{known} Try again after that."
    if not minutes:
        return f"Autoenhance isn't responding.{known} Try again in a few minutes."
    return f"Still no response about order {code(shortened(order))} after {waited(minutes)}.{known} {again}"


def waited(minutes: int) -> str:
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def refused(error: errors.AutoenhanceError) -> str:
    """For errors whose sentence does not depend on what was asked for."""
    if isinstance(error, errors.OrderTooLarge):
        return "Autoenhance sent more than I can show. Add words to your search, or open Autoenhance."
    if isinstance(error, errors.NoPreview):
        return "There's no preview that I can show. Open the order in Autoenhance to see its photos."
    if isinstance(error, errors.NoAccountHere):
        return (
            "Autoenhance wants an API key for this, and no account may be used here. "
            f"Connect yours in {APP}'s Home tab, or ask in a channel that an account was added to."
        )
    if isinstance(error, errors.AccountKeyRefused):
        return (
            f"Autoenhance rejected the API key of {quoted(error.account)}. "
            f"Its owner can replace it in {APP}'s Home tab. Your watches are safe."
        )
    if isinstance(error, errors.AccountKeyUnreadable):
        return (
            f"I can't read the API key of {quoted(error.account)}. Ask an admin to run `python app.py check`."
        )
    if isinstance(error, errors.KeyMissing):
        return "To do this, an admin needs to add an Autoenhance API key (`AUTOENHANCE_API_KEY`)."
    return (
        "Our Autoenhance API key was rejected. Ask an admin to replace it (`AUTOENHANCE_API_KEY`). "
        "Your watches are safe."
    )


SHARED_CHANNEL = (
    "This channel is shared with another company, so I won't show orders here. "
    f"Ask in another channel, or in a direct message to {APP}."
)
OUTSIDER = f"{APP} shows orders only to members of the company that installed it. Ask your contact there."
NOT_IN_CHANNEL = f"I'm not in this channel. Type `/invite @{APP}`, then try again."
NOT_IN_CHANNEL_TO_WATCH = f"I'm not in this channel. Type `/invite @{APP}`, then watch again."
ARCHIVED = "This channel is archived. Use another channel."
CANNOT_TELL_SHARED = (
    "I can't tell whether this channel is shared with another company, so I won't post orders here. "
    f"An admin needs to reinstall {APP} with the scopes `channels:read` and `groups:read`."
)
GROUP_MESSAGE = (
    f"Apps can't post in group direct messages. Here, use `{COMMAND}`: only you see the answer. "
    f"To share or watch an order, use a channel or a direct message to {APP}."
)
CANNOT_TELL_COLLEAGUE = (
    "I can't tell whether everyone here works for your company, so I won't show orders here. "
    f"Ask in a channel that {APP} is in, or in a direct message to {APP}."
)
UNCONFIRMED = "Slack didn't confirm that the card was posted. If it's missing, share it again."
REINSTALL = (
    f"Slack rejected {APP}'s token. "
    "An admin needs to reinstall the app and replace the token (`SLACK_BOT_TOKEN`)."
)
TOO_LATE = "That took too long. Please try again."
SLACK_BUSY = "Slack isn't responding. Try again in a minute."
STALE_BUTTON = f"This card is too old to update. Type `{COMMAND}` and the order ID for a new one."


def cannot_post(slack_code: str) -> str:
    return f"Slack won't let me post here ({code(slack_code)}). Use another channel."


def cannot_watch(error: errors.SlackError) -> str:
    match error:
        case errors.NotInChannel():
            return NOT_IN_CHANNEL_TO_WATCH
        case errors.Archived():
            return ARCHIVED
        case errors.NotAllowed():
            return (
                f"I can't watch orders, because Slack won't let me post ({code(error.code)}). "
                "Ask an admin to run `python app.py check`."
            )
        case _:
            return cannot_post(error.code)


def not_opened(error: Exception) -> str:
    """Why Slack did not open a view, and what helps. Empty for errors that are not Slack's, or not known."""
    match error:
        case errors.TokenRefused():
            return REINSTALL
        case errors.Gone():
            return TOO_LATE
        case errors.SlackBusy():
            return SLACK_BUSY
        case _:
            return ""


def not_recorded(reference: str) -> str:
    return f"I couldn't save that, so nothing was done. Try again in a minute. {_code_for_admin(reference)}"


def internal_error(reference: str) -> str:
    return f"Something went wrong. {_code_for_admin(reference)}"


def _code_for_admin(reference: str) -> str:
    return f"If it keeps happening, give your admin this code: `{reference}`."
