"""What a day is made of. Times are seconds since it began."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

MINUTE, HOUR = 60.0, 3600.0
STUCK = 20 * MINUTE  # without any progress, until a team should hear of it


class What(StrEnum):
    """What somebody does in Slack."""

    ASK = auto()  # /order and an id
    AGAIN = auto()  # Re-check on the answer that they have
    SHARE = auto()  # Share in channel, from that answer
    WATCH = auto()
    WATCH_FAILURES = auto()
    CARD = auto()  # Re-check on the card of a watch, which everybody sees
    LIST = auto()
    FIND = auto()  # by name
    HOME = auto()  # opening the bot's Home tab


class Side(StrEnum):
    """Who does not answer."""

    AUTOENHANCE = auto()
    SLACK = auto()
    DESK = auto()  # the bot itself: it is stopped, and started again


@dataclass(frozen=True)
class Order:
    """Uploaded `at`; a photo is done every `pace` seconds once the brackets are grouped.

    `failures` of the photos fail, all after the first `good`. After `stuck_after` photos nothing moves any
    more; `expires` is when Autoenhance gives such an order up.
    """

    id: str
    name: str
    at: float
    photos: int
    pace: float
    grouping: float = 30.0
    failures: int = 0
    good: int = 0
    stuck_after: int | None = None
    expires: float | None = None

    @property
    def stops(self) -> float:
        """When the last photo moved."""
        moving = self.photos if self.stuck_after is None else self.stuck_after
        return self.at + self.grouping + moving * self.pace

    @property
    def ends(self) -> float | None:
        """When Autoenhance has done all it will do; None if it never does."""
        return self.stops if self.stuck_after is None else self.expires

    @property
    def goes_wrong(self) -> bool:
        return self.failures > 0 or self.expires is not None


@dataclass(frozen=True)
class Act:
    """`order` is the id of the order that it is about; for LIST, FIND and HOME it is empty."""

    at: float
    what: What
    who: str
    channel: str
    order: str = ""


@dataclass(frozen=True)
class Trouble:
    """Of Autoenhance, `how` is a mood of the stand-in; of Slack, 429 or 503; of the app, nothing."""

    at: float
    lasts: float
    side: Side
    how: str = ""

    @property
    def ends(self) -> float:
        return self.at + self.lasts


@dataclass(frozen=True)
class Scenario:
    """`webhook`: Autoenhance calls the bot for every photo."""

    name: str
    says: str
    begins: datetime
    lasts: float
    people: tuple[str, ...]
    channels: tuple[str, ...]
    orders: tuple[Order, ...]
    acts: tuple[Act, ...]
    troubles: tuple[Trouble, ...] = ()
    webhook: bool = False

    def calm(self, begins: float, ends: float) -> float:
        """How many seconds of these nothing was in trouble."""
        calm, at = 0.0, begins
        for trouble in sorted(self.troubles, key=lambda each: each.at):
            calm += max(min(trouble.at, ends) - at, 0.0)
            at = max(at, min(trouble.ends, ends))
        return calm + max(ends - at, 0.0)
