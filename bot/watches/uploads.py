"""An order whose uploads are all there, and of which nothing is processed. Pure.

More uploads may come for as long as a person makes them: that all of those known so far have finished is no
proof that all are there. So they must have been seen twice, as many as before.
"""

from dataclasses import replace
from datetime import timedelta

from bot.orders.brackets import BracketFacts
from bot.orders.progress import Counts, State
from bot.watches.models import Watch


def is_idle(tally: Counts) -> bool:
    """Whether nothing is done and nothing is in work, as far as Autoenhance says."""
    waits = tally.state is State.OTHER and tally.word.lower() == "waiting" and not tally.unstated
    return (tally.state is State.WAITING or waits) and not tally.settled


def with_brackets(watch: Watch, seen: BracketFacts | None) -> Watch:
    """The watch after an answer about the order's brackets. Without one, it keeps what it knew."""
    if seen is None:
        return watch
    same = watch.brackets is not None and watch.brackets.total == seen.total and watch.uploaded is not None
    uploaded = (watch.uploaded if same else watch.still) if seen.all_uploaded else None
    return replace(watch, brackets=seen, uploaded=uploaded)


def waits(watch: Watch, limit: timedelta) -> bool:
    """Whether nothing is processed for `limit`, and all is uploaded for half of that at least."""
    if watch.seen is None or watch.uploaded is None or not is_idle(watch.seen.tally):
        return False
    seconds = limit.total_seconds()
    return watch.still >= seconds and watch.still - watch.uploaded >= seconds / 2


def asks(still_before: float, watch: Watch, limit: timedelta) -> bool:
    """Whether to ask about the uploads of an idle order: after half of `limit`, after `limit`, twice `limit`
    and so on, and as soon as they may have waited long enough.
    """
    half = limit.total_seconds() / 2
    doublings, before = (int(still // half).bit_length() for still in (watch.still, still_before))
    return doublings > before or waits(watch, limit)
