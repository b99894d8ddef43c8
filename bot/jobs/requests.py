"""What every request holds: who asks, where the answer is sent, and for which orders."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bot.orders.base import frozen
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId


@frozen
class Asker:
    """Who asked, and where. Access is checked again from these fields when the work begins."""

    team_id: str
    user_id: str
    name: str = ""  # as Slack writes it, for places where a mention would notify the person
    user_team_id: str  # not `team_id` for people of another workspace, who may be of another company
    enterprise_id: str = ""  # of the organisation that Slack names beside the person
    channel_id: str | None = None  # None: asked outside any conversation
    at: datetime

    @property
    def place(self) -> str:
        """Where a watch from here posts: the channel's id, or the asker's for a direct message with the bot.

        The bot cannot be in a direct message between two people. So a watch from there posts to the asker.
        """
        channel = self.channel_id or ""
        return self.user_id if not channel or channel.startswith("D") else channel


@frozen
class Ephemeral:
    """An ephemeral answer: only the asker sees it. A `response_url` is good for 5 uses in 30 minutes.

    Without one, or in a thread, it is sent with chat.postEphemeral where the bot is a member.
    """

    kind: Literal["ephemeral"] = "ephemeral"
    response_url: str = ""
    replace: bool = False  # the answer replaces the message that this URL belongs to
    message_ts: str | None = None  # of the card that is replaced, if it is a card
    thread_ts: str | None = None


@frozen
class Message:
    """A card that the whole channel sees. It is edited with chat.update."""

    kind: Literal["message"] = "message"
    channel_id: str
    ts: str
    thread_ts: str | None = None
    response_url: str  # used when chat.update is refused


@frozen
class Reply:
    """A new message that everybody there sees: in a channel's thread, or in a direct message with the bot."""

    kind: Literal["reply"] = "reply"
    channel_id: str
    thread_ts: str | None = None
    begins_thread: bool = False  # Slack shows ephemeral messages only in threads that have a reply


@frozen
class View:
    """An open modal."""

    kind: Literal["view"] = "view"
    view_id: str
    callback_id: str = "orders"


@frozen
class HomeTab:
    """The asker's Home tab."""

    kind: Literal["home"] = "home"


Place = Annotated[Ephemeral | Message | Reply | View | HomeTab, Field(discriminator="kind")]


@frozen
class Wanted:
    """An order to look up. `before` is what the card showed of it, None if there was no card."""

    order: OrderId
    before: Snapshot | None = None


def order_lock(team_id: str, order: OrderId) -> str:
    """The lock for everything that edits a card of one order: no older state is drawn over a newer one."""
    return f"order:{team_id}:{order}"


@frozen
class Request:
    redelivered: ClassVar[bool] = True  # Slack may send it again, so its key is kept after the work
    background: ClassVar[bool] = False  # a person waits for it
    withdrawable: ClassVar[bool] = False  # another job may end it before it begins: see `JobStore.withdraw`
    key: str  # the same for every delivery of one request
    reference: str = ""  # in every log line about it; the first delivery's
    asker: Asker
    place: Place

    @property
    def team_id(self) -> str:
        return self.asker.team_id

    @property
    def lock(self) -> str:
        """Jobs with the same lock run one after the other, so edits of one message keep their order."""
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
