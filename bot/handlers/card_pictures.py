"""The pictures that cards show, as the handlers that draw cards use them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.errors import CannotPost, NotInChannel
from bot.core.logging import reference
from bot.jobs.pictures import DrawPictures
from bot.orders.ids import OrderId
from bot.slack.render.models import CardPicture, OrderView
from bot.storage.pictures import Pictures
from bot.watches.models import CardLocation, Watch

SHARED = "shared"  # the code of the CannotPost that Channels raises


@dataclass(frozen=True)
class CardPictures:
    """Every method raises DatabaseFailed. Direct messages have no pictures: nothing is asked for them."""

    pictures: Pictures
    now: Callable[[], datetime]

    async def added(self, view: OrderView, team_id: str, channel_id: str, ts: str = "") -> OrderView:
        """The view with the picture that this card shows, and with no other card's.

        `ts` is empty for a card that is not posted yet.
        """
        if not is_channel(channel_id):
            return replace(view, offers_pictures=False, picture=None)
        card = await self.pictures.on_card(team_id, channel_id, ts)
        shown = card.shown if card.shown and card.shown.order == view.order else None
        picture = CardPicture(shown.file_id, shown.alt_text) if shown else None
        return replace(view, offers_pictures=card.on, picture=picture)

    async def at_end(self, watch: Watch) -> DrawPictures | None:
        """The job that puts a picture on the card of this watch, whose order has ended."""
        home = watch.home
        if not home or not home.card_ts or not is_channel(home.channel_id):
            return None
        if not (await self.pictures.on_card(watch.team_id, home.channel_id, "")).on:
            return None
        card = home.channel_id, home.card_ts
        return DrawPictures.of(watch.team_id, watch.order, card, self.now(), reference())

    async def order_gone(self, team_id: str, channel_id: str, order: OrderId) -> None:
        if is_channel(channel_id):
            await self.pictures.drop_of_order(team_id, channel_id, order, self.now())

    async def refused(self, team_id: str, channel_id: str, error: CannotPost) -> None:
        """Outsiders see the channel now, or the bot left it: then its pictures go too."""
        if is_channel(channel_id) and (error.code == SHARED or isinstance(error, NotInChannel)):
            await self.pictures.drop_of_channel(team_id, channel_id, self.now())


def is_channel(place: str) -> bool:
    """Not a direct message, whose ID begins with D, nor a person's ID, which begins with U or W."""
    return bool(place) and not place.startswith(("D", "U", "W"))


def is_card(location: CardLocation | None, channel_id: str, ts: str) -> bool:
    return location is not None and (location.channel_id, location.card_ts) == (channel_id, ts)
