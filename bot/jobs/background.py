"""The jobs that nobody asked for: our own looks, and what they lead to."""

from datetime import datetime
from typing import ClassVar, Literal, Self

from bot.jobs.requests import order_lock
from bot.orders.base import frozen
from bot.orders.ids import OrderId


@frozen
class OurOwn:
    """A job that nobody asked for. Its row goes when it is done: no delivery of it comes again."""

    redelivered: ClassVar[bool] = False
    background: ClassVar[bool] = True
    key: str
    reference: str = ""  # as a request's; of a look, its own
    team_id: str


@frozen
class LookAtWatched(OurOwn):
    """Ask for an order that is watched, and update each of its watches."""

    kind: Literal["look_at_watched"] = "look_at_watched"
    order: OrderId

    @classmethod
    def at(cls, team_id: str, order: OrderId, reference: str = "") -> Self:
        """While one of them is open, there is no second one: they have one key."""
        return cls(key=f"look:{team_id}:{order}", reference=reference, team_id=team_id, order=order)

    @property
    def lock(self) -> str:
        return order_lock(self.team_id, self.order)


@frozen
class TellOwner(OurOwn):
    """Tell an owner, by direct message, what could not be told in its place."""

    kind: Literal["tell_owner"] = "tell_owner"
    user_id: str
    text: str

    @property
    def lock(self) -> str:
        return self.key


@frozen
class TellParked(OurOwn):
    """Tell an owner, by direct message, that watches of theirs cannot be told any more; once a day."""

    redelivered: ClassVar[bool] = True
    kind: Literal["tell_parked"] = "tell_parked"
    user_id: str
    place: str
    reason: str
    order: OrderId | None = None  # the one whose look found that out; it is saved before this is told

    @property
    def lock(self) -> str:
        return order_lock(self.team_id, self.order) if self.order else self.key


@frozen
class WakeParked(OurOwn):
    """We are in this channel again: what rests there because of it is looked at now."""

    redelivered: ClassVar[bool] = True
    kind: Literal["wake_parked"] = "wake_parked"
    channel_id: str

    @property
    def lock(self) -> str:
        return self.key


@frozen
class PastedLink:
    url: str  # as Slack told it: it wants the very same back
    order: OrderId


@frozen
class Unfurl(OurOwn):
    """Draw a small card below each of these links, if the channel chose so."""

    redelivered: ClassVar[bool] = True
    kind: Literal["unfurl"] = "unfurl"
    channel_id: str
    unfurl_id: str
    links: tuple[PastedLink, ...]
    at: datetime

    @property
    def lock(self) -> str:
        return self.key
