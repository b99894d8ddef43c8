"""What every request holds: who asks, where the answer goes, and what it is about."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bot.orders.base import frozen
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId


@frozen
class Asker:
    """Who asked, and where. Authorised again from these when the work begins."""

    team_id: str
    user_id: str
    name: str = ""  # as Slack writes it: for where a mention would ping
    user_team_id: str  # differs from team_id for people from another company
    channel_id: str | None = None  # None: asked outside of any conversation
    at: datetime

    @property
    def place(self) -> str:
        """Where a watch that they ask for here lives: the channel, or their direct message with the bot.

        The bot can be in no other direct message, so one between two people counts as the asker's own.
        """
        channel = self.channel_id or ""
        return self.user_id if not channel or channel.startswith("D") else channel


@frozen
class Ephemeral:
    """Seen by the asker only, sent through a `response_url`: good for 5 uses in 30 minutes."""

    kind: Literal["ephemeral"] = "ephemeral"
    response_url: str
    replace: bool = False  # the message this URL belongs to gives way to the answer
    message_ts: str | None = None  # of the card that is replaced, if it was one
    thread_ts: str | None = None


@frozen
class Message:
    """A card that everybody in the channel sees; edited with chat.update."""

    kind: Literal["message"] = "message"
    channel_id: str
    ts: str
    thread_ts: str | None = None
    response_url: str  # the way when chat.update is refused


@frozen
class View:
    """An open modal."""

    kind: Literal["view"] = "view"
    view_id: str
    callback_id: str = "orders"


@frozen
class HomeTab:
    """The asker's Home tab, drawn again."""

    kind: Literal["home"] = "home"


Place = Annotated[Ephemeral | Message | View | HomeTab, Field(discriminator="kind")]


@frozen
class Wanted:
    """One order to look up, and what the card showed of it before, if there was a card."""

    order: OrderId
    before: Snapshot | None = None


def order_lock(team_id: str, order: OrderId) -> str:
    """Whatever edits a card that shows one order: so no older look is drawn over a newer one."""
    return f"order:{team_id}:{order}"


@frozen
class Request:
    redelivered: ClassVar[bool] = True  # Slack may send it again: its key outlives the work
    background: ClassVar[bool] = False  # a person waits for it
    key: str  # the same for every delivery of one request
    reference: str = ""  # in every log line about it; a later delivery changes nothing about that
    asker: Asker
    place: Place

    @property
    def team_id(self) -> str:
        return self.asker.team_id

    @property
    def lock(self) -> str:
        """Jobs of one lock run one after the other: edits of one message keep their order."""
        match self.place:
            case Message(channel_id=channel, ts=ts):
                return f"message:{channel}:{ts}"
            case Ephemeral(message_ts=str(ts)):
                return f"message:{self.asker.channel_id}:{ts}:{self.asker.user_id}"
            case View(view_id=view):
                return f"view:{view}"
            case HomeTab():
                return f"home:{self.asker.user_id}"
            case _:
                return self.key
