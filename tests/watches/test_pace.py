"""The forecast of a watched order, from the pace at which its photos settle."""

import bisect
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.orders.changes import Snapshot
from bot.orders.forecast import MAX_POINTS, MAX_SHARE, Forecast
from bot.orders.progress import Counts, State
from bot.watches.models import Watch
from bot.watches.transitions import next_step, untold
from tests.watches.test_transitions import GROUPING, NOW, RULES, SILENT, tally, watch

MINUTE = 60.0
Seconds = list[float]  # of each photo, from the beginning of the order to its end


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def begun(of: int, done: int = 0) -> Watch:
    seen = Snapshot(tally=tally(done, of=of), at=NOW)
    return replace(watch(), seen=seen, first=seen, pause=5.0, next_look=at(5))


def checked(before: Watch, seen: Counts, seconds: float) -> Watch:
    return next_step(before, seen, at(seconds), RULES).watch


def followed(done: Sequence[tuple[float, int]], of: int = 40) -> Watch:
    """The watch after checks at these times, which found so many photos done."""
    now = begun(of)
    for seconds, number in done:
        now = checked(replace(now, pause=600.0), tally(number, of=of), seconds)
    return now


STEADY = [(30.0 * n, n) for n in range(1, 21)]  # a photo in half a minute, twenty to go


def forecasts(settles: Sequence[float]) -> Iterator[tuple[float, Forecast | None]]:
    """Checks an order whose photos settle at these times, when the bot would. With the time of each check."""
    now, of = begun(len(settles)), len(settles)
    while True:
        seconds = (now.next_look - NOW).total_seconds()
        now = checked(now, tally(bisect.bisect_right(settles, seconds), of=of), seconds)
        if seconds >= settles[-1]:
            return
        yield seconds, now.forecast


def several_at_once(draw: random.Random, photos: int, pace: float) -> Seconds:
    free, done = [0.0] * 4, []
    for _ in range(photos):
        free.sort()
        free[0] += 4 * pace * draw.uniform(0.6, 1.4)
        done.append(free[0])
    return sorted(done)


def in_turn(seconds: Callable[[random.Random, float, float], float]) -> Callable[..., Seconds]:
    """Photos one after the other. `seconds` is what one takes, from the share of photos that came before."""

    def made(draw: random.Random, photos: int, pace: float) -> Seconds:
        return list(itertools.accumulate(seconds(draw, pace, n / photos) for n in range(photos)))

    return made


def bursts(draw: random.Random, photos: int, pace: float) -> Seconds:
    each = [4 * pace * draw.uniform(0.7, 1.3) if n % 4 == 0 else 0.0 for n in range(photos)]
    return list(itertools.accumulate(each))


KINDS: dict[str, Callable[[random.Random, int, float], Seconds]] = {
    "regular": in_turn(lambda _draw, pace, _share: pace),
    "unsteady": in_turn(lambda draw, pace, _share: pace * draw.uniform(0.5, 1.5)),
    "unlike each other": in_turn(lambda draw, pace, _share: draw.gammavariate(4, pace / 4)),
    "at random": in_turn(lambda draw, pace, _share: draw.expovariate(1 / pace)),
    "slower and slower": in_turn(lambda _draw, pace, share: pace * (0.7 + 0.6 * share)),
    "faster and faster": in_turn(lambda _draw, pace, share: pace * (1.3 - 0.6 * share)),
    "four at a time": bursts,
    "several at once": several_at_once,
}
PACES = (4.0, 8.0, 15.0, 30.0, 60.0, 200.0, 600.0)  # seconds for a photo


def test_four_of_five_orders_end_in_the_first_range_that_is_given() -> None:
    """Of orders of each kind. No range is wider than half of the time until its end, before it is rounded."""
    draw, inside, given = random.Random(16), 0, 0  # noqa: S311
    for kind, _ in itertools.product(KINDS, range(30)):
        settles = KINDS[kind](draw, draw.randint(8, 80), draw.choice(PACES))
        shown = [(seconds, range_) for seconds, range_ in forecasts(settles) if range_]
        for seconds, range_ in shown:
            left = range_.late - at(seconds)
            rounding = timedelta(minutes=2 if left < timedelta(minutes=30) else 10)
            assert range_.late - range_.early <= MAX_SHARE * left + rounding, kind
        if shown:
            given += 1
            inside += shown[0][1].early <= at(settles[-1]) <= shown[0][1].late
    assert given > 100
    assert inside >= 0.8 * given


def test_a_regular_order_has_a_range_most_of_the_time() -> None:
    """From the end of its first third on, until a few minutes before its end."""
    settles = [30.0 * n for n in range(1, 61)]
    shown = [bool(range_) for seconds, range_ in forecasts(settles) if 500 < seconds < 1500]
    assert shown.count(True) > 0.8 * len(shown)


