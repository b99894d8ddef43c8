"""Sentences about watches: on cards, in lists, and for the person who starts or stops a watch."""

from collections.abc import Sequence

from bot.slack.blocks import code, when
from bot.slack.constants import COMMAND
from bot.slack.text.notices import asked_by, display_name, minutes, reason, title, watcher_name, where
from bot.slack.text.orders import counted
from bot.watches.models import Condition, Ending, Level, Watch, Watcher

# The card


def watched(watch: Watch) -> str:
    """The first five watchers, the number of others, and since when the order is watched."""
    said = [
        f"{watcher_name(each)}{' (failures only)' if each.level is Level.FAILURES else ''}"
        for each in watch.watchers
    ]
    shown = ", ".join(said[:5]) + (f" and {len(said) - 5} more" if len(said) > 5 else "")  # noqa: PLR2004
    return f":bell: Watched by {shown}, since {when(watch.watchers[0].since)}"


def stuck(watch: Watch) -> str:
    return f":hourglass: Nothing has moved for {minutes(watch.still)}, which is longer than usual."


def ended(watch: Watch) -> str:
    """When and why the watch ended, for its card."""
    at = f" {when(watch.ended_at)}" if watch.ended_at else ""
    why = {
        Ending.QUIET: "it is finished, and nothing moved since",
        Ending.DELETED: "the order is gone",
        Ending.EXPIRED: "it was watched for as long as I watch",
        Ending.STOPPED: f"{display_name(watch.reason)} stopped it",
        None: "it came to its end",
    }[watch.ending]
    return f":no_bell: The watch ended{at}: {why}."


# Answers


def starting(order: str) -> str:
    return f"Starting to watch {code(order)}…"


def which(ids: Sequence[str]) -> str:
    return f"That message names {len(ids)} orders. Which one do you want to watch in its thread?"


def started(watch: Watch, level: Level, link: str) -> str:
    told_of = "when a photo fails or it gets stuck"
    if level is Level.ALL:
        told_of = "at the first failure, if it gets stuck, and when it is done"
    return f"Watching {title(watch)}. I'll write in {_thread(link)} {told_of}."


def joined(watch: Watch, level: Level, link: str) -> str:
    only = ", of failures only" if level is Level.FAILURES else ""
    there = where(watch.place)
    return f"{title(watch)} is watched in {there} already; I'll tell you too{only}, in {_thread(link)}."


def already_watching(watch: Watch, watcher: Watcher, link: str) -> str:
    what = "of failures only" if watcher.level is Level.FAILURES else "when it matters"
    since = when(watcher.since)
    there = where(watch.place)
    said = f"You're watching {title(watch)} in {there} (since {since})"
    return f"{said}: I'll tell you {what}, in {_thread(link)}."


def _thread(link: str) -> str:
    return f"<{link}|its thread>" if link else "its thread"


NOTHING_TO_WAIT_FOR = "This order is over already, so I don't watch it."
UNCONFIRMED = (
    "I watch it, but Slack did not confirm that its card was posted. If you don't see the card, "
    "I'll post it again as soon as there is something to tell."
)


def too_many(most: int) -> str:
    return (
        f"{most} orders are watched here already, and that is as many as I follow in one place. "
        f"Stop one first: `{COMMAND} list` shows them."
    )


def stopped(watch: Watch, others: Sequence[Watcher]) -> str:
    if others:
        are = "is" if len(others) == 1 else "are"
        return f"I won't tell you about {title(watch)} any more. {_names(others)} {are} still watching it."
    return f"Stopped watching {title(watch)}. Nothing more is posted about it."


def not_yours(watch: Watch) -> str:
    return f"{_names(watch.watchers)} watch{_s(watch.watchers)} {title(watch)}; you don't."


def not_watched(order: str) -> str:
    return f"{code(order)} isn't watched here. `{COMMAND} list` shows what is."


def _names(watchers: Sequence[Watcher]) -> str:
    names = [watcher_name(each) for each in watchers[:3]]
    more = len(watchers) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _s(watchers: Sequence[Watcher]) -> str:
    return "es" if len(watchers) == 1 else ""


NOTHING_WATCHED = f"This channel watches no orders. Start with `{COMMAND} watch` and an order's id or link."


NOTHING_YOURS = (
    "Nothing that you watch is being worked on just now. "
    f"In a channel, type `{COMMAND} watch` and an order's id."
)


def listed(count: int) -> str:
    return "1 order is watched here." if count == 1 else f"{count:,} orders are watched here, newest first."


def status(watch: Watch) -> str:
    """One line for a list: the counts, when they were seen, and who watches."""
    if watch.condition is Condition.PARKED:
        return f"Resting: {reason(watch.reason)}"
    if not watch.is_live:
        return ended(watch)
    seen = watch.seen
    how = [f"{counted(seen.tally)}, seen {when(seen.at)}"] if seen and seen.tally.total else []
    return " · ".join([*how, asked_by(watch.watchers)])


def more_watches(left: int) -> str:
    return f"and {left:,} more. `{COMMAND} unwatch` and an order's id stops any of them."


SETTINGS_WHAT = (
    f"There are two settings: `{COMMAND} settings broadcast on` shows notices in the channel too, "
    f"`{COMMAND} settings unfurl on` draws a small card below links to orders. `off` ends either."
)
WATCH_WHAT = (
    f"Which order? Type `{COMMAND} watch` and its id or link; add `failures` to hear of failures only."
)
UNWATCH_WHAT = (
    f"Which order? Type `{COMMAND} unwatch` and its id; `{COMMAND} list` shows what is watched here."
)
ONE_AT_A_TIME = f"One order at a time, please: `{COMMAND} watch` and one id or link."
