"""Snapshots of an order, and what changed between two of them."""

from dataclasses import dataclass

from bot.orders.base import frozen
from bot.orders.models import CheckTime
from bot.orders.progress import Counts


@frozen
class Snapshot:
    """An order's counts at one time."""

    tally: Counts
    at: CheckTime


@dataclass(frozen=True)
class Changes:
    """The differences of the counts, later minus earlier, so they may be negative.

    `was` has the earlier counts if the state changed, otherwise it is None. A Changes is false if nothing
    changed.
    """

    done: int
    failed: int
    expired: int
    photos: int
    was: Counts | None

    def __bool__(self) -> bool:
        return bool(self.done or self.failed or self.expired or self.photos or self.was)


def changes(before: Counts, now: Counts) -> Changes:
    """Photos that had failed and now count as expired are no news.

    Counts that an earlier version stored have all expired photos under `failed`.
    """
    moved = max(0, min(before.failed - now.failed, now.expired - before.expired))
    return Changes(
        done=now.done - before.done,
        failed=now.failed + moved - before.failed,
        expired=now.expired - moved - before.expired,
        photos=now.total - before.total,
        was=before if (before.state, before.word) != (now.state, now.word) else None,
    )
