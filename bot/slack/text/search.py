"""Sentences about searching by name. Foreign text is quoted here."""

from bot.core import errors
from bot.orders.search import Found
from bot.slack.blocks import code, quoted
from bot.slack.constants import COMMAND
from bot.slack.text import refusals
from bot.slack.text.orders import EXAMPLE_ID

RECENT = f"`{COMMAND} recent`"
FIND_WHAT = f"Which name? Type part of it: `{COMMAND} find elm street`. For the newest orders, type {RECENT}."
NO_NAME = "No order ID or name in that. Type an order ID, a link, or at least 2 letters of a name."
TOO_LONG = "No order ID in that, and it's too long for a name. Type an order ID, a link, or part of a name."
NARROW = "To see the others, add words to your search."
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
    least = "" if found.complete else "At least "
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
    return f"I checked the newest {found.looked:,} orders{which}. Older ones may match too."


def next_label(found: Found, page: int) -> str:
    """The label of the button for more. `page` is how many orders one answer shows."""
    left = found.total - found.before - len(found.orders)
    if left and found.complete:
        return f"Next {min(left, page)}"
    return f"Next {page}" if left or len(found.orders) == page else NEXT_OLDER


def _newest(found: Found) -> str:
    shown = len(found.orders)
    if not shown:
        return "No more orders." if found.before else "There are no orders in this Autoenhance account yet."
    if found.before:
        total = f" of {found.total:,}" if found.complete else ""
        if shown == 1:
            return f"Order {_range(found.before, shown)}{total}."
        return f"Orders {_range(found.before, shown)}{total}, newest first."
    if shown == 1:
        return "There is only one order." if found.complete else "The newest order."
    return f"All {shown} orders, newest first." if found.complete else f"The {shown} newest orders."


def _range(before: int, shown: int) -> str:
    first, last = before + 1, before + shown
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"


def _no_match(found: Found, name: str) -> str:
    next_step = f"Try fewer words, or {RECENT} for the newest orders."
    return f"No order matches{name}{'' if found.complete else ' so far'}. {next_step}"


def trouble(error: errors.AutoenhanceError, typed: str = "") -> str:
    """Why there are no hits. `typed` was typed without `find`, and has no order ID."""
    if isinstance(error, errors.Limited):
        return "Autoenhance is limiting requests. I'll keep trying and show the results here."
    if isinstance(error, errors.TryLater):
        return "Autoenhance isn't responding. I'll keep trying and show the results here."
    if isinstance(error, errors.KeyMissing):
        no_order = f"No order ID in {quoted(typed)}. " if typed else ""
        return (
            f"{no_order}To search by name, an admin needs to add an Autoenhance API key "
            f"(`AUTOENHANCE_API_KEY`). An order ID or a link works without it: `{COMMAND} {EXAMPLE_ID}`"
        )
    return refusals.refused(error)


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
