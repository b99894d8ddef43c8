"""A watch: one order, one place, and everybody there who wants to be told."""

from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from bot.orders.base import frozen
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State

OVER = frozenset({State.READY, State.ATTENTION, State.FAILED})  # Autoenhance has done all it will do
GONE = frozenset({State.DELETED})


class Level(StrEnum):
    """What a watcher wants to hear of: everything, or only what went wrong."""

    ALL = "all"
    FAILURES = "failures"


class NoticeKind(StrEnum):
    """What a thread is told. Each once: there is one notice per order, however many photos it has."""

    FAILURE = "failure"  # the first photo that failed, while others are still being enhanced
    STUCK = "stuck"
    FINISHED = "finished"
    FAILED = "failed"  # over, and some or all photos failed
    DELETED = "deleted"
    EXPIRED = "expired"  # the watch came to its end, and the order did not


class Delay(StrEnum):
    """Why something is told late."""

    AUTOENHANCE = "autoenhance"  # it did not answer
    SLACK = "slack"  # it did not take the message
    DESK = "desk"  # we were not running
    PLACE = "place"  # its place could not be posted to


class Condition(StrEnum):
    OPEN = "open"
    PARKED = "parked"  # its place cannot be posted to
    ENDING = "ending"  # a person stopped it; its card does not say so yet
    ENDED = "ended"


class Ending(StrEnum):
    QUIET = "quiet"  # the order is over, and nothing moved since
    DELETED = "deleted"
    EXPIRED = "expired"
    STOPPED = "stopped"  # by a person; `Watch.reason` says who


@frozen
class Watcher:
    """`name` is how Slack writes them: shown where a mention would ping."""

    user_id: str
    name: str = ""
    level: Level = Level.ALL
    since: AwareDatetime


@frozen
class CardLocation:
    """Where the order lives in Slack: the card that is edited in place, and the thread of its notices."""

    channel_id: str  # of a direct message it begins with D
    card_ts: str | None  # None when it was deleted, and its thread is still there
    thread_ts: str


@frozen
class Sending:
    """A notice that Slack was asked to post, and how often, without our having its answer on the disk."""

    kind: NoticeKind
    tries: int


@frozen
class Watch:
    """`place` is a channel, or a person for the direct message with them; one order is watched there once.

    Times that are counted (`still`, `lived`) are in seconds and grow only by what lies between two
    looks as they were planned: a clock that jumps, an outage or a night switched off add nothing.
    """

    id: int = 0  # the store's; 0 before it has one
    team_id: str
    place: str
    order: OrderId
    watchers: tuple[Watcher, ...]
    home: CardLocation | None = None  # None until the card stands, and when it was deleted
    name: str = ""  # the order's, as last seen
    condition: Condition = Condition.OPEN
    reason: str = ""  # why it is parked, or who stopped it
    ending: Ending | None = None
    ended_at: AwareDatetime | None = None

    seen: Snapshot | None = None  # the last look
    first: Snapshot | None = None  # the first one of this round of work: how fast it goes
    shown: Snapshot | None = None  # what the card shows
    shown_stuck: bool = False
    shown_as: str = ""  # the `face` that the card has
    still: float = 0.0  # nothing has moved
    lived: float = 0.0
    missing: float = 0.0  # there is no such order, by looks in a row
    missed_at: AwareDatetime | None = None  # by the last of these looks; None when it found the order
    moved_after: AwareDatetime | None = None  # the last look that saw something else than the last one did
    delay: Delay | None = None  # why the last look or its telling was put off
    late_since: AwareDatetime | None = None
    told_failure: bool = False
    told_stuck: bool = False
    told_over: Counts | None = None  # how it was when its end was told
    sending: Sending | None = None
    card_tries: int = 0  # times that a card was posted in place of a deleted one, without Slack's answer
    promised: bool = False  # the asker was told that it is watched

    next_look: AwareDatetime
    pause: float = 0.0  # seconds that were planned until then
    hooked: bool = False  # the webhook calls about it, or is expected to: it need not be asked often
    wakes: int = 0  # the webhook's calls that the store had counted when this was read

    @property
    def is_live(self) -> bool:
        """Whether there are watchers to tell, now or when its place can be posted to again."""
        return self.condition in {Condition.OPEN, Condition.PARKED}

    @property
    def is_direct(self) -> bool:
        """Whether its place is a direct message."""
        return is_direct(self.place)

    @property
    def face(self) -> str:
        """What a card shows of it beside the order's progress."""
        return " ".join([self.name, *(f"{each.user_id}:{each.level}" for each in self.watchers)])

    @property
    def is_over(self) -> bool:
        return self.seen is not None and is_over(self.seen.tally)

    @property
    def share(self) -> int:
        """How many photos of the webhook are worth a look: the first, and then a third of the order's."""
        if self.seen is None or self.seen.tally.state is not State.ENHANCING:
            return 1
        return max(1, -(-self.seen.tally.total // 3))

    def watcher(self, user_id: str) -> Watcher | None:
        return next((each for each in self.watchers if each.user_id == user_id), None)


def is_direct(place: str) -> bool:
    """Slack's ids of people begin with U or W."""
    return place.startswith(("U", "W"))


def is_over(tally: Counts) -> bool:
    """Whether Autoenhance has done all it will do; not while it counts more photos than it lists."""
    return tally.state in OVER and tally.done + tally.failed >= tally.total


class Notice(NamedTuple):
    """Something to be told. `happened` is None where nobody can know when it did."""

    kind: NoticeKind
    happened: AwareDatetime | None
    delay: Delay | None = None

    def concerns(self, watcher: Watcher) -> bool:
        return self.kind is not NoticeKind.FINISHED or watcher.level is Level.ALL
