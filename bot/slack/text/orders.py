"""Sentences about an order and its card. Foreign text must be escaped, or becomes a code span here."""

from collections.abc import Sequence
from datetime import datetime

from bot.orders.changes import Changes
from bot.orders.progress import Counts, State
from bot.slack.blocks import escape, when
from bot.slack.constants import MAX_ORDERS_PER_ANSWER

EXAMPLE_ID = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"

MARKS = {
    State.WAITING: ":hourglass_flowing_sand:",
    State.GROUPING: ":gear:",
    State.ENHANCING: ":gear:",
    State.READY: ":white_check_mark:",
    State.ATTENTION: ":warning:",
    State.FAILED: ":x:",
    State.DELETED: ":wastebasket:",
    State.OTHER: ":grey_question:",
}

STATES = {
    State.WAITING: "Waiting for photos",
    State.GROUPING: "Grouping brackets",
    State.ENHANCING: "Enhancing",
    State.READY: "Ready",
    State.ATTENTION: "Needs attention",
    State.FAILED: "Failed",
    State.DELETED: "Deleted",
}

# Autoenhance's own words for states, where a mark fits them.
RAW_MARKS = {
    "waiting": MARKS[State.WAITING],
    "processing": MARKS[State.ENHANCING],
    "processed": MARKS[State.READY],
    "error": MARKS[State.FAILED],
}

SETTINGS = {
    "ai_version": "AI version",
    "enhance_type": "enhance type",
    "sky": "sky replacement",
    "clouds": "clouds",
    "window_pull": "window pull",
}

# Autoenhance's values of settings in words.
VALUES = {
    "NONE": "off",
    "ONLY_WINDOWS": "windows only",
    "WINDOWS_WITH_SKIES": "windows with skies",
    "property_usa": "property USA",
    "CLEAR": "clear sky",
    "LOW_CLOUD": "low clouds",
    "LOW_CLOUD_LOW_SAT": "low clouds, pale",
    "HIGH_CLOUD": "high clouds",
}


def mark(tally: Counts) -> str:
    return RAW_MARKS.get(tally.word.lower(), MARKS[tally.state])


def state(tally: Counts) -> str:
    """The state's name. For a state that STATES does not have, Autoenhance's own word."""
    if tally.state is State.READY and tally.unstated:
        return "Finished processing"
    if tally.only_expired:
        return EXPIRED
    if _not_started(tally):
        return "Not started"
    raw = tally.word.capitalize() if tally.word.lower() in RAW_MARKS else f"“{tally.word}”"
    return STATES.get(tally.state) or (raw if tally.word else "Unknown state")


def _not_started(tally: Counts) -> bool:
    waits = tally.state is State.OTHER and tally.word.lower() == "waiting"
    return waits and not tally.settled and not tally.unstated


def state_in_words(tally: Counts) -> str:
    """The state's name within a sentence. Autoenhance's own word stays as it came."""
    name = state(tally)
    return name[:1].lower() + name[1:]


def photos(count: int) -> str:
    return f"{count:,} photo" if count == 1 else f"{count:,} photos"


def counted(tally: Counts) -> str:
    """Never counts photos as done or not where Autoenhance does not say which of them are."""
    return ", ".join(counts(tally))


def counts(tally: Counts) -> list[str]:
    """How many photos are done, failed and expired. Only what there is, but always how many there are."""
    if tally.unstated:
        so_far = tally.done and tally.state is State.ENHANCING
        first = photos(tally.total) + (f", {tally.done:,} done so far" if so_far else "")
    elif _not_started(tally):
        first = f"{photos(tally.total)} uploaded"
    else:
        first = f"{tally.done:,} of {tally.total:,} done"
    failed, expired = failures(tally.failed), f"{tally.expired:,} expired" if tally.expired else ""
    return [part for part in (first, failed, expired) if part]


def failures(count: int) -> str:
    return f"{count:,} failed" if count else ""


def to_go(tally: Counts) -> str:
    """Empty where nothing waits, or where that is said in other words."""
    said = _not_started(tally) or tally.state in {State.WAITING, State.READY}
    return f"{tally.waiting:,} to go" if tally.waiting and not said else ""


def situation(tally: Counts) -> str:
    """A sentence about the state, where its name and the counts do not say everything. Otherwise empty."""
    match tally.state:
        case State.DELETED:
            return "This order was deleted in Autoenhance."
        case State.GROUPING:
            return "Photos will appear in a few minutes."
        case State.WAITING if tally.total == 0:
            return "No photos yet. They may still be uploading."
        case State.WAITING:
            return (
                f"Autoenhance expects {photos(tally.total)} but lists none yet. They may still be uploading."
            )
        case State.FAILED:
            return (
                "None of the photos could be enhanced."
                if tally.total > 1
                else "The photo could not be enhanced."
            )
        case State.READY if tally.waiting:
            return _not_listed(tally.waiting)
        case State.OTHER if tally.unstated:
            return f"Autoenhance doesn't say how far {photos(tally.unstated)} got."
        case State.OTHER if _not_started(tally):
            return "Processing hasn't started."
        case State.OTHER:
            return "Nothing is being processed right now."
        case _:
            return ""


