"""The jobs: what a request from Slack asks for, small enough to record before its ack.

A job holds everything that its work needs, because another process may do the work. It is recorded as
JSON. A new field needs a default, so that a job from the version before can still be read.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter

from bot.accounts.models import DEFAULT_ACCOUNT
from bot.jobs.accounts import (
    ConnectAccount,
    DisconnectAccount,
    HandOverAccount,
    NoteOnHome,
    ReplaceAccountKey,
    ShareAccount,
    ShowAccount,
)
from bot.jobs.background import (
    CheckOrder,
    CheckPaused,
    LastCall,
    NotifyAccountOwner,
    NotifyOwner,
    NotifyPaused,
    Unfurl,
)
from bot.jobs.pictures import (
    CheckPictureChannel,
    ChoosePictures,
    DeletePicture,
    DrawPictures,
    ShowPair,
    ShowPictures,
)
from bot.jobs.requests import Message, Request, Wanted, order_lock
from bot.orders.base import frozen
from bot.orders.ids import OrderId
from bot.orders.models import CheckTime
from bot.orders.search import Cursor, ListCursor
from bot.watches.deadlines import Deadline
from bot.watches.models import Level


@frozen
class LookUp(Request):
    """Show these orders as they are now. A re-check is a look-up with a `before`."""

    kind: Literal["look_up"] = "look_up"
    wanted: tuple[Wanted, ...]
    skipped: int = 0  # ids beyond the five that one answer shows
    in_thread: str | None = None  # where Share posts it: the thread of the message that named the order
    shared_by: str | None = None  # who posted this card in the channel

    @property
    def lock(self) -> str:
        """The order's lock for a message with one order: its watch may edit the same card."""
        alone = isinstance(self.place, Message) and len(self.wanted) == 1
        return order_lock(self.team_id, self.wanted[0].order) if alone else super().lock


@frozen
class Share(Request):
    """Post this order's card in the channel, or to the asker in a direct message."""

    kind: Literal["share"] = "share"
    order: OrderId
    to: Literal["channel", "asker"] = "channel"
    in_thread: str | None = None


@frozen
class ShowPhotos(Request):
    """List the order's photos in the modal that is already open."""

    kind: Literal["show_photos"] = "show_photos"
    order: OrderId
    thread_ts: str | None = None  # of the clicked card, which may begin it. None where others don't see it


@frozen
class Find(Request):
    """List the newest orders, or those with these words in their name."""

    kind: Literal["find"] = "find"
    words: str | None = None
    typed: str = ""  # where a search was not asked for: what was typed, and has no order ID
    goes_on: ListCursor | None = None  # None: from the newest on
    after: Cursor | None = None  # the same of the version before, which knew the default account alone

    @property
    def start(self) -> ListCursor | None:
        """Where the list begins, whichever version recorded the job. None: at the newest."""
        if self.goes_on or self.after is None:
            return self.goes_on
        return ListCursor(accounts={DEFAULT_ACCOUNT: self.after}, before=self.after.hits)


@frozen
class Say(Request):
    """Send the asker a text that needs no work."""

    kind: Literal["say"] = "say"
    text: str
    has_markup: bool = False  # the text is ours, in Slack's mrkdwn


@frozen
class ThreadToUse:
    """The message in whose thread a new watch posts its notices."""

    channel_id: str
    thread_ts: str  # of the message's thread
    card_ts: str | None = None  # of the message, if it is Order Desk's card of this order


@frozen
class WatchRequest(Request):
    """About the watch of one order. These jobs and the order's checks run one after the other."""

    order: OrderId

    @property
    def lock(self) -> str:
        return order_lock(self.team_id, self.order)


@frozen
class StartWatch(WatchRequest):
    """Watch this order where the asker is, or change which notices the asker wants."""

    withdrawable: ClassVar[bool] = True
    kind: Literal["start_watch"] = "start_watch"
    level: Level | None = None  # None: as before, or all notices
    to: Literal["channel", "asker"] = "channel"
    adopt: ThreadToUse | None = None
    due: Deadline | None = None  # by when the order is wanted. None: as before, or at no time
    zone: str = ""  # the asker's time zone, if they have just chosen it
    due_by: CheckTime | None = None  # `due` as a time. Worked out when the work begins

    @property
    def watch_place(self) -> str:
        """The place of the watch: the asker's direct message, or where they ask."""
        return self.asker.user_id if self.to == "asker" else self.asker.place


