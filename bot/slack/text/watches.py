"""Sentences about watches: on cards, in lists, and for the person who starts or stops a watch."""

from collections.abc import Sequence
from datetime import datetime

from bot.orders.progress import Counts
from bot.slack.blocks import code, escape, fit, one_line, when
from bot.slack.constants import COMMAND
from bot.slack.text.deadlines import due_by, unless_by
from bot.slack.text.notices import (
    TIME_FORMAT,
    at_the_start,
    capital,
    display_name,
    reason,
    title,
    watcher_name,
    where,
)
from bot.slack.text.orders import counted, photos, state, unnamed
from bot.watches.models import Claim, Condition, Ending, Level, Watch, Watcher

SECONDS_PER_DAY = 86_400
MAX_NAMES = 5  # of watchers on a card
MAX_OPTION_NAME = 50  # characters, where the short ID must fit beside it

# The card


def watched(watch: Watch) -> str:
    """The first five watchers, the number of others, and since when the order is watched."""
    said = [
        f"{watcher_name(each)}{' (failures only)' if each.level is Level.FAILURES else ''}"
        for each in watch.watchers
    ]
    names = _listed(said[:MAX_NAMES], len(said) - MAX_NAMES)
    return f"Watched by {names}, since {when(watch.watchers[0].since)}"


def _listed(names: Sequence[str], more: int) -> str:
    *most, last = [*names, *([f"{more:,} more"] if more > 0 else [])]
    return f"{', '.join(most)} and {last}" if most else last


def on_it(watch: Watch) -> str:
    """Who takes care of it. Empty if nobody said so."""
    return f"{at_the_start(watch.claimed_by.name)} is on it" if watch.claimed_by else ""


def stuck(watch: Watch) -> str:
    """A time and no duration: a card that nobody edits would go on saying "25 minutes"."""
    since = f" since {when(watch.still_since)}" if watch.still_since else ""
    return f"No progress{since}. That's unusual."


def ended(watch: Watch) -> str:
    """When and why the watch ended, for its card."""
    at = f" {when(watch.ended_at)}" if watch.ended_at else ""
    by = display_name(watch.reason) if watch.reason else ""
    return {
        Ending.QUIET: "Finished. No longer watching.",
        Ending.DELETED: "Deleted. No longer watching.",
        Ending.EXPIRED: f"Stopped watching{at}: {_limit(watch)} reached.",
        Ending.STOPPED: capital(f"{by} stopped watching{at}.".strip()),
        None: "No longer watching.",
    }[watch.ending]


NO_LONGER_AVAILABLE = "This order was deleted or is no longer available."


def _limit(watch: Watch) -> str:
    days = round(watch.lived / SECONDS_PER_DAY)
    return f"{days}-day limit" if days else "time limit"


# Answers


def which(count: int, shown: int) -> str:
    first = f" The first {shown} are listed." if shown < count else ""
    return f"This message names {count} orders. Choose the one to watch in its thread.{first}"


STARTING = "Starting to watch this order…"
LOOKING_UP_NAMES = "Looking up the names of these orders…"
WATCH_AN_ORDER = "Watch an order"
WHICH_ORDER = "Order"
CHOOSE = "Choose an order"
ORDER_FIELD = "Order ID or link"
ORDER_HINT = "One order. Its card is posted in the message's thread."


def option(name: str, short: str, *, alone: bool) -> str:
    """An order in a menu, as plain text. `alone`: no other one there has this name."""
    if not name:
        return unnamed(short)
    return name if alone else f"{fit(name, MAX_OPTION_NAME)} ({short})"


def started(watch: Watch, level: Level, link: str) -> str:
    return (
        f"Watching {title(watch)}.{_so_far(watch)} I'll post in {_thread(link)} {_occasions(watch, level)}."
    )


def joined(watch: Watch, level: Level, link: str) -> str:
    there = f"{title(watch)} is already being watched in {where(watch.place)}."
    return f"{there}{_so_far(watch)} I'll mention you in {_thread(link)} too {_occasions(watch, level)}."


def already_watching(watch: Watch, watcher: Watcher, link: str) -> str:
    said = f"You're already watching {title(watch)} in {where(watch.place)}."
    return f"{said} I'll post in {_thread(link)} {_occasions(watch, watcher.level)}."


def _so_far(watch: Watch) -> str:
    failed = _failed(watch)
    return f" {photos(failed)} {'has' if failed == 1 else 'have'} failed so far." if failed else ""


def _failed(watch: Watch) -> int:
    known = watch.shown or watch.seen
    return known.tally.failed if known else 0


def _occasions(watch: Watch, level: Level) -> str:
    """Only what the watch will do: a notice that its thread has already is not posted again."""
    another = "another photo" if _failed(watch) else "a photo"
    finished = "when it's done" if level is Level.ALL else "if it finishes with failed photos"
    since = watch.seen.at if watch.seen else None
    *first, last = [
        *([] if watch.told_failure else [f"if {another} fails"]),
        *([] if watch.told_stuck else ["if it stalls"]),
        *([unless_by(watch.due_by, since)] if watch.due_by and since and not watch.told_late else []),
        finished,
    ]
    comma = "," if len(first) > 1 else ""
    return f"{', '.join(first)}{comma} and {last}" if first else last


def _thread(link: str) -> str:
    return f"<{link}|its thread>" if link else "its thread"


FAILURES_ONLY = "Failures only"
SEND_ME_UPDATES = "Send me updates"
SEND_UPDATES_HERE = "Send updates here"
STOP = "Stop"
STOP_FOR_ALL = "Stop for everyone"
SHOW_CARD = "Show card"


