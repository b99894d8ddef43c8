"""A watch: one order, one place, and the people there who want notices."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from bot.orders.base import frozen
from bot.orders.brackets import BracketFacts
from bot.orders.changes import Snapshot
from bot.orders.forecast import Forecast, Points
from bot.orders.ids import OrderId
from bot.orders.models import CheckTime
from bot.orders.progress import Counts, State

FINISHED_STATES = frozenset(
    {State.READY, State.ATTENTION, State.FAILED}
)  # Autoenhance has done all it will do
DELETED_STATES = frozenset({State.DELETED})
NOT_GROUPED_STATES = frozenset({State.WAITING, State.GROUPING})  # its brackets are not in photos yet


class Level(StrEnum):
    """Which notices a watcher wants: all of them, or only those about failures."""

    ALL = "all"
    FAILURES = "failures"


class NoticeKind(StrEnum):
    """What a notice is about. A kind is posted once for an order, however many photos the order has."""

    FAILURE = "failure"  # new failed photos, while others are still being enhanced
    STUCK = "stuck"
    NOT_STARTED = "not_started"  # everything is uploaded, and nothing is processed
    FINISHED = "finished"
    FAILED = "failed"  # the order is finished, and some or all photos failed
    DELETED = "deleted"
    EXPIRED = "expired"  # the watch lasted its whole time, and the order is not finished
    WILL_BE_LATE = "will_be_late"  # it will not be done by `due_by`, or it was not
    BACK_ON_TIME = "back_on_time"


END_KINDS = frozenset({NoticeKind.FINISHED, NoticeKind.FAILED})  # of an order that Autoenhance has finished


class Delay(StrEnum):
    """Why a notice is late."""

    AUTOENHANCE = "autoenhance"  # it did not answer
    SLACK = "slack"  # it did not take the message
    NOT_RUNNING = "desk"  # Order Desk was not running
    PLACE = "place"  # its place could not be posted to


class Condition(StrEnum):
    OPEN = "open"
    PAUSED = "parked"  # the bot cannot post in its place
    ENDING = "ending"  # a person stopped it; its card does not say so yet
    ENDED = "ended"


class Ending(StrEnum):
    QUIET = "quiet"  # the order is finished, and nothing has changed since
    DELETED = "deleted"
    EXPIRED = "expired"
    STOPPED = "stopped"  # by a person; `Watch.reason` says who


@frozen
class Watcher:
    """A person who wants notices. `name` is shown where a mention would notify them."""

    user_id: str
    name: str = ""  # as Slack writes it
    level: Level = Level.ALL
    since: AwareDatetime


@frozen
class CardLocation:
    """Where the watch's card is in Slack, and the thread in which its notices are posted."""

    channel_id: str  # begins with D for a direct message
    card_ts: str | None  # None when the card was deleted and its thread is still there
    thread_ts: str


@frozen
class Claim:
    """Who takes care of what a notice said. `name` is shown where a mention would notify them."""

    user_id: str
    name: str = ""  # as Slack writes it
    at: AwareDatetime


@frozen
class ClaimNotice:
    """A posted notice with the button "I'm on it", and what it says when the order is finished.

    `said` and `facts` are mrkdwn, without the names of photos.
    """

    kind: NoticeKind
    channel_id: str
    ts: str
    said: str
    facts: str
    taken: Claim | None = None  # what it says of who is on it


@frozen
class Sending:
    """A notice that is being posted. Slack's answer to it is not recorded yet."""

    kind: NoticeKind
    tries: int  # how often Slack was asked to post it


