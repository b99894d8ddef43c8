"""When to look again: seconds at first and near the end, minutes where nothing moves."""

import zlib
from datetime import datetime, timedelta

from bot.orders.progress import Counts, State
from bot.watches.models import GONE, OVER, Watch, is_over

SOONEST, WORKING, LONGEST = 5.0, 60.0, 300.0  # seconds
WEBHOOK_PAUSE = 240.0  # where the webhook calls, asking is only the net below it
FIRST_PHOTO_PAUSE = 15.0  # until the first photo is done: the end is far, whatever comes
STILL_SHARE = 1 / 4  # what has not moved for a minute is looked at every quarter of one


def pause(watch: Watch, tally: Counts) -> float:
    """Seconds until the next look, for a watch whose `seen` is this tally."""
    if tally.state in OVER | GONE:
        return LONGEST if is_over(tally) or tally.state in GONE else WORKING
    hooked = watch.hooked and tally.state in {State.GROUPING, State.ENHANCING}
    return max(WEBHOOK_PAUSE if hooked else _expected(watch, tally), min(watch.still * STILL_SHARE, LONGEST))


def _expected(watch: Watch, tally: Counts) -> float:
    """Half of what the rest will take: so the end is seen within seconds, and the way there costs little."""
    if tally.state is not State.ENHANCING:
        return FIRST_PHOTO_PAUSE
    ended = tally.done + tally.failed
    if watch.first is None or watch.seen is None:
        return SOONEST
    since = (watch.seen.at - watch.first.at).total_seconds()
    moved = ended - watch.first.tally.done - watch.first.tally.failed
    if since <= 0 or moved <= 0:
        return FIRST_PHOTO_PAUSE
    left = (tally.total - ended) * since / moved
    return min(max(left / 2, SOONEST), WORKING)


def at(watch: Watch, now: datetime, seconds: float) -> datetime:
    """A tenth earlier or later, so that a thousand watches begun together do not look together."""
    luck = zlib.crc32(f"{watch.id}:{now.timestamp()}".encode()) / 2**32
    return now + timedelta(seconds=seconds * (0.9 + 0.2 * luck))