def for_screen_readers(label: str, watch: Watch) -> str:
    """A button's label with the name of its order, as plain text."""
    return f"{label}: {fit(one_line(watch.name), MAX_OPTION_NAME) or f'order {watch.order.short}'}"


NOTHING_TO_WAIT_FOR = "This order has finished, so there's nothing to watch."
DELETED_SO_NOT_WATCHED = "This order was deleted, so there's nothing to watch."
UNCONFIRMED = (
    "Watching, but Slack didn't confirm the card. If it's missing, I'll post it with the next update."
)


def too_many(most: int) -> str:
    return (
        f"{most} orders are already being watched here, which is the limit. "
        f"Stop watching one first: `{COMMAND} list` shows them."
    )


def stopped(watch: Watch, others: Sequence[Watcher]) -> str:
    if others:
        return f"You've stopped watching {title(watch)}. {_are(others)} still watching."
    return f"Stopped watching {title(watch)}."


def stopped_early(order: str) -> str:
    """For a watch that had not begun, so its order's name is not known."""
    return f"Stopped watching {code(order)}."


def not_yours(watch: Watch) -> str:
    return f"You aren't watching {title(watch)}. {_are(watch.watchers)} watching it."


def not_watched(order: str) -> str:
    return f"{code(order)} isn't being watched here. `{COMMAND} list` shows what is."


def _are(watchers: Sequence[Watcher]) -> str:
    first, *others = watchers[:3]
    names = [capital(watcher_name(first)), *map(watcher_name, others)]
    return f"{_listed(names, len(watchers) - len(names))} {'is' if len(watchers) == 1 else 'are'}"


def claimed(watch: Watch, before: Claim | None) -> str:
    """For the person who is on it now. `before`: whom they take over from."""
    over = f" You took over from {display_name(before.name)}." if before else ""
    return f"You're on it: {title(watch)}.{over} Press *{ON_IT}* again to undo."


def given_back(watch: Watch) -> str:
    return f"You're no longer on {title(watch)}. Nobody is on it now."


def not_given_back(watch: Watch) -> str:
    """For the person who gave back what somebody else has taken over since."""
    name = at_the_start(watch.claimed_by.name) if watch.claimed_by else "Nobody"
    return f"You're no longer on {title(watch)}. {name} is on it now."


ON_IT = "I'm on it"
NOTHING_TO_CLAIM = "This order has finished or isn't being watched, so nobody needs to be on it."


# Lists

NOTHING_WATCHED = (
    f"No orders are being watched here. To start, type `{COMMAND} watch` and an order ID or link."
)
NOTHING_YOURS = (
    "None of your watched orders are in progress. "
    f"To watch one, type `{COMMAND} watch` and an order ID in a channel."
)
YOUR_WATCHES = "Your watches"
FINISHED = "Recently finished"
ALL_FINISHED = "None of the orders watched here are in progress."


def listed(count: int, place: str, as_of: datetime | None) -> str:
    """The line above a list. `as_of`: since then, each order has been checked."""
    here = f"in {where(place)}" if place.startswith(("U", "W")) else "in this channel"
    many = "1 order is" if count == 1 else f"{count:,} orders are"
    newest = ", newest first" if count > 1 else ""
    checked = f" As of {when(as_of, TIME_FORMAT)}." if as_of else ""
    return f"{many} being watched {here}{newest}.{checked}"


def status(watch: Watch) -> str:
    """One line for a list: the state in words and the counts, and what else a person should know."""
    if watch.condition is Condition.PAUSED:
        known = f". As of {when(watch.seen.at)}: {progress(watch.seen.tally)}" if watch.seen else ""
        return f"Paused: {reason(watch.reason)}{known}"
    if watch.ending is Ending.DELETED:
        return "Deleted"
    now = last_seen(watch)
    if watch.ending is Ending.EXPIRED:
        return f"{now} · Stopped watching: {_limit(watch)} reached"
    return " · ".join(filter(None, [now, _due(watch), on_it(watch)]))


def _due(watch: Watch) -> str:
    return due_by(watch.due_by, watch.seen.at) if watch.due_by and watch.seen else ""


def last_seen(watch: Watch) -> str:
    return progress(watch.seen.tally) if watch.seen else "Not checked yet"


def progress(tally: Counts) -> str:
    counts = [counted(tally)] if tally.total else []
    return " · ".join([escape(state(tally)), *counts])


def spoken(watch: Watch) -> str:
    """A row of a list for `text`, which screen readers and banners read."""
    return f"{title(watch)}: {status(watch)}."


def more_watches(left: int) -> str:
    return f"and {left:,} more. To stop watching one of them, type `{COMMAND} unwatch` and its order ID."


SETTINGS_WHAT = (
    f"Each setting is on or off. `{COMMAND} settings broadcast on` also posts updates to the channel. "
    f"`{COMMAND} settings unfurl on` adds a small card below links to orders. "
    f"`{COMMAND} settings brackets on` points out single brackets and unfinished uploads. "
    f"`{COMMAND} settings pictures on` shows pictures of the photos on cards. "
    f"`{COMMAND} settings expiry on` says which photos aren't downloaded yet. "
    "To turn one off, type `off`. "
    f"`{COMMAND} settings timezone` changes your own time zone."
)
WATCH_WHAT = (
    f"Which order? Type `{COMMAND} watch` and its ID or link. "
    "Add `failures` to be mentioned only when something fails, or `by 17:00` if you need it by then."
)
UNWATCH_WHAT = (
    f"Which order? Type `{COMMAND} unwatch` and its ID. `{COMMAND} list` shows what is being watched here."
)
ONE_AT_A_TIME = f"You can watch one order at a time. Type `{COMMAND} watch` and one ID or link."
ONE_TO_STOP = f"You can stop watching one order at a time. Type `{COMMAND} unwatch` and one ID or link."
