"""The jobs: what a request from Slack asks for, small enough to write down before it is acknowledged.

A job holds all that its work needs, as the process may be another one by then. It is recorded as
JSON; a new field needs a default, so that a job written by the version before still reads.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from bot.orders.ids import OrderId
from bot.orders.progress import Tally


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Asker(Frozen):
    """Who asked, and where. Authorised again from these when the work begins."""

    team_id: str
    user_id: str
    user_team_id: str  # differs from team_id for somebody from another company
    channel_id: str | None = None  # None: asked outside of any conversation
    at: datetime


class Ephemeral(Frozen):
    """Seen by the asker only, sent through a `response_url`: good for 5 uses in 30 minutes."""

    kind: Literal["ephemeral"] = "ephemeral"
    response_url: str
    replace: bool = False  # the message this URL belongs to gives way to the answer
    message_ts: str | None = None  # of the card that is replaced, if it was one
    thread_ts: str | None = None


class Message(Frozen):
    """A card that everybody in the channel sees; edited with chat.update."""

    kind: Literal["message"] = "message"
    channel_id: str
    ts: str
    thread_ts: str | None = None
    response_url: str  # the way when chat.update is refused


class View(Frozen):
    """An open modal."""

    kind: Literal["view"] = "view"
    view_id: str
    callback_id: str = "orders"


Place = Annotated[Ephemeral | Message | View, Field(discriminator="kind")]


class Glimpse(Frozen):
    """What a card showed of one order, and when."""

    tally: Tally
    at: AwareDatetime


class Wanted(Frozen):
    """One order to look up, and what the card showed of it before, if there was a card."""

    order: OrderId
    before: Glimpse | None = None


class Request(Frozen):
    key: str  # the same for every delivery of one request
    asker: Asker
    place: Place

    @property
    def lane(self) -> str:
        """Jobs of one lane run one after the other: edits of one message keep their order."""
        match self.place:
            case Message(channel_id=channel, ts=ts):
                return f"message:{channel}:{ts}"
            case Ephemeral(message_ts=str(ts)):
                return f"message:{self.asker.channel_id}:{ts}:{self.asker.user_id}"
            case View(view_id=view):
                return f"view:{view}"
            case _:
                return self.key


class LookUp(Request):
    """Show these orders as they are now. A re-check is a look-up with a `before`."""

    kind: Literal["look_up"] = "look_up"
    wanted: tuple[Wanted, ...]
    skipped: int = 0  # ids beyond the five that one answer shows
    in_thread: str | None = None  # where Share puts it: the thread of the message it was asked about
    shared_by: str | None = None  # who put this card into the channel


class Share(Request):
    """Post this order's card where everybody sees it, or to the asker alone in a direct message."""

    kind: Literal["share"] = "share"
    order: OrderId
    to: Literal["channel", "asker"] = "channel"
    in_thread: str | None = None


class ShowPhotos(Request):
    """List the order's photos in the modal that was opened for it."""

    kind: Literal["show_photos"] = "show_photos"
    order: OrderId


class Find(Request):
    """The newest orders, or those whose name holds these words."""

    kind: Literal["find"] = "find"
    words: str | None = None


class Say(Request):
    """Text that was ready when the request came; only the way to the asker is left."""

    kind: Literal["say"] = "say"
    text: str


Job = Annotated[LookUp | Share | ShowPhotos | Find | Say, Field(discriminator="kind")]
JOB: TypeAdapter[LookUp | Share | ShowPhotos | Find | Say] = TypeAdapter(Job)
