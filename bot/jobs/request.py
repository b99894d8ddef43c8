"""What every request holds: who asks, where the answer goes, and what it is about."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.orders.changes import Glimpse
from bot.orders.ids import OrderId


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
