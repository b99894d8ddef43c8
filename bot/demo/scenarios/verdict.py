"""How a day went, from what people saw and from the requests to the stand-ins: pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.demo.scenarios.models import MINUTE, ActKind, Scenario
from bot.demo.scenarios.notices import END, Due, PostedNotice, due, repeated
from bot.demo.scenarios.simulated_users import Asked

LATE_SECONDS = 60.0  # after the end of an order, without outages: a later notice is late
LOST_ANSWER_SECONDS = 30 * MINUTE  # after that, a response_url has expired
LOST_NOTICE_SECONDS = 10 * MINUTE  # after a notice was due: then it counts as lost
_WITHOUT_ORDER = {ActKind.LIST, ActKind.FIND, ActKind.HOME}
_REQUESTS = {
    ActKind.ASK: "look up",
    ActKind.AGAIN: "Re-check",
    ActKind.SHARE: "Share in channel",
    ActKind.WATCH: "watch",
    ActKind.WATCH_FAILURES: "watch failures",
    ActKind.CARD: "Re-check on the card",
    ActKind.LIST: "list",
    ActKind.FIND: "find",
    ActKind.HOME: "Home",
}
_POST_LIMIT, _EDIT_LIMIT = (11, 10.0), (50, 60.0)  # Slack's rate limits: a number, in seconds


@dataclass(frozen=True)
class Traffic:
    """`orders` counts the requests for each order, and `statuses` Slack's answers.

    `posts` and `edits` are the times of those that Slack accepted.
    """

    orders: Mapping[str, int]
    all_requests: int
    statuses: Mapping[int, int]
    posts: Mapping[str, Sequence[float]] = field(default_factory=dict)  # by channel
    edits: Sequence[float] = ()


class Late(NamedTuple):
    """`seconds` without outages between the end and its notice."""

    seconds: float
    due: Due


@dataclass(frozen=True)
class Verdict:
    """`lost` are sentences. `open` counts what was asked or became due too late to be judged."""

    scenario: Scenario
    until: float
    asked: int
    refused: int
    answered: tuple[Asked, ...]
    due: int
    posted: int
    late: tuple[Late, ...]  # the latest first
    repeated: int
    open: int
    lost: tuple[str, ...]
    traffic: Traffic
    saved: int
    misses: tuple[float, ...] = ()  # of each forecast, in seconds; 0 where the order ended in its range

    @property
    def undisturbed(self) -> tuple[Asked, ...]:
        """The answers that came without any trouble meanwhile."""
        return tuple(
            each
            for each in self.answered
            if each.answered is not None
            and self.scenario.calm(each.at, each.answered) == each.answered - each.at
        )


def judge(
    scenario: Scenario, until: float, asked: Sequence[Asked], posted: Sequence[PostedNotice], traffic: Traffic
) -> Verdict:
    """The verdict at `until`, in seconds of the day."""
    acked = [each for each in asked if each.acked]
    silent = [each for each in acked if each.answered is None]
    wanted = [each for each in due(scenario, asked) if each.at <= until]
    met = {each: _first(each, posted) for each in wanted}
    unposted = [each for each, when in met.items() if when is None]
    lost_asks = [each for each in silent if each.at + LOST_ANSWER_SECONDS <= until]
    lost_dues = [each for each in unposted if each.at + LOST_NOTICE_SECONDS <= until]
    delays = [
        Late(scenario.calm(each.at, when), each)
        for each, when in met.items()
        if when is not None and each.kinds & END
    ]
    return Verdict(
        scenario=scenario,
        until=until,
        asked=len(asked),
        refused=len(asked) - len(acked),
        answered=tuple(each for each in acked if each.answered is not None),
        due=len(wanted),
        posted=len(wanted) - len(unposted),
        late=tuple(
            sorted((each for each in delays if each.seconds > LATE_SECONDS), key=lambda each: -each.seconds)
        ),
        repeated=len(repeated(posted)),
        open=len(silent) - len(lost_asks) + len(unposted) - len(lost_dues),
        lost=(
            *(_unanswered(each, scenario) for each in lost_asks),
            *(_not_posted(each, scenario) for each in lost_dues),
        ),
        traffic=traffic,
        saved=_saved(acked, traffic),
    )


def _first(wanted: Due, posted: Iterable[PostedNotice]) -> float | None:
    return next((each.at for each in posted if wanted.is_met_by(each)), None)


def _saved(acked: Sequence[Asked], traffic: Traffic) -> int:
    """Requests that were not made, because all watches of an order share its checks."""
    asks = Counter(each.act.order for each in acked if each.act.kind not in _WITHOUT_ORDER)
    waiting = Counter(each.act.order for each in acked if each.is_promise)
    saved = 0
    for order, made in traffic.orders.items():
        checks = max(made - asks[order], 0)
        saved += asks[order] + checks * max(waiting[order], 1) - made
    return saved


def too_fast(traffic: Traffic) -> int:
    """How often Slack's rate limits were exceeded: 1 message a second in a channel, 50 edits a minute."""
    return _exceeded(traffic.edits, *_EDIT_LIMIT) + sum(
        _exceeded(each, *_POST_LIMIT) for each in traffic.posts.values()
    )


def _exceeded(times: Sequence[float], most: int, seconds: float) -> int:
    return sum(later - sooner < seconds for sooner, later in zip(times, times[most:], strict=False))


def _unanswered(asked: Asked, scenario: Scenario) -> str:
    about = next((f" about {order.name}" for order in scenario.orders if order.id == asked.act.order), "")
    act, since = asked.act, clock(asked.at, scenario)
    return f"{act.who} got no answer in #{act.channel} to “{_REQUESTS[act.kind]}”{about}, asked at {since}."


def _not_posted(wanted: Due, scenario: Scenario) -> str:
    name = next(order.name for order in scenario.orders if order.id == wanted.order)
    what = "finished" if wanted.kinds & END else "stalled"
    return f"No notice in #{wanted.channel} that {name} {what} at {clock(wanted.at, scenario)}."


def clock(at: float, scenario: Scenario) -> str:
    """The time of the day."""
    minutes = round(scenario.begins.hour * 60 + scenario.begins.minute + at / MINUTE)
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
