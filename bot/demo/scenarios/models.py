"""What a day is made of. Times are seconds since the day began."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

from bot.sandbox.autoenhance.progress import Rhythm, done_times

MINUTE, HOUR = 60.0, 3600.0
STUCK_SECONDS = 20 * MINUTE  # without progress, until the notice "has stalled" is due


class ActKind(StrEnum):
    """What a person does in Slack."""

    ASK = auto()  # /order and an ID
    AGAIN = auto()  # Re-check on the answer to ASK
    SHARE = auto()  # Share in channel, on that answer
    WATCH = auto()
    WATCH_FAILURES = auto()
    CARD = auto()  # Re-check on the card of a watch, in the channel
    LIST = auto()
    FIND = auto()  # by name
    HOME = auto()  # open the bot's Home tab


class Side(StrEnum):
    """The service that does not answer."""

    AUTOENHANCE = auto()
    SLACK = auto()
    BOT = auto()  # it is stopped, and started again


@dataclass(frozen=True)
class Order:
    """Uploaded `at`. A photo is done every `pace` seconds after the brackets are grouped, on average.

    `failures` of the photos fail, all after the first `good`. After `stuck_after` photos there is no more
    progress. `expires` is when the photos of such an order expire. At `downloaded_at`, `downloads` of the
    photos are downloaded, or all.
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
    rhythm: Rhythm = Rhythm.REGULAR
    downloaded_at: float | None = None
    downloads: int | None = None

    @property
    def times(self) -> tuple[float, ...]:
        """When each photo is done, if the order does not get stuck."""
        return tuple(self.at + self.grouping + each for each in self.after_grouping)

    @property
    def after_grouping(self) -> tuple[float, ...]:
        return done_times(self.rhythm, self.photos, self.pace, self.id)

    @property
    def stops(self) -> float:
        """When the last photo is done. For a stuck order, the last one before it got stuck."""
        moving = self.photos if self.stuck_after is None else self.stuck_after
        return self.at + self.grouping + self.after_grouping[moving - 1]

    @property
    def ends(self) -> float | None:
        """When the order is finished or expired. None if it stays stuck."""
        return self.stops if self.stuck_after is None else self.expires

    @property
    def goes_wrong(self) -> bool:
        return self.failures > 0 or self.expires is not None


@dataclass(frozen=True)
class Act:
    """`order` is the ID of the order. It is empty for LIST, FIND and HOME."""

    at: float
    kind: ActKind
    who: str
    channel: str
    order: str = ""


@dataclass(frozen=True)
class Trouble:
    """`how` is a failure of the stand-in for Autoenhance, 429 or 503 for Slack, and empty for the bot."""

    at: float
    lasts: float
    side: Side
    how: str = ""

    @property
    def ends(self) -> float:
        return self.at + self.lasts


@dataclass(frozen=True)
class Scenario:
    """`says` is shown to people. With `webhook`, Autoenhance calls the bot for every photo."""

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
        """How many of the seconds from `begins` to `ends` have no trouble."""
        calm, at = 0.0, begins
        for trouble in sorted(self.troubles, key=lambda each: each.at):
            calm += max(min(trouble.at, ends) - at, 0.0)
            at = max(at, min(trouble.ends, ends))
        return calm + max(ends - at, 0.0)
