"""Sentences about searching by name. Foreign text is quoted here."""

from collections.abc import Sequence

from bot.core import errors
from bot.orders.search import FailedAccount, Found
from bot.slack.blocks import code, escape, fit, one_line, quoted
from bot.slack.constants import APP, COMMAND
from bot.slack.text import refusals
from bot.slack.text.orders import EXAMPLE_ID

RECENT = f"`{COMMAND} recent`"
FIND_WHAT = f"Which name? Type part of it: `{COMMAND} find elm street`. For the newest orders, type {RECENT}."
NO_NAME = "No order ID or name in that. Type an order ID, a link, or at least 2 letters of a name."
TOO_LONG = "No order ID in that, and it's too long for a name. Type an order ID, a link, or part of a name."
NARROW = "To see the others, add words to your search."
DEFAULT_ACCOUNT = "default account"
MAX_ACCOUNT_CHARACTERS = 40  # of an account's name
NEXT_OLDER, FIRST_PAGE = "Search older orders", "First page"
SHOW = "Show"


def searching(words: str) -> str:
    return f"Searching for {quoted(words)}…"


def no_id(typed: str) -> str:
    return f"No order ID in {quoted(typed)}, so I searched by name."


def no_such_id(order: str) -> str:
    return f"No order has the ID {quoted(order)}, so I searched by name."


def no_name_either(words: str, found: Found) -> str:
    among = "" if found.complete else f" among the newest {found.looked:,}"
    if found.complete and not found.is_all:
        among = " in the accounts that I could search"
    return f"No order with {quoted(words)} in its name{among} either."


def heading(found: Found, words: str, typed: str = "") -> str:
    """How many orders there are, and which of them are shown. `typed` was quoted just before."""
    if not words:
        return _newest(found)
    name = "" if words == typed else f" {quoted(words)}"
    if not found.total:
        return _no_match(found, name)
    if not found.orders:
        return f"No more orders match{name}."
    least = "" if found.is_all else "At least "
    count = (
        f"{least}1 order matches{name}" if found.total == 1 else f"{least}{found.total:,} orders match{name}"
    )
    first = "" if found.total == 1 else ", newest first"
    shown = len(found.orders)
    part = "" if shown == found.total else f" Showing {_range(found.before, shown)}."
    return f"{count}{first}.{part}"


def limits(found: Found) -> str:
    """That older orders were not checked. Empty if all were."""
    if found.complete:
        return ""
    which = f" with {quoted(found.asked)} in the name" if found.asked else ""
    if found.several:
        return f"I checked {found.looked:,} orders{which}, each account's newest. Older ones may match too."
    return f"I checked the newest {found.looked:,} orders{which}. Older ones may match too."


def whose(accounts: Sequence[str]) -> str:
    """Whose order it is. Two accounts may have the same one."""
    return " and ".join(map(account_name, accounts))


def account_name(name: str) -> str:
    return escape(fit(one_line(name), MAX_ACCOUNT_CHARACTERS)) or DEFAULT_ACCOUNT


def not_searched(found: Found, words: str) -> list[str]:
    """A line for each account that could not be searched, with the next step."""
    lines = [f"I couldn't search {_account(each.name)}: {_why(each, words)}" for each in found.failed]
    if found.left_out:
        left = f"{found.left_out:,} more account{'' if found.left_out == 1 else 's'}"
        lines.append(f"I didn't search {left}. To search others, ask where fewer accounts are searched.")
    return lines


def _account(name: str) -> str:
    return f"*{account_name(name)}*" if name else f"the {DEFAULT_ACCOUNT}"


def _why(failed: FailedAccount, words: str) -> str:
    again = code(_command(words), 250)
    match failed.error:
        case errors.AccountKeyRefused():
            return f"Autoenhance rejected its key. Its owner can replace it in {APP}'s Home tab."
        case errors.KeyRefused():
            return "Autoenhance rejected its key. Ask an admin to replace it (`AUTOENHANCE_API_KEY`)."
        case errors.AccountKeyUnreadable():
            return "its key can't be read. Ask an admin to run `python app.py check`."
        case errors.Limited():
            return f"Autoenhance is limiting requests. Type {again} again in a minute."
        case errors.OrderTooLarge():
            return "Autoenhance sent more than I can show. Add words to your search."
        case _:
            return f"Autoenhance isn't responding. Type {again} again in a few minutes."