@frozen
class Watch:
    """One order in one place.

    `place` is the id of a channel, or of a person for the direct message with them. A place has at most
    one watch of an order.

    `still`, `lived` and `missing` are in seconds. A check adds the time since the check before, but at
    most the planned time and a minute. So a clock that jumps or a night switched off adds no more.
    """

    id: int = 0  # from the store; 0 before it is stored
    team_id: str
    place: str
    order: OrderId
    watchers: tuple[Watcher, ...]
    home: CardLocation | None = None  # None until the card is posted, and after card and thread were deleted
    name: str = ""  # the order's name at the last check
    condition: Condition = Condition.OPEN
    reason: str = ""  # why it is paused, or who stopped it
    ending: Ending | None = None
    ended_at: AwareDatetime | None = None

    seen: Snapshot | None = None  # from the last check
    first: Snapshot | None = None  # from the first check since work on the order began: for its speed
    shown: Snapshot | None = None  # what the card shows
    shown_stuck: bool = False
    shown_as: str = ""  # the `face` that the card shows
    still: float = 0.0  # how long nothing has changed
    lived: float = 0.0  # how long it has been watched
    missing: float = 0.0  # how long all checks have answered "no such order"
    missed_at: AwareDatetime | None = None  # the last of these checks; None when the last one found the order
    moved_after: AwareDatetime | None = None  # the last check before the last change
    moved_at: AwareDatetime | None = None  # the check that saw that change; None in rows of older versions
    delay: Delay | None = None  # why the last check, or posting its result, was put off
    late_since: AwareDatetime | None = None
    told_failure: bool = False  # this notice is posted, as is `told_stuck`
    known_failed: int = 0  # failed photos that the watchers read of when they began; only more are news
    claimed_by: Claim | None = None  # until the order is finished
    claim_notices: tuple[ClaimNotice, ...] = ()  # until then; they lose their button
    told_stuck: bool = False
    told_not_started: bool = False
    brackets: BracketFacts | None = None  # when Autoenhance was last asked for them
    uploaded: float | None = None  # `still` when these brackets were first seen, all of them uploaded
    forecast: Forecast | None = None  # at the last check
    due_by: CheckTime | None = None  # when a person wants the order. None after its first end
    told_late: bool = False  # the last notice about `due_by` said late
    told_on_time: bool = False  # the one that it is back on time is posted
    pace: Points = ()  # how the order's photos settled, as long as it is being enhanced
    first_forecast: Forecast | None = None  # the first one that the card showed
    began: AwareDatetime | None = None  # the check that saw the first photo settled; None if none saw that
    told_over: Counts | None = None  # the counts in the notice about the order's end
    sending: Sending | None = None
    card_tries: int = 0  # how often a deleted card was posted again without an answer from Slack
    promised: bool = False  # the start of the watch is settled: before that, no check posts anything

    next_look: AwareDatetime  # when to check next
    pause: float = 0.0  # seconds that were planned until then
    hooked: bool = False  # the webhook calls about it, or is expected to: so it is checked less often
    wakes: int = 0  # the store's count of wakes when this was read
    claimed: bool = False  # the sweep found it due, and it has not been saved since

    @property
    def is_live(self) -> bool:
        """Whether notices are posted, now or when its place can be posted to again."""
        return self.condition in {Condition.OPEN, Condition.PAUSED}

    @property
    def is_direct(self) -> bool:
        return is_direct(self.place)

    @property
    def face(self) -> str:
        """What the card shows of the watch, apart from the order's progress."""
        people = [f"{each.user_id}:{each.level}" for each in self.watchers]
        claimed = [f"claimed:{self.claimed_by.user_id}"] if self.claimed_by else []
        due = [f"due:{self.due_by.isoformat()}"] if self.due_by else []
        return " ".join([self.name, *people, *claimed, *due])

    @property
    def still_since(self) -> AwareDatetime | None:
        """The check from which on nothing has changed."""
        if self.moved_at or not self.seen:
            return self.moved_at
        return self.seen.at - timedelta(seconds=self.still)

    @property
    def is_finished(self) -> bool:
        return self.seen is not None and is_finished(self.seen.tally)

    @property
    def share(self) -> int:
        """How many photos the webhook has to report before a check: the first one, then a third of all."""
        if self.seen is None or self.seen.tally.state is not State.ENHANCING:
            return 1
        return max(1, -(-self.seen.tally.total // 3))

    def watcher(self, user_id: str) -> Watcher | None:
        return next((each for each in self.watchers if each.user_id == user_id), None)


def is_direct(place: str) -> bool:
    """Whether the place is a direct message. Slack's ids of people begin with U or W."""
    return place.startswith(("U", "W"))


def is_finished(tally: Counts) -> bool:
    """Whether Autoenhance has finished the order. False while it counts more photos than it lists."""
    return tally.state in FINISHED_STATES and tally.settled + tally.unstated >= tally.total


class Notice(NamedTuple):
    """A notice to post. `happened` is None where the time is not known."""

    kind: NoticeKind
    happened: AwareDatetime | None
    delay: Delay | None = None
    due: AwareDatetime | None = None  # when the order is wanted
    ahead: timedelta | None = None  # how long before that it happened, or was noticed. Negative after it

    def concerns(self, watcher: Watcher) -> bool:
        """Whether this watcher wants it: "finished" is only for those who want all notices.

        "Back on time" is for all, as all have read that the order will be late.
        """
        return self.kind is not NoticeKind.FINISHED or watcher.level is Level.ALL
