"""The background jobs: checks of watched orders, and what follows from checks and from Slack's events."""

from datetime import datetime
from typing import ClassVar, Literal, Self

from bot.jobs.requests import order_lock
from bot.orders.base import frozen
from bot.orders.ids import OrderId

CHECK_KEY = "look"  # the first part of the keys of checks


@frozen
class BackgroundJob:
    """A job for which no person waits. Its row is deleted when it is done, unless it may be `redelivered`."""

    redelivered: ClassVar[bool] = False
    background: ClassVar[bool] = True
    withdrawable: ClassVar[bool] = False
    key: str
    reference: str = ""  # as a request's; a check has one of its own
    team_id: str


@frozen
class CheckOrder(BackgroundJob):
    """Check an order that is watched, and update each of its watches."""

    kind: Literal["look_at_watched"] = "look_at_watched"
    order: OrderId

    @classmethod
    def at(cls, team_id: str, order: OrderId, reference: str = "") -> Self:
        """The check of this order. All its checks have the same key, so only one is open at a time."""
        key = f"{CHECK_KEY}:{team_id}:{order}"
        return cls(key=key, reference=reference, team_id=team_id, order=order)

    @property
    def lock(self) -> str:
        return order_lock(self.team_id, self.order)


@frozen
class LastCall(BackgroundJob):
    """Post that photos of a finished order are not downloaded yet, as they may be deleted soon."""

    kind: Literal["last_call"] = "last_call"
    place: str
    order: OrderId

    @classmethod
    def at(cls, team_id: str, place: str, order: OrderId, reference: str = "") -> Self:
        """All attempts have the same key, so only one is open at a time."""
        key = f"last_call:{team_id}:{place}:{order}"
        return cls(key=key, reference=reference, team_id=team_id, place=place, order=order)

    @property
    def lock(self) -> str:
        """The order's: a new watch of it takes the last call away."""
        return order_lock(self.team_id, self.order)


@frozen
class NotifyOwner(BackgroundJob):
    """Send the owner of a watch, by direct message, a notice that could not be posted in its place."""

    kind: Literal["tell_owner"] = "tell_owner"
    user_id: str
    text: str

    @property
    def lock(self) -> str:
        return self.key


@frozen
class NotifyPaused(BackgroundJob):
    """Send the owner, by direct message, that notices of their watches are paused. At most once a day."""

    redelivered: ClassVar[bool] = True
    kind: Literal["tell_parked"] = "tell_parked"
    user_id: str
    place: str
    reason: str
    order: OrderId | None = None  # whose check found that out; its watch is saved before this is sent

    @property
    def lock(self) -> str:
        return order_lock(self.team_id, self.order) if self.order else self.key


@frozen
class NotifyAccountOwner(BackgroundJob):
    """Send the owner of a connected account, by direct message, that Autoenhance refuses its key."""

    kind: Literal["tell_account_owner"] = "tell_account_owner"
    account_id: str
    hint: str  # of the key that was refused: nothing is said of another one

    @classmethod
    def of(cls, team_id: str, account_id: str, hint: str, reference: str = "") -> Self:
        """All for one account have the same key, so only one is open at a time."""
        key = f"key_refused:{team_id}:{account_id}"
        return cls(key=key, reference=reference, team_id=team_id, account_id=account_id, hint=hint)

    @property
    def lock(self) -> str:
        return self.key


@frozen
class CheckPaused(BackgroundJob):
    """Check the paused watches of a channel at once, as Order Desk was added to it again."""

    redelivered: ClassVar[bool] = True
    kind: Literal["wake_parked"] = "wake_parked"
    channel_id: str

    @property
    def lock(self) -> str:
        return self.key


@frozen
class PastedLink:
    url: str  # exactly as Slack sent it: `chat.unfurl` takes no other form
    order: OrderId


@frozen
class Unfurl(BackgroundJob):
    """Draw a small card below each of these links, if the channel has unfurls on."""

    redelivered: ClassVar[bool] = True
    kind: Literal["unfurl"] = "unfurl"
    channel_id: str
    unfurl_id: str
    links: tuple[PastedLink, ...]
    at: datetime

    @property
    def lock(self) -> str:
        return self.key
