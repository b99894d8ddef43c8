"""Orders to draw cards of, seen at one fixed time."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.autoenhance.client import FetchedOrder
from bot.handlers.order_views import order_view
from bot.orders.brackets import parse_brackets
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.models import parse_order
from bot.orders.progress import Counts, State
from bot.sandbox.autoenhance.sample_orders import sample_brackets, sample_orders
from bot.slack.render.models import OrderView
from bot.watches.models import Watch

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
SAMPLES = {order["order_id"]: order for order in sample_orders(NOW.timestamp())}
BRACKETS = sample_brackets(list(SAMPLES.values()))
SEEN = Snapshot(
    tally=Counts(state=State.ENHANCING, total=30, done=16, failed=1, waiting=13),
    at=NOW - timedelta(minutes=4),
)


def view(order: dict[str, Any], *, watch: Watch | None = None, **more: Any) -> OrderView:
    brackets = parse_brackets(json.dumps({"brackets": BRACKETS.get(order["order_id"], [])}))
    fetched = FetchedOrder(parse_order(json.dumps(order)), NOW, brackets, photo_days=30)
    return replace(order_view(fetched, OrderId(order["order_id"]), **{"by": "U1", **more}), watch=watch)
