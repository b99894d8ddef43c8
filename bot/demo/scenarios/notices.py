"""Which notices were posted in a day's threads, and which were due."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.demo.scenarios.models import STUCK_SECONDS, ActKind, Scenario
from bot.demo.scenarios.simulated_users import Asked
from bot.sandbox.slack.sample_workspace import BOT
from bot.sandbox.slack.workspace import Message

_NAME = re.compile(r"\*([^*]+)\*")


class Kind(StrEnum):
    """The value is the text by which a notice of this kind is found. `{}` is the name of the order."""

    READY = "{} is ready"
    WRONG = "{} finished"  # "with 2 photos failed", "but 2 photos expired"
    FAILED = "{} failed."
    FAILURE = "failed in {}"
    STUCK = "{} has stalled"
    OTHER = ""


END = {Kind.READY, Kind.WRONG, Kind.FAILED}


@dataclass(frozen=True)
class PostedNotice:
    """A notice about an order in a thread of a channel. `at` is in seconds of the day."""

    channel: str
    order: str
    kind: Kind
    at: float


@dataclass(frozen=True)
class Due:
    """A promised notice: one of these kinds is due from `at` on."""

    channel: str
    order: str
    kinds: frozenset[Kind]
    at: float

    def is_met_by(self, notice: PostedNotice) -> bool:
        return (notice.channel, notice.order) == (self.channel, self.order) and notice.kind in self.kinds


def posted_notices(
    channel: str, messages: Iterable[Message], orders: Mapping[str, str], began: float
) -> list[PostedNotice]:
    """The notices among the messages. `orders` are the IDs by name. `began` is when the day began."""
    found = []
    for message in messages:
        if message.user != BOT or message.thread_ts is None or message.ephemeral_to:
            continue
        named = _NAME.search(message.text)
        if named and named[1] in orders:
            kind = next(kind for kind in Kind if kind.format(f"*{named[1]}*") in message.text)
            found.append(PostedNotice(channel, orders[named[1]], kind, float(message.ts) - began))
    return found


def due(scenario: Scenario, asked: Sequence[Asked]) -> list[Due]:
    """For each watched order in each channel: one notice for its end, and one if it got stuck.

    The notice of a first failure is not among them: the order may end before the next check.
    """
    orders = {order.id: order for order in scenario.orders}
    promises: dict[tuple[str, str], list[Asked]] = {}
    for each in asked:
        if each.is_promise:
            promises.setdefault((each.act.channel, each.act.order), []).append(each)
    found = []
    for (channel, id_), watches in promises.items():
        order = orders[id_]
        since = min(each.answered for each in watches if each.answered is not None)
        wanted = order.goes_wrong or any(each.act.kind is ActKind.WATCH for each in watches)
        if order.ends is not None and wanted:
            found.append(Due(channel, id_, frozenset(END), max(order.ends, since)))
        if order.stuck_after is not None:
            found.append(Due(channel, id_, frozenset({Kind.STUCK}), max(order.stops, since) + STUCK_SECONDS))
    return found


def repeated(notices: Iterable[PostedNotice]) -> list[PostedNotice]:
    """The notices that a thread already had. Two notices of an end count as the same."""
    seen: Counter[tuple[str, str, bool, Kind]] = Counter()
    again = []
    for each in notices:
        key = (each.channel, each.order, each.kind in END, Kind.OTHER if each.kind in END else each.kind)
        seen[key] += 1
        if seen[key] > 1:
            again.append(each)
    return again