def your_key_was_refused(account: str) -> str:
    """To the owner."""
    return (
        f"Autoenhance rejected the API key of your account {_account(account)}, so I can't search "
        "its orders. To replace it, open my *Home* tab and press *Replace key*."
    )


def next_label(found: Found, page: int) -> str:
    """The label of the button for more. `page` is how many orders one answer shows."""
    left = found.total - found.before - len(found.orders)
    if left and found.complete:
        return f"Next {min(left, page)}"
    return f"Next {page}" if left or len(found.orders) == page else NEXT_OLDER


def _newest(found: Found) -> str:
    shown = len(found.orders)
    if not shown:
        return "No more orders." if found.before else _no_orders(found)
    if found.before:
        total = f" of {found.total:,}" if found.is_all else ""
        if shown == 1:
            return f"Order {_range(found.before, shown)}{total}."
        return f"Orders {_range(found.before, shown)}{total}, newest first."
    if shown == 1:
        return "There is only one order." if found.is_all else "The newest order."
    return f"All {shown} orders, newest first." if found.is_all else f"The {shown} newest orders."


def _no_orders(found: Found) -> str:
    if not found.is_all:
        return "There are no orders yet in the accounts that I could search."
    where = "these Autoenhance accounts" if found.several else "this Autoenhance account"
    return f"There are no orders in {where} yet."


def _range(before: int, shown: int) -> str:
    first, last = before + 1, before + shown
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"


def _no_match(found: Found, name: str) -> str:
    next_step = f"Try fewer words, or {RECENT} for the newest orders."
    return f"No order matches{name}{'' if found.is_all else ' so far'}. {next_step}"


def trouble(error: errors.AutoenhanceError, typed: str = "", *, direct: bool = False) -> str:
    """Why there are no hits. `typed` was typed without `find`, and has no order ID.

    `direct`: it was asked in a direct message, or outside any conversation.
    """
    if isinstance(error, errors.Limited):
        return "Autoenhance is limiting requests. I'll keep trying and show the results here."
    if isinstance(error, errors.TryLater):
        return "Autoenhance isn't responding. I'll keep trying and show the results here."
    if isinstance(error, errors.KeyMissing):
        no_order = f"No order ID in {quoted(typed)}. " if typed else ""
        needed = _account_needed(direct=direct) if isinstance(error, errors.NoAccountHere) else _KEY_NEEDED
        return f"{no_order}{needed} An order ID or a link works without it: `{COMMAND} {EXAMPLE_ID}`"
    return refusals.refused(error)


_KEY_NEEDED = "To search by name, an admin needs to add an Autoenhance API key (`AUTOENHANCE_API_KEY`)."


def _account_needed(*, direct: bool) -> str:
    if direct:
        return f"To search by name, connect your Autoenhance account in {APP}'s Home tab."
    return (
        f"No Autoenhance account is searched in this channel. Connect yours in {APP}'s Home tab, "
        "or ask an account's owner to add this channel there."
    )


def gave_up(error: errors.TryLater, minutes: int, words: str) -> str:
    again = code(_command(words), 200)
    if error.retry_after:
        wait = refusals.soon(error.retry_after)
        return f"Autoenhance is unavailable for {wait}. Try {again} after that."
    after = f" after {refusals.waited(minutes)}" if minutes else ""
    return f"Still no response from Autoenhance{after}. Try {again} later."


def old_list(words: str) -> str:
    return f"This list is too old to continue. Type {code(_command(words), 250)} for a new one."


def _command(words: str) -> str:
    return f"{COMMAND} find {words}" if words else f"{COMMAND} recent"