@frozen
class StopWatch(WatchRequest):
    """Stop the notices to the asker, or with `everybody` the whole watch."""

    kind: Literal["stop_watch"] = "stop_watch"
    watched_in: str | None = None  # None: where the asker is
    everybody: bool = False


@frozen
class PostedNotice:
    """A notice as Slack sent it with a click, so that it can be edited without what it was drawn from."""

    channel_id: str
    ts: str
    text: str
    blocks: tuple[dict[str, Any], ...]


@frozen
class ClaimOrder(WatchRequest):
    """Say that the asker takes care of this order, or gives it back."""

    kind: Literal["claim_order"] = "claim_order"
    seen_claim: str = ""  # who was on it when the clicked button was drawn. The asker: they give it back
    notice: PostedNotice


@frozen
class ChooseOrder(Request):
    """Ask in the open modal which of these orders to watch, by their names."""

    kind: Literal["choose_order"] = "choose_order"
    orders: tuple[OrderId, ...]
    thread: str  # for the modal's `private_metadata`


@frozen
class ListWatches(Request):
    """List what is watched where the asker is."""

    kind: Literal["list_watches"] = "list_watches"


@frozen
class SendTestNotice(Request):
    """Post, edit and reply as a watch does, and say which step failed, if one did."""

    kind: Literal["try_notices"] = "try_notices"


@frozen
class Broadcast(Request):
    """Show notices in this channel too, not only in their thread."""

    kind: Literal["broadcast"] = "broadcast"
    on: bool | None = None  # None: only say how it is set


@frozen
class UnfurlLinks(Request):
    """Draw small cards below links to orders in this channel."""

    kind: Literal["unfurl_links"] = "unfurl_links"
    on: bool | None = None  # None: only say how it is set


class CardLine(StrEnum):
    """A line of cards, with its notices, that a channel can turn off. The value is a column of `channels`."""

    BRACKETS = "brackets"
    EXPIRY = "expiry"
    FORECAST = "forecast"


@frozen
class ShowLine(Request):
    """Have this line on the cards of this channel."""

    kind: Literal["show_line"] = "show_line"
    line: CardLine
    on: bool | None = None  # None: only say how it is set


@frozen
class SetTimeZone(Request):
    """Ask the asker for their time zone, keep the one that they chose, or forget it."""

    kind: Literal["set_time_zone"] = "set_time_zone"
    zone: str = ""  # empty: ask
    on: bool | None = None  # False: forget it


@frozen
class ShowHome(Request):
    """Draw the asker's Home tab."""

    withdrawable: ClassVar[bool] = True
    kind: Literal["show_home"] = "show_home"


Job = Annotated[
    LookUp
    | Share
    | ShowPhotos
    | Find
    | Say
    | StartWatch
    | StopWatch
    | ClaimOrder
    | ChooseOrder
    | ListWatches
    | SendTestNotice
    | Broadcast
    | UnfurlLinks
    | ShowLine
    | SetTimeZone
    | ShowHome
    | ConnectAccount
    | ReplaceAccountKey
    | ShowAccount
    | ShareAccount
    | HandOverAccount
    | DisconnectAccount
    | NoteOnHome
    | ShowPictures
    | ShowPair
    | ChoosePictures
    | DrawPictures
    | DeletePicture
    | CheckPictureChannel
    | CheckOrder
    | LastCall
    | NotifyOwner
    | NotifyPaused
    | NotifyAccountOwner
    | Unfurl
    | CheckPaused,
    Field(discriminator="kind"),
]
JOB: TypeAdapter[Job] = TypeAdapter(Job, config=ConfigDict(hide_input_in_errors=True))
CHECK_KIND: str = CheckOrder.kind
PLANNED_KINDS = tuple(job.kind for job in get_args(get_args(Job)[0]) if not job.redelivered)
"""The jobs that the bot itself plans again and again, with the same key each time."""
