"""Snapshots of an order, and what changed between two of them."""

from dataclasses import dataclass

from bot.orders.base import frozen
from bot.orders.models import CheckTime
from bot.orders.progress import Counts, State


@frozen
class Snapshot:
    """An order's counts at one time."""

    tally: Counts
    at: CheckTime


@dataclass(frozen=True)
class Changes:
    """The differences of the counts, later minus earlier, so they may be negative.

    `was` is the earlier state, None if the state did not change. It is false if nothing changed.
    """

    done: int
    failed: int
    photos: int
    was: State | None

    def __bool__(self) -> bool:
        return bool(self.done or self.failed or self.photos or self.was)


def changes(before: Counts, now: Counts) -> Changes:
    was = before.state if before.state is not now.state else None
    return Changes(now.done - before.done, now.failed - before.failed, now.total - before.total, was)
