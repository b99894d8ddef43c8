"""The jobs about pictures on cards."""

from datetime import datetime
from typing import Literal, Self

from bot.jobs.background import BackgroundJob
from bot.jobs.requests import Request, order_lock
from bot.orders.base import frozen
from bot.orders.ids import OrderId


@frozen
class DrawPictures(BackgroundJob):
    """Put a picture of its photos on the card of an order that has ended."""

    kind: Literal["draw_pictures"] = "draw_pictures"
    order: OrderId
    channel_id: str
    ts: str  # of the card
    at: datetime

    @classmethod
    def of(cls, team_id: str, order: OrderId, card: tuple[str, str], at: datetime, reference: str) -> Self:
        """`card` is its channel and its ts. One card has one open job, however often its order ends."""
        channel, ts = card
        key = f"pictures:{team_id}:{channel}:{ts}"
        return cls(
            key=key, reference=reference, team_id=team_id, order=order, channel_id=channel, ts=ts, at=at
        )

    @property
    def lock(self) -> str:
        """The order's: its watch edits the same card."""
        return order_lock(self.team_id, self.order)


@frozen
class ShowPictures(Request):
    """The same for the card that the asker clicked, whatever the order's state."""

    kind: Literal["show_pictures"] = "show_pictures"
    order: OrderId
    in_thread: str | None = None  # as on the card
    shared_by: str | None = None

    @property
    def lock(self) -> str:
        return order_lock(self.team_id, self.order)


@frozen
class ShowPair(Request):
    """Post one photo in the thread, the original and the enhanced one side by side.

    `place` is the modal with the menu of photos. The channel is the asker's.
    """

    kind: Literal["show_pair"] = "show_pair"
    order: OrderId
    image_id: str
    thread_ts: str


@frozen
class ChoosePictures(Request):
    """Have pictures on the cards of this channel."""

    kind: Literal["choose_pictures"] = "choose_pictures"
    on: bool | None = None  # None: only say how it is set


@frozen
class CheckPictureChannel(BackgroundJob):
    """Look whether only people of this workspace see the pictures in this channel, and the bot is in it."""

    kind: Literal["check_picture_channel"] = "check_picture_channel"
    channel_id: str

    @classmethod
    def of(cls, team_id: str, channel_id: str, reference: str) -> Self:
        key = f"check_picture_channel:{team_id}:{channel_id}"
        return cls(key=key, reference=reference, team_id=team_id, channel_id=channel_id)

    @property
    def lock(self) -> str:
        return self.key


@frozen
class DeletePicture(BackgroundJob):
    """Delete a file in Slack that no card shows any more."""

    kind: Literal["delete_picture"] = "delete_picture"
    file_id: str

    @classmethod
    def of(cls, team_id: str, file_id: str, reference: str) -> Self:
        key = f"delete_picture:{team_id}:{file_id}"
        return cls(key=key, reference=reference, team_id=team_id, file_id=file_id)

    @property
    def lock(self) -> str:
        return self.key
