"""What came of a day, from what people saw and from what the stand-ins were asked: pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.demo.scenarios.models import MINUTE, Scenario, What
from bot.demo.scenarios.notices import END, Due, Told, due, repeated
from bot.demo.scenarios.simulated_users import Asked

LATE = 60.0  # seconds after the end could be seen
UNANSWERED = 30 * MINUTE  # a response_url is good no longer
UNTOLD = 10 * MINUTE
_ABOUT_NONE = {What.LIST, What.FIND, What.HOME}
_POSTS, _EDITS = (11, 10.0), (50, 60.0)  # Slack's own pace: so many, in so many seconds


@dataclass(frozen=True)
class Traffic:
    """`orders` are the requests for each order; `statuses` Slack's answers; times are of what it took."""

    orders: Mapping[str, int]
    all_requests: int
    statuses: Mapping[int, int]
    posts: Mapping[str, Sequence[float]] = field(default_factory=dict)  # by channel
    edits: Sequence[float] = ()


class Late(NamedTuple):
    """`seconds` of calm between the end and its notice."""

    seconds: float
    due: Due


@dataclass(frozen=True)
class Verdict:
    """`lost` are sentences; `open` is what was asked, or became due, too short before the end to judge."""

    scenario: Scenario
    until: float
    asked: int
    refused: int
    answered: tuple[Asked, ...]
    due: int
    told: int
    late: tuple[Late, ...]  # the latest first
    repeated: int
    open: int
    lost: tuple[str, ...]
    traffic: Traffic
    saved: int

    @property
    def undisturbed(self) -> tuple[Asked, ...]:
        """The answers during which nothing was in trouble."""
        return tuple(
            each
            for each in self.answered
            if each.answered is not None
            and self.scenario.calm(each.at, each.answered) == each.answered - each.at
        )


def judge(
    scenario: Scenario, until: float, asked: Sequence[Asked], told: Sequence[Told], traffic: Traffic
) -> Verdict:
    """As it stands at `until`."""
    taken = [each for each in asked if each.taken]
    silent = [each for each in taken if each.answered is None]
    wanted = [each for each in due(scenario, asked) if each.at <= until]
    met = {each: _first(each, told) for each in wanted}
    untold = [each for each, when in met.items() if when is None]
    lost_asks = [each for each in silent if each.at + UNANSWERED <= until]
    lost_dues = [each for each in untold if each.at + UNTOLD <= until]
    delays = [
        Late(scenario.calm(each.at, when), each)
        for each, when in met.items()
        if when is not None and each.kinds & END
    ]
    return Verdict(
        scenario=scenario,
        until=until,
        asked=len(asked),
        refused=len(asked) - len(taken),
        answered=tuple(each for each in taken if each.answered is not None),
        due=len(wanted),
        told=len(wanted) - len(untold),
        late=tuple(sorted((each for each in delays if each.seconds > LATE), key=lambda each: -each.seconds)),
        repeated=len(repeated(told)),
        open=len(silent) - len(lost_asks) + len(untold) - len(lost_dues),
        lost=(
            *(_unanswered(each, scenario) for each in lost_asks),
            *(_untold(each, scenario) for each in lost_dues),
        ),
        traffic=traffic,
        saved=_saved(taken, traffic),
    )


def _first(wanted: Due, told: Iterable[Told]) -> float | None:
    return next((each.at for each in told if wanted.is_met_by(each)), None)


def _saved(taken: Sequence[Asked], traffic: Traffic) -> int:
    """Requests that were not made, as everybody who waits for an order shares the looks at it."""
    asks = Counter(each.act.order for each in taken if each.act.what not in _ABOUT_NONE)
    waiting = Counter(each.act.order for each in taken if each.is_promise)
    saved = 0
    for order, made in traffic.orders.items():
        looks = max(made - asks[order], 0)
        saved += asks[order] + looks * max(waiting[order], 1) - made
    return saved


def too_fast(traffic: Traffic) -> int:
    """How often Slack's pace was not kept: a message a second in a channel, fifty edits a minute."""
    return _crowded(traffic.edits, *_EDITS) + sum(_crowded(each, *_POSTS) for each in traffic.posts.values())


def _crowded(times: Sequence[float], most: int, seconds: float) -> int:
    return sum(later - sooner < seconds for sooner, later in zip(times, times[most:], strict=False))


def _unanswered(asked: Asked, scenario: Scenario) -> str:
    about = next((f" about {order.name}" for order in scenario.orders if order.id == asked.act.order), "")
    act, since = asked.act, clock(asked.at, scenario)
    return f"{act.who} got no answer in #{act.channel} to “{act.what}”{about}, since {since}."


def _untold(wanted: Due, scenario: Scenario) -> str:
    name = next(order.name for order in scenario.orders if order.id == wanted.order)
    what = "ended" if wanted.kinds & END else "is stuck"
    return f"#{wanted.channel} was not told that {name} {what}, at {clock(wanted.at, scenario)}."


def clock(at: float, scenario: Scenario) -> str:
    """The time of the day."""
    minutes = round(scenario.begins.hour * 60 + scenario.begins.minute + at / MINUTE)
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