def _not_listed(count: int) -> str:
    return "The other photo isn't listed yet." if count == 1 else f"The other {count:,} aren't listed yet."


NO_REASON = "No reason given"
NO_STATUS = "No status"
EXPIRED = "Expired"
FAILED = "Failed"


UNDER_SHOW_PHOTOS = " in All photos"
ON_THE_CARD = " in All photos on the card"


def more_failures(left: int, where: str) -> str:
    return f"and {left:,} more{where}"


def more_photos(left: int) -> str:
    more = "1 more photo" if left == 1 else f"{left:,} more photos"
    return f"and {more}. Open the order in Autoenhance to see all of them."


def differs(setting: str, value: str, usual: str) -> str:
    """Both values are mrkdwn. On or off needs no comparison."""
    label = SETTINGS.get(setting, setting)
    return f"{label} {value}" + ("" if {value, usual} == {"on", "off"} else f" (others {usual})")


def odd_photos(differences: Sequence[str], named: str) -> str:
    said = ", ".join(differences)
    return f"{said[:1].upper()}{said[1:]}: {named}"


def more_odd(left: int) -> str:
    return f"and {left:,} more {'difference' if left == 1 else 'differences'} in settings"


def disagreement(announced: int, listed: int) -> str:
    return f"Autoenhance counts {photos(announced)} but lists {listed:,}."


def changed(changes: Changes, since: datetime, *, old: bool) -> str:
    """What changed since the last check, in a few words. `old`: that was not today."""
    at = when(since) if old else when(since, "{time}")
    parts = [
        _more(changes.photos, "{} added", "{} removed"),
        _more(changes.done, "{} more done", "{} fewer done"),
        _more(changes.failed, "{} new failure(s)", "{} fewer failure(s)"),
        _more(changes.expired, "{} more expired", "{} fewer expired"),
        f"previously {escape(state_in_words(changes.was))}" if changes.was else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f"Since {at}: {said}" if said else f"No change since {at}"


def _more(count: int, more: str, fewer: str) -> str:
    if not count:
        return ""
    form = (more if count > 0 else fewer).replace("(s)", "" if abs(count) == 1 else "s")
    return form.format(f"{abs(count):,}")


def checked(at: datetime, by: str | None, *, dated: bool = True) -> str:
    """`dated`: with the day, for a message that stays for days."""
    return f"Checked {when(at) if dated else when(at, '{time}')}" + (f" by <@{by}>" if by else "")


def created(at: datetime) -> str:
    return f"Created {when(at, '{date_short_pretty}')}"


def downloaded(count: int) -> str:
    return f"{count:,} downloaded"


def skipped(count: int) -> str:
    """`count` orders were left out."""
    shown = f"Showing the first {MAX_ORDERS_PER_ANSWER} of {MAX_ORDERS_PER_ANSWER + count:,} orders."
    return f"{shown} Send the other {'one' if count == 1 else f'{count:,}'} separately."


# Around the card

WATCH = "Watch"
STOP_WATCHING = "Stop watching"
RECHECK = "Re-check"
OPEN = "Open"
OPEN_IN_AUTOENHANCE = "Open in Autoenhance"
MENTION_ME_TOO = "Mention me too"
SHARE = "Share in channel"
ALL_PHOTOS = "All photos"
SHOW_PICTURES = "Show pictures"
SHOW_ID = "Show order ID"
SEND_ME_CARD = "Send me the card"

# The modals

LOOK_UP_AN_ORDER = "Look up an order"
LOOK_UP = "Look up"
CANCEL = "Cancel"
ORDERS = "Orders"
FIELD = "Order ID, link or name"
HINT = f"Up to {MAX_ORDERS_PER_ANSWER} at once. Only you see the answer."


def unnamed(short: str) -> str:
    """In place of a name that is not known."""
    return f"Order {short}"


def watches(name: str) -> str:
    """For screen readers, as are `opens` and `rechecks`."""
    return f"{WATCH} {name} here"


def rechecks(name: str, short: str) -> str:
    """With the short ID if the name is not known."""
    return f"{RECHECK} {name or f'order {short}'}"


def opens(name: str) -> str:
    return f"{OPEN} {name} in Autoenhance"


def looking_up(ids: Sequence[str]) -> str:
    return "Looking up the order…" if len(ids) == 1 else f"Looking up {len(ids)} orders…"


def late(asked: datetime) -> str:
    """For an answer that comes as a direct message, because its place is gone."""
    return f"You asked for this {when(asked)}. I couldn't answer there, so here it is."


def shared_by(user: str) -> str:
    return f"Shared by <@{user}>"


SENT_TO_YOU = "I sent you the card in a direct message."
FETCHING_PHOTOS = "Loading photos…"
