"""What is remembered of an order that has finished. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.orders.forecast import Forecast

ONLY_ACCOUNT = "default"


class Outcome(StrEnum):
    """When an order ended: before, in or after the range that its card showed first."""

    EARLY = "early"
    INSIDE = "inside"
    LATE = "late"


@dataclass(frozen=True)
class OrderSeen:
    """A finished order at a look, or at the end of its watch.

    Only a watch knows when the first photo settled and when the order ended, and has shown a forecast.
    """

    seen: datetime
    photos: int
    failed: int
    downloaded: int
    created: datetime | None = None
    began: datetime | None = None
    done: datetime | None = None
    shown: Forecast | None = None  # the first one that the card showed
    account: str = ONLY_ACCOUNT

    @property
    def outcome(self) -> Outcome | None:
        if self.shown is None or self.done is None:
            return None
        if self.done < self.shown.early:
            return Outcome.EARLY
        return Outcome.INSIDE if self.done <= self.shown.late else Outcome.LATE
