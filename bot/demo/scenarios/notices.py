"""Which notices a day's threads hold, and which they should."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.demo.scenarios.models import STUCK, Scenario, What
from bot.demo.scenarios.simulated_users import Asked
from bot.sandbox.slack.sample_workspace import BOT
from bot.sandbox.slack.workspace import Message

_NAME = re.compile(r"\*([^*]+)\*")


class Kind(StrEnum):
    """The value is how a thread says it."""

    READY = "is ready"
    WRONG = "is finished, but needs attention"
    FAILED = "failed."
    FAILURE = "has its first failure"
    STUCK = "seems stuck"
    OTHER = ""


END = {Kind.READY, Kind.WRONG, Kind.FAILED}


@dataclass(frozen=True)
class Told:
    """What a thread in a channel was told of an order, in seconds of the day."""

    channel: str
    order: str
    kind: Kind
    at: float


@dataclass(frozen=True)
class Due:
    """What was promised: one of these kinds, since `at`."""

    channel: str
    order: str
    kinds: frozenset[Kind]
    at: float

    def is_met_by(self, told: Told) -> bool:
        return (told.channel, told.order) == (self.channel, self.order) and told.kind in self.kinds


def told(channel: str, messages: Iterable[Message], orders: Mapping[str, str], began: float) -> list[Told]:
    """`orders` are the ids by name; `began` is when the day did."""
    found = []
    for message in messages:
        if message.user != BOT or message.thread_ts is None or message.ephemeral_to:
            continue
        named = _NAME.search(message.text)
        if named and named[1] in orders:
            kind = next(kind for kind in Kind if f"*{named[1]}* {kind}" in message.text or not kind)
            found.append(Told(channel, orders[named[1]], kind, float(message.ts) - began))
    return found


def due(scenario: Scenario, asked: Sequence[Asked]) -> list[Due]:
    """One for the end of each order in each channel that was promised it, and one for each that got stuck.

    A first failure is not among them: an order may end before anybody has looked again.
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
        wanted = order.goes_wrong or any(each.act.what is What.WATCH for each in watches)
        if order.ends is not None and wanted:
            found.append(Due(channel, id_, frozenset(END), max(order.ends, since)))
        if order.stuck_after is not None:
            found.append(Due(channel, id_, frozenset({Kind.STUCK}), max(order.stops, since) + STUCK))
    return found


def repeated(told: Iterable[Told]) -> list[Told]:
    """Whatever a thread was told twice."""
    seen: Counter[tuple[str, str, bool, Kind]] = Counter()
    again = []
    for each in told:
        key = (each.channel, each.order, each.kind in END, Kind.OTHER if each.kind in END else each.kind)
        seen[key] += 1
        if seen[key] > 1:
            again.append(each)
    return again
