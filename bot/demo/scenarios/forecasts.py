"""When the cards of a day said that their orders would be done, and when they were: pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.demo.scenarios.models import Order

_RANGE = re.compile(r"^([^:]+): .*About <!date\^(\d+)\^.*> to <!date\^(\d+)\^.*> at this pace\.", re.DOTALL)


@dataclass(frozen=True)
class ShownForecast:
    """The first range on an order's card in a channel, in seconds of the day."""

    order: str
    early: float
    late: float


def first_forecasts(
    cards: Iterable[tuple[str, str]], orders: Mapping[str, str], began: float
) -> list[ShownForecast]:
    """Of each channel and order. `cards` are the channel and the text of each post and edit, oldest first.

    `orders` are the IDs by name. `began` is when the day began.
    """
    found: dict[tuple[str, str], ShownForecast] = {}
    for channel, text in cards:
        said = _RANGE.match(text)
        if said and said[1] in orders:
            id_ = orders[said[1]]
            shown = ShownForecast(id_, float(said[2]) - began, float(said[3]) - began)
            found.setdefault((channel, id_), shown)
    return list(found.values())


def misses(shown: Sequence[ShownForecast], orders: Iterable[Order], until: float) -> list[float]:
    """By how many seconds each order that has ended missed its range, 0 for the ones that fell into it."""
    ends = {order.id: order.ends for order in orders if order.ends is not None and order.ends <= until}
    return [
        max(each.early - ends[each.order], ends[each.order] - each.late, 0.0)
        for each in shown
        if each.order in ends
    ]
