"""One look at one order, as what a card shows of it."""

from dataclasses import replace

from bot.autoenhance.client import Autoenhance, FetchedOrder
from bot.core.errors import AutoenhanceError, TryLater
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import progress_of
from bot.slack.render.models import OrderView, TroubleView


async def see(
    orders: Autoenhance,
    order: OrderId,
    by: str | None = None,
    before: Snapshot | None = None,
    *,
    fresh: bool = False,
) -> OrderView | TroubleView:
    """Never raises for what Autoenhance did or did not answer: that is shown too."""
    try:
        return order_view(await orders.order(order, fresh=fresh), order, by, before)
    except AutoenhanceError as error:
        return TroubleView(order, error, last=before, before=before)


def given_up(view: OrderView | TroubleView, minutes: int) -> OrderView | TroubleView:
    """As it is said when it is not asked again; an answer stays what it is."""
    if isinstance(view, TroubleView) and isinstance(view.error, TryLater):
        return replace(view, gave_up=minutes)
    return view


def order_view(
    look: FetchedOrder, order: OrderId, by: str | None = None, before: Snapshot | None = None
) -> OrderView:
    return OrderView(
        order=order,
        name=look.order.name or "",
        progress=progress_of(look.order),
        at=look.at,
        created=look.order.created_at,
        updated=look.order.last_updated_at,
        by=by,
        before=before,
    )
