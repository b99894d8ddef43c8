"""Fetches an order and turns it into what a card shows."""

from bot.autoenhance.client import Autoenhance, FetchedOrder
from bot.core.errors import AutoenhanceError
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import progress_of
from bot.slack.render.models import FailedLookUp, OrderView


async def fetch_view(
    orders: Autoenhance,
    order: OrderId,
    by: str | None = None,
    before: Snapshot | None = None,
    *,
    fresh: bool = False,
) -> OrderView | FailedLookUp:
    """A FailedLookUp in place of an AutoenhanceError: the card shows errors too.

    `by` is the user who asked, `before` what the card showed until now. `fresh` shares no other request.
    """
    try:
        return order_view(await orders.order(order, fresh=fresh), order, by, before)
    except AutoenhanceError as error:
        return FailedLookUp(order, error, last=before, before=before)


def order_view(
    fetched: FetchedOrder, order: OrderId, by: str | None = None, before: Snapshot | None = None
) -> OrderView:
    return OrderView(
        order=order,
        name=fetched.order.name or "",
        progress=progress_of(fetched.order),
        at=fetched.at,
        created=fetched.order.created_at,
        updated=fetched.order.last_updated_at,
        by=by,
        before=before,
    )
