"""The jobs: what a request from Slack asks for, small enough to write down before it is acknowledged.

A job holds all that its work needs, as the process may be another one by then. It is recorded as
JSON; a new field needs a default, so that a job written by the version before still reads.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bot.jobs.background import LookAtWatched, TellOwner, TellParked, Unfurl, WakeParked
from bot.jobs.requests import Message, Request, Wanted, order_lock
from bot.orders.base import frozen
from bot.orders.ids import OrderId
from bot.watches.models import Level


@frozen
class LookUp(Request):
    """Show these orders as they are now. A re-check is a look-up with a `before`."""

    kind: Literal["look_up"] = "look_up"
    wanted: tuple[Wanted, ...]
    skipped: int = 0  # ids beyond the five that one answer shows
    in_thread: str | None = None  # where Share puts it: the thread of the message it was asked about
    shared_by: str | None = None  # who put this card into the channel

    @property
    def lock(self) -> str:
        """A card of one order may be its watch's: then the watch edits it too."""
        alone = isinstance(self.place, Message) and len(self.wanted) == 1
        return order_lock(self.team_id, self.wanted[0].order) if alone else super().lock


@frozen
class Share(Request):
    """Post this order's card where everybody sees it, or to the asker alone in a direct message."""

    kind: Literal["share"] = "share"
    order: OrderId
    to: Literal["channel", "asker"] = "channel"
    in_thread: str | None = None


@frozen
class ShowPhotos(Request):
    """List the order's photos in the modal that was opened for it."""

    kind: Literal["show_photos"] = "show_photos"
    order: OrderId


@frozen
class Find(Request):
    """The newest orders, or those whose name holds these words."""

    kind: Literal["find"] = "find"
    words: str | None = None


@frozen
class Say(Request):
    """Text that was ready when the request came; only the way to the asker is left."""

    kind: Literal["say"] = "say"
    text: str


@frozen
class Adopted:
    """A message that becomes an order's home."""

    channel_id: str
    thread_ts: str  # its thread's
    card_ts: str | None = None  # itself, if it is our card of this order


@frozen
class OfWatch(Request):
    """About the watch of one order; all of these, and its looks, run one after the other."""

    order: OrderId

    @property
    def lock(self) -> str:
        return order_lock(self.team_id, self.order)


@frozen
class StartWatch(OfWatch):
    """Watch this order where the asker is, or change what they want to hear of it."""

    kind: Literal["start_watch"] = "start_watch"
    level: Level | None = None  # None: as before, or everything
    to: Literal["channel", "asker"] = "channel"
    adopt: Adopted | None = None


@frozen
class StopWatch(OfWatch):
    """Stop telling the asker, or everybody there."""

    kind: Literal["stop_watch"] = "stop_watch"
    watched_in: str | None = None  # None: where the asker is
    everybody: bool = False


@frozen
class ListWatches(Request):
    """What is watched where the asker is."""

    kind: Literal["list_watches"] = "list_watches"


@frozen
class TryNotices(Request):
    """Post as a watch does, and say what went well."""

    kind: Literal["try_notices"] = "try_notices"


@frozen
class Broadcast(Request):
    """Show notices in this channel beside their thread; None only asks whether they are."""

    kind: Literal["broadcast"] = "broadcast"
    on: bool | None = None


@frozen
class UnfurlLinks(Request):
    """Draw small cards below links to orders in this channel; None only asks whether they are."""

    kind: Literal["unfurl_links"] = "unfurl_links"
    on: bool | None = None


@frozen
class ShowHome(Request):
    """Draw the asker's Home tab."""

    kind: Literal["show_home"] = "show_home"


Job = Annotated[
    LookUp
    | Share
    | ShowPhotos
    | Find
    | Say
    | StartWatch
    | StopWatch
    | ListWatches
    | TryNotices
    | Broadcast
    | UnfurlLinks
    | ShowHome
    | LookAtWatched
    | TellOwner
    | TellParked
    | Unfurl
    | WakeParked,
    Field(discriminator="kind"),
]
JOB: TypeAdapter[Job] = TypeAdapter(Job)
CHECK_KIND: str = LookAtWatched.kind
