"""An order of 1,000 photos: from its JSON to the card, beside `json.loads` alone."""

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median

from benchmarks.speed.figure import Figure
from bot.autoenhance.client import FetchedOrder
from bot.handlers.order_views import order_view
from bot.orders.ids import OrderId
from bot.orders.models import parse_order
from bot.sandbox.autoenhance.order_json import Json, failed, order, photos
from bot.sandbox.autoenhance.sample_orders import BIRCH, BLURRED, DARK, LIMITED
from bot.slack.render.cards import orders_card
from bot.slack.render.models import Card, Placement

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MAX_RATIO = 1.3  # times as long as `json.loads`


def body() -> bytes:
    """The JSON of an order that is being enhanced. As from Autoenhance, it has no spaces."""
    modern = {"enhance_type": "modern", "window_pull_type": "NONE"}
    groups: tuple[tuple[int, Json], ...] = (
        (600, {}),
        (150, {"downloaded": True}),
        (10, modern),
        (20, failed(BLURRED)),
        (12, failed(DARK)),
        (6, failed(LIMITED)),
        (2, failed(None)),
        (40, {"status": "processing"}),
        (160, {"status": "waiting"}),
    )
    made = order(BIRCH, "Birch Avenue 9", photos(BIRCH, *groups), now=NOW.timestamp(), is_processing=True)
    return json.dumps(made, separators=(",", ":")).encode()


def card(sent: bytes) -> Card:
    """What the bot does with an answer: from the bytes to the message for Slack."""
    view = order_view(FetchedOrder(parse_order(sent), NOW), OrderId(BIRCH), by="U0000000ANA")
    return orders_card([view], Placement("message", can_share=True))


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 - the signature of `bench.Part`
    sent = body()
    ours: list[float] = []
    read: list[float] = []
    for _ in range(100 if quick else 400):
        ours.append(_timed(lambda: card(sent)))
        read.append(_timed(lambda: json.loads(sent)))
    ratio = min(ours) / min(read)  # the minimum: other work on the machine only adds time
    figure = Figure(
        what="an order of 1,000 photos: parsed, understood and drawn (best)",
        ours=f"{_best(ours)} ms of CPU",
        beside=f"{_best(read)} ms: `json.loads` of the same {len(sent) / 1e3:,.0f} kB",
        ratio=f"{ratio:.2f}",
        wanted=f"at most {MAX_RATIO} x",
        met=ratio <= MAX_RATIO,
        why="reading it is 0.85 x. The rest is the state, the reason and the settings of each photo.",
    )
    return [figure]


def _best(values: Sequence[float]) -> str:
    return f"{min(values):.2f} (median {median(values):.2f}, most {max(values):.2f})"


def _timed(do: Callable[[], object]) -> float:
    """How much CPU time `do` takes, in milliseconds."""
    begun = time.process_time()
    do()
    return (time.process_time() - begun) * 1000