def test_an_end_that_is_near_is_given_to_the_minute() -> None:
    """Twenty photos of half a minute each are left."""
    known = followed(STEADY).forecast
    assert known
    assert known.early < at(1200) < known.late
    assert (known.early.timestamp() % 60, known.late.timestamp() % 60) == (0, 0)
    assert known.late - known.early <= 5 * timedelta(minutes=1)


def test_an_end_that_is_far_is_given_to_five_minutes() -> None:
    """A hundred photos of half a minute each are left."""
    known = followed([(30.0 * n, n) for n in range(1, 61)], of=160).forecast
    assert known
    assert known.early < at(4800) < known.late
    assert (known.early.timestamp() % 300, known.late.timestamp() % 300) == (0, 0)


@pytest.mark.parametrize(
    ("seen", "seconds"),
    [
        (tally(20, of=41), 620),
        (tally(19, of=40), 620),
        (tally(21, of=40), 620 + 3600),
        (tally(21, of=40), 500),
        (tally(20, of=40), 600 + 119),
        (GROUPING, 620),
        (replace(SILENT, total=40, done=20), 620),
        (tally(21, of=40, state=State.OTHER), 620),
        (tally(40, of=40), 620),
        (tally(40, of=40, state=State.ENHANCING), 620),
        (tally(39, of=40), 620),
    ],
    ids=[
        "a photo was added", "a failed photo is enhanced again", "the clock jumps ahead",
        "the clock jumps back", "checked too late", "grouped again", "photos without a status", "not in work",
        "done", "nothing left", "nearly done",
    ],
)  # fmt: skip
def test_without_a_pace_there_is_no_range(seen: Counts, seconds: float) -> None:
    """Nor is the one before kept."""
    before = replace(followed(STEADY), pause=30.0)
    assert before.forecast
    assert checked(before, seen, seconds).forecast is None


@pytest.mark.parametrize(
    "done",
    [
        [(30.0 * n, n) for n in range(1, 6)],
        [(11.0 * n, n) for n in range(1, 6)],
        [(1.0 * n, n) for n in range(1, 20)],
        [(600.0 * n, n) for n in range(1, 51)],
        [],
    ],
    ids=[
        "fewer than five photos after the first",
        "less than a minute",
        "quick photos",
        "a day left",
        "none",
    ],
)
def test_a_pace_must_have_been_seen(done: list[tuple[float, int]]) -> None:
    """When the first photo began is not known, so it counts as none."""
    assert followed(done, of=200).forecast is None


def test_a_pace_that_has_stopped_says_nothing() -> None:
    """No photo came for as long as five took."""
    now, known = followed(STEADY, of=50), []
    for seconds in range(630, 840, 30):
        now = checked(replace(now, pause=30.0), tally(20, of=50), seconds)
        known.append(now.forecast is not None)
    assert known == [True] * 5 + [False] * 2


def test_after_a_jump_of_the_clock_the_pace_is_learned_again() -> None:
    """From the photos that come then, however long the jump was."""
    now = checked(followed(STEADY, of=80), tally(21, of=80), 90_000)
    for n in range(1, 16):
        now = checked(replace(now, pause=30.0), tally(21 + n, of=80), 90_000 + 30 * n)
    assert now.forecast
    assert now.forecast.early < at(90_450 + 44 * 30) < now.forecast.late


def test_a_watch_keeps_few_points() -> None:
    """However many photos the order has. They begin with the first one that was seen."""
    now = followed([(30.0 * n, n) for n in range(1, 301)], of=400)
    assert len(now.pace) <= MAX_POINTS
    assert (now.pace[0].settled, now.pace[-1].settled) == (1, 300)
    assert now.forecast


def test_the_pace_is_kept_when_slack_takes_no_notice() -> None:
    """It was seen, whatever could be posted of it."""
    before = followed(STEADY)
    step = next_step(replace(before, pause=30.0), replace(tally(20, 1, of=40)), at(630), RULES)
    kept = untold(before, step)
    assert step.notice
    assert (kept.pace, kept.forecast) == (step.watch.pace, step.watch.forecast)
    assert kept.pace != before.pace


@pytest.mark.parametrize("of", [40, 60, 120])
def test_a_pace_that_changed_gives_no_range(of: int) -> None:
    """It may go on to change as much: ten photos of forty seconds, then ten of twenty."""
    faster = [(40.0 * n, n) for n in range(1, 11)] + [(400 + 20.0 * n, 10 + n) for n in range(1, 11)]
    assert followed(faster, of=of).forecast is None


def test_a_steady_pace_may_change_until_a_far_end() -> None:
    """So the range is a larger share of what is left than near the end."""
    near, far = followed(STEADY, of=32).forecast, followed(STEADY, of=200).forecast
    assert near
    assert far
    assert far.late - far.early > 0.4 * timedelta(seconds=180 * 30)
    assert near.late - near.early < 0.4 * timedelta(seconds=12 * 30) + timedelta(minutes=2)
