"""Fetches an order and turns it into what a card shows."""

import asyncio
from collections.abc import Container
from dataclasses import replace

from bot.autoenhance.client import Autoenhance, FetchedOrder
from bot.autoenhance.keys import Keys
from bot.core.errors import AutoenhanceError, OrderNotFound
from bot.jobs.models import CardLine
from bot.orders import brackets
from bot.orders.changes import Snapshot
from bot.orders.expiry import expiry_of
from bot.orders.forecast import usual_forecast
from bot.orders.history import ONLY_ACCOUNT, OrderSeen
from bot.orders.ids import OrderId
from bot.orders.progress import State, progress_of
from bot.slack.render.models import FailedLookUp, OrderView
from bot.storage.channel_settings import ChannelSettings
from bot.storage.history import History
from bot.watches.models import FINISHED_STATES, Watch
from bot.watches.pace import forecast_at

MAX_SECONDS_FOR_A_NAME = 5.0  # a person waits


async def fetch_view(
    orders: Autoenhance,
    order: OrderId,
    by: str | None = None,
    before: Snapshot | None = None,
    *,
    fresh: bool = False,
    with_brackets: bool = True,
    keys: Keys | None = None,
) -> OrderView | FailedLookUp:
    """A FailedLookUp in place of an AutoenhanceError: the card shows errors too.

    `by` is the user who asked, `before` what the card showed until now. `fresh` shares no other request.
    `keys` may be used where Autoenhance demands one.
    """
    ask = orders.order_with_brackets if with_brackets else orders.order
    try:
        return order_view(await ask(order, fresh=fresh, keys=keys), order, by, before)
    except AutoenhanceError as error:
        return FailedLookUp(order, error, last=before, before=before)


async def as_chosen(settings: ChannelSettings, team_id: str, place: str, view: OrderView) -> OrderView:
    """The view without the lines that a person turned off there."""
    if view.known_brackets is None and view.expiry is None and view.forecast is None:
        return view
    return without(await settings.lines_off(team_id, place), view)


def without(off: Container[CardLine], view: OrderView) -> OrderView:
    """The view without these lines."""
    if CardLine.BRACKETS in off:
        watch = replace(view.watch, brackets=None) if view.watch else None
        view = replace(view, brackets=None, watch=watch)
    if CardLine.EXPIRY in off:
        view = replace(view, expiry=None)
    return replace(view, forecast=None) if CardLine.FORECAST in off else view


def with_watch(view: OrderView, watch: Watch | None) -> OrderView:
    """The view with the order's watch in its place, and what the pace that it saw says of the end."""
    return replace(view, watch=watch, forecast=forecast_at(watch, view.glimpse) if watch else None)


async def with_usual_forecast(history: History, team_id: str, view: OrderView) -> OrderView:
    """The view of an order that nobody watches in its place, with what earlier orders say of its end."""
    tally = view.progress.tally
    if view.watch or tally.state is not State.ENHANCING or tally.unstated:
        return view
    paces = await history.paces(team_id, ONLY_ACCOUNT)
    return replace(view, forecast=usual_forecast(paces, tally.total - tally.settled, view.at))


def order_seen(view: OrderView) -> OrderSeen:
    """What this look says of the order for the history."""
    tally = view.progress.tally
    return OrderSeen(
        seen=view.at,
        photos=tally.total,
        failed=tally.failed,
        downloaded=view.progress.downloaded,
        created=view.created,
    )


async def add_brackets(orders: Autoenhance, fetched: FetchedOrder, view: OrderView, keys: Keys) -> OrderView:
    """The view of this order with its brackets, if Autoenhance has them soon."""
    found = await orders.brackets_soon(view.order, keys=keys)
    return replace(view, brackets=brackets.facts(found or (), fetched.order))


async def order_name(orders: Autoenhance, order: OrderId, keys: Keys) -> str | None:
    """The order's name, or "" where it cannot be had soon. None if there is no such order."""
    try:
        async with asyncio.timeout(MAX_SECONDS_FOR_A_NAME):
            return (await orders.order(order, keys=keys)).order.name or ""
    except OrderNotFound:
        return None
    except (AutoenhanceError, TimeoutError):
        return ""


def order_view(
    fetched: FetchedOrder, order: OrderId, by: str | None = None, before: Snapshot | None = None
) -> OrderView:
    progress = progress_of(fetched.order)
    finished = progress.tally.state in FINISHED_STATES
    return OrderView(
        order=order,
        name=fetched.order.name or "",
        progress=progress,
        at=fetched.at,
        created=fetched.order.created_at,
        updated=fetched.order.last_updated_at,
        by=by,
        before=before,
        brackets=brackets.facts(fetched.brackets or (), fetched.order),
        expiry=expiry_of(fetched.order, progress, fetched.at, fetched.photo_days) if finished else None,
        with_key=fetched.with_key,
    )
