"""When to check again: after seconds at first and near the end, after minutes where nothing changes."""

import zlib
from datetime import datetime, timedelta

from bot.orders.progress import Counts, State
from bot.watches.models import DELETED_STATES, FINISHED_STATES, Watch, is_finished

MIN_PAUSE_SECONDS = 5.0
WORKING = 60.0  # seconds at most, while Autoenhance works on the order
MAX_PAUSE_SECONDS = 300.0
WEBHOOK_PAUSE = 240.0  # seconds, where the webhook calls: a check only finds what a lost call missed
FIRST_PHOTO_PAUSE_SECONDS = 15.0  # until the first photo is done: the order's end is still far away
STILL_SHARE = 1 / 4  # an order that has not changed for a minute is checked every quarter of a minute


def pause(watch: Watch, tally: Counts) -> float:
    """Seconds until the next check, for a watch whose `seen` has these counts."""
    if tally.state in FINISHED_STATES | DELETED_STATES:
        return MAX_PAUSE_SECONDS if is_finished(tally) or tally.state in DELETED_STATES else WORKING
    hooked = watch.hooked and tally.state in {State.GROUPING, State.ENHANCING}
    return max(
        WEBHOOK_PAUSE if hooked else _estimated(watch, tally),
        min(watch.still * STILL_SHARE, MAX_PAUSE_SECONDS),
    )


def _estimated(watch: Watch, tally: Counts) -> float:
    """Half of the time that the rest of the order will take, in seconds.

    So the end is seen within seconds, and few requests are made before it.
    """
    if tally.state is not State.ENHANCING:
        return FIRST_PHOTO_PAUSE_SECONDS
    ended = tally.settled
    if watch.first is None or watch.seen is None:
        return MIN_PAUSE_SECONDS
    since = (watch.seen.at - watch.first.at).total_seconds()
    moved = ended - watch.first.tally.settled
    if since <= 0 or moved <= 0:
        return FIRST_PHOTO_PAUSE_SECONDS
    left = (tally.total - ended) * since / moved
    return min(max(left / 2, MIN_PAUSE_SECONDS), WORKING)


def at(watch: Watch, now: datetime, seconds: float) -> datetime:
    """So many seconds from now, up to a tenth less or more.

    A thousand watches that began together are not checked together. The same watch and the same `now`
    give the same time.
    """
    spread = zlib.crc32(f"{watch.id}:{now.timestamp()}".encode()) / 2**32
    return now + timedelta(seconds=seconds * (0.9 + 0.2 * spread))
