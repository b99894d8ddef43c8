"""Sentences about an order and its card. Foreign text must be escaped, or becomes a code span here."""

from collections.abc import Sequence
from datetime import datetime

from bot.orders.changes import Changes
from bot.orders.progress import Counts, State
from bot.slack.blocks import code, when
from bot.slack.constants import APP, MAX_ORDERS_PER_ANSWER

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
    "enhance_type": "Enhance type",
    "sky": "Sky",
    "window_pull": "Window pull",
}


def mark(tally: Counts) -> str:
    return RAW_MARKS.get(tally.word.lower(), MARKS[tally.state])


def state(tally: Counts) -> str:
    """The state's name. For a state that STATES does not have, Autoenhance's own word."""
    if tally.state is State.READY and tally.unstated:
        return "Finished processing"
    raw = tally.word.capitalize() if tally.word.lower() in RAW_MARKS else f"“{tally.word}”"
    return STATES.get(tally.state) or (raw if tally.word else "Unknown state")


def photos(count: int) -> str:
    return f"{count:,} photo" if count == 1 else f"{count:,} photos"


def counted(tally: Counts) -> str:
    """Never counts photos as done or not where Autoenhance does not say which of them are."""
    failed = f", {tally.failed:,} failed" if tally.failed else ""
    return f"{photos(tally.total) if tally.unstated else done(tally)}{failed}"


def done(tally: Counts) -> str:
    return f"{tally.done:,} of {tally.total:,} done"


def situation(tally: Counts) -> str:
    """One sentence about the order's state. Its photos are counted where that helps."""
    left = tally.waiting
    if tally.unstated and tally.state in {State.ENHANCING, State.READY, State.OTHER}:
        return _situation_without_status(tally)
    match tally.state:
        case State.DELETED:
            return "This order was deleted in Autoenhance."
        case State.GROUPING:
            return "Autoenhance is grouping the brackets; the photos appear in a few minutes."
        case State.ENHANCING:
            return f"Still working; {photos(left)} to go." if left else "Still working."
        case State.WAITING:
            return _waiting(tally)
        case State.ATTENTION:
            return _attention(tally)
        case State.FAILED:
            return (
                "None of the photos could be enhanced."
                if tally.total > 1
                else "The photo could not be enhanced."
            )
        case State.READY if tally.done < tally.total:
            return f"All {photos(tally.done)} that Autoenhance lists are done, but it counts {tally.total:,}."
        case State.READY:
            return f"All {photos(tally.total)} are done." if tally.total > 1 else "The photo is done."
        case _:
            return f"{photos(tally.waiting)} not finished, and nothing is being worked on just now."


def _waiting(tally: Counts) -> str:
    if tally.total == 0:
        return "The order exists but has no photos yet. Uploads may still be running."
    return f"Autoenhance counts {photos(tally.total)} but lists none yet. Uploads may still be running."


def _attention(tally: Counts) -> str:
    others = "" if tally.unstated else "; the others are done"
    rest = f"; {photos(tally.waiting)} not finished" if tally.waiting else others
    return f"{photos(tally.failed)} {'needs' if tally.failed == 1 else 'need'} attention{rest}."


def _situation_without_status(tally: Counts) -> str:
    if tally.state is State.ENHANCING:
        so_far = f"; {tally.done:,} done so far" if tally.done else ""
        return f"{photos(tally.total)}, still processing{so_far}."
    if tally.state is State.READY:
        return f"{photos(tally.total - tally.waiting)}, finished processing."
    return f"Autoenhance doesn't say how far {photos(tally.unstated)} got."


NO_REASON = "No reason given"
EXPIRED = "Expired"


UNDER_SHOW_PHOTOS = ", under Show photos"
ON_THE_CARD = ", under Show photos on the card"


def more_failures(left: int, where: str) -> str:
    return f"and {left:,} more{where}"


def more_photos(left: int) -> str:
    return f"and {photos(left)} more; open the order in Autoenhance for all of them."


def differs(label: str, value: str, usual: str) -> str:
    return f"{label} {value} instead of {usual}"


def odd_photos(named: str, count: int, differences: Sequence[str]) -> str:
    was = "was" if count == 1 else "were"
    return f":warning: {named} {was} processed unlike the others: {', '.join(differences)}."


def disagreement(announced: int, listed: int) -> str:
    return f"Autoenhance counts {photos(announced)}, but lists {listed:,}."


def changed(changes: Changes, now: Counts, since: datetime) -> str:
    """What changed since the card's last check, in a few words."""
    at = when(since, "{time}")
    parts = [
        _more(changes.photos, "+{} added", "{} removed"),
        _more(changes.done, "+{} finished", "{} no longer finished"),
        _more(changes.failed, "{} new failure(s)", "{} fewer failure(s)"),
    ]
    said = ", ".join(part for part in parts if part)
    then = f", when it was {STATES.get(changes.was, 'in another state').lower()}" if changes.was else ""
    if said or then:
        return f"{said or 'changed'} since {at}{then}"
    counted_done = now.total and not now.unstated
    return f"no change since {at}" + (f", still {now.done:,} of {now.total:,}" if counted_done else "")


def _more(count: int, more: str, fewer: str) -> str:
    if not count:
        return ""
    form = (more if count > 0 else fewer).replace("(s)", "" if abs(count) == 1 else "s")
    return form.format(f"{abs(count):,}")


def checked(at: datetime, by: str | None) -> str:
    return f"Checked {when(at)}" + (f" by <@{by}>" if by else "")


def stale(since: datetime) -> str:
    return f"This card was from {when(since, '{date_short_pretty}')}. Here is the order as it is now."


def skipped(count: int) -> str:
    more = "1 more order was" if count == 1 else f"{count:,} more orders were"
    return f"{more} named. I show {MAX_ORDERS_PER_ANSWER} at a time; ask again with the rest."


# In the ack of a command, before the answer


def looking_up(ids: Sequence[str]) -> str:
    return f"Looking up {code(ids[0])}…" if len(ids) == 1 else f"Looking up {len(ids)} orders…"


def late(asked: datetime) -> str:
    """For an answer that comes as a direct message, because its place is gone."""
    return f"You asked for this {when(asked)}, and I could not answer there any more."


def shared_by(user: str) -> str:
    return f"Shared by <@{user}>"


SENT_TO_YOU = f"Sent to you as a direct message from {APP}."
FETCHING_PHOTOS = "Fetching the photos…"
