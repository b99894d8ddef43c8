"""What a card is drawn from, and the card."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict

from bot.core.errors import AutoenhanceError, TryLater
from bot.jobs.requests import Wanted
from bot.orders.brackets import BracketFacts
from bot.orders.changes import Snapshot
from bot.orders.expiry import Expiry
from bot.orders.forecast import Forecast
from bot.orders.ids import OrderId
from bot.orders.progress import Progress
from bot.slack.blocks import Block, fit, one_line
from bot.slack.limits import LIMITS
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from bot.watches.models import Watch

Target = Literal["ephemeral", "message", "view", "terminal"]


class Card(TypedDict):
    """A Slack message. `text` has the whole answer in words. Screen readers and phones read only that."""

    text: str
    blocks: list[Block]


@dataclass(frozen=True)
class CardPicture:
    """A picture that was uploaded to Slack, and what a screen reader says of it."""

    file_id: str
    alt_text: str


@dataclass(frozen=True)
class OrderView:
    """All that a card shows of one order."""

    order: OrderId
    name: str
    progress: Progress
    at: datetime
    created: datetime | None = None
    updated: datetime | None = None
    by: str | None = None  # who asked for this check. None in a terminal
    before: Snapshot | None = None  # what the card showed before
    watch: Watch | None = None  # the watch in this card's place
    brackets: BracketFacts | None = None  # from this check. None where it did not ask, or had no answer
    forecast: Forecast | None = None  # of an order that is being enhanced
    expiry: Expiry | None = None  # None while photos come, or where nothing is left to download
    offers_pictures: bool = False  # the card's channel has pictures on
    picture: CardPicture | None = None  # the one that the card shows
    with_key: bool = False  # one account was asked: places that may not use it learn nothing of this

    @property
    def title(self) -> str:
        return fit(one_line(self.name), LIMITS.header) or order_text.unnamed(self.order.short)

    @property
    def known_brackets(self) -> BracketFacts | None:
        """From this check, or from an earlier one of the watch if the order has the same photos still."""
        known = self.watch.brackets if self.watch else None
        same = known is not None and known.photos == self.progress.listed
        return self.brackets or (known if same else None)

    @property
    def glimpse(self) -> Snapshot:
        return Snapshot(tally=self.progress.tally, at=self.at)

    @property
    def wanted(self) -> Wanted:
        return Wanted(order=self.order, before=self.glimpse)


@dataclass(frozen=True)
class FailedLookUp:
    """An order that could not be shown.

    `gave_up`: after how many minutes the retries of a TryLater ended. None while they go on.
    """

    order: OrderId
    error: AutoenhanceError
    last: Snapshot | None = None
    before: Snapshot | None = None
    gave_up: int | None = None

    @property
    def retried(self) -> TryLater | None:
        """The error after which the look-up is tried again. None for a final one."""
        return self.error if isinstance(self.error, TryLater) and self.gave_up is None else None

    @property
    def sentence(self) -> str:
        if isinstance(self.error, TryLater) and self.gave_up is not None:
            return refusals.gave_up(self.error, self.order, self.last, self.gave_up, recheck=True)
        return refusals.trouble(self.error, self.order, self.last)

    @property
    def wanted(self) -> Wanted:
        return Wanted(order=self.order, before=self.before)


@dataclass(frozen=True)
class Placement:
    """Where a card will be, which decides what buttons it has."""

    where: Target
    can_share: bool = False
    in_thread: str | None = None
    shared_by: str | None = None
