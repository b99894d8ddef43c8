"""How often an order is checked: enough to see its end within seconds, and seldom before."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.watches import schedule
from bot.watches.models import NoticeKind, Watch
from bot.watches.transitions import Rules, next_step

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PHOTOS, LASTS = 40, 600.0  # an order's, and the seconds that it takes
SWEEP = 1.0  # seconds until a due check is made


def tally(done: int = 0, state: State = State.ENHANCING, failed: int = 0) -> Counts:
    return Counts(state=state, total=PHOTOS, done=done, failed=failed, waiting=PHOTOS - done - failed)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def watch(seen: Counts, first: Counts | None = None, *, since: float = 60.0, **more: Any) -> Watch:
    """A watch whose `first` was seen so many seconds before `seen`."""
    usual: dict[str, Any] = {
        "id": 7,
        "team_id": "T1",
        "place": "C1",
        "order": OrderId("12-elm"),
        "watchers": (),
        "seen": Snapshot(tally=seen, at=NOW),
        "first": Snapshot(tally=first or seen, at=at(-since)),
        "next_look": NOW,
    }
    return Watch(**usual | more)


PAUSES: dict[str, tuple[Watch, float]] = {
    "grouping": (watch(tally(state=State.GROUPING)), 15.0),
    "unknown-word": (watch(tally(state=State.OTHER)), 15.0),
    "waiting-for-photos": (watch(tally(state=State.WAITING)), 15.0),
    "nothing-done-yet": (watch(tally()), 15.0),
    "first-look": (watch(tally(), since=0), 15.0),
    "ready": (watch(tally(40, State.READY)), 300.0),
    "attention": (watch(tally(38, State.ATTENTION, 2)), 300.0),
    "failed": (watch(tally(0, State.FAILED, 40)), 300.0),
    "deleted": (watch(tally(3, State.DELETED)), 300.0),
    "far-from-the-end": (watch(tally(4), tally()), 60.0),
    "half-of-what-is-left": (watch(tally(30), tally()), 10.0),
    "failures-count-as-progress": (watch(tally(20, failed=10), tally()), 10.0),
    "failures-of-before-do-not": (watch(tally(20, failed=10), tally(failed=10)), 15.0),
    "near-the-end": (watch(tally(39), tally()), 5.0),
    "hooked": (watch(tally(39), tally(), hooked=True), 240.0),
    "hooked-and-still-for-four-minutes": (watch(tally(39), tally(), hooked=True, still=240.0), 240.0),
    "hooked-and-still-for-a-day": (watch(tally(39), tally(), hooked=True, still=86400.0), 300.0),
    "hooked-and-grouping": (watch(tally(state=State.GROUPING), hooked=True), 240.0),
    "hooked-but-nothing-calls-for-uploads": (watch(tally(state=State.WAITING), hooked=True), 15.0),
    "hooked-and-over": (watch(tally(40, State.READY), hooked=True), 300.0),
    "still-for-four-minutes": (watch(tally(), still=240.0), 60.0),
    "still-near-the-end": (watch(tally(39), tally(), still=240.0), 60.0),
    "still-and-grouping": (watch(tally(state=State.GROUPING), still=240.0), 60.0),
    "still-for-a-day": (watch(tally(4), tally(), still=86400.0), 300.0),
    "waiting-for-a-day": (watch(tally(state=State.WAITING), still=86400.0), 300.0),
    "work-was-taken-back": (watch(tally(4), tally(30)), 15.0),
    "clock-was-turned-back": (watch(tally(4), tally(), since=-60.0), 15.0),
}


@pytest.mark.parametrize("case", PAUSES)
def test_the_pause_of_each_state(case: str) -> None:
    """The pause is seconds while the order works, and minutes where nothing moves.

    Where the rest is known, it is half of that.
    """
    watched, seconds = PAUSES[case]
    assert watched.seen

    assert schedule.pause(watched, watched.seen.tally) == pytest.approx(seconds)


def test_an_order_that_was_never_seen() -> None:
    """Nothing is known yet, so the next check is soon."""
    never = replace(watch(tally()), seen=None, first=None)

    assert schedule.pause(never, tally()) == schedule.MIN_PAUSE_SECONDS


def test_plans_differ_by_a_tenth_at_most() -> None:
    """A thousand watches that begin together spread evenly over a tenth before and after."""
    plans = [
        (schedule.at(watch(tally(), id=id_), NOW, 100.0) - NOW).total_seconds() for id_ in range(1, 1001)
    ]

    assert 90 <= min(plans) < 91
    assert 109 < max(plans) <= 110
    assert 99 < sum(plans) / len(plans) < 101
    assert len(set(plans)) > 990


def test_a_plan_is_the_same_when_it_is_made_again() -> None:
    """The jitter comes from the watch and the time, so a repeated check plans the same."""
    assert schedule.at(watch(tally()), NOW, 60.0) == schedule.at(watch(tally()), NOW, 60.0)
    assert schedule.at(watch(tally()), NOW, 60.0) != schedule.at(watch(tally()), at(1), 60.0) - timedelta(
        seconds=1
    )


def shoot(seconds: float) -> Counts:
    """An order whose photos are done one by one, evenly."""
    done = min(PHOTOS, int(seconds / LASTS * PHOTOS))
    return tally(done, State.READY if done == PHOTOS else State.ENHANCING)


def follow(luck: random.Random, *, begun: float, hooked: bool) -> tuple[int, float]:
    """The number of checks, and the seconds from the order's end to the check that saw it.

    With `hooked` the webhook's last call comes with the end, and makes the watch due three seconds later.
    """
    seconds = begun
    watched = watch(shoot(seconds), id=luck.randrange(1, 10**6), hooked=hooked)
    glimpse = Snapshot(tally=shoot(seconds), at=at(seconds))
    pause = schedule.pause(watched, glimpse.tally)
    watched = replace(
        watched,
        seen=glimpse,
        first=glimpse,
        shown=glimpse,
        pause=pause,
        next_look=schedule.at(watched, at(seconds), pause),
    )
    for checks in range(1, 1000):
        planned = (watched.next_look - NOW).total_seconds()
        if hooked and planned > LASTS:
            planned = min(planned, max(seconds, LASTS + 3))
        seconds = planned + luck.random() * SWEEP
        step = next_step(watched, shoot(seconds), at(seconds), Rules())
        watched = step.watch
        if step.notice:
            assert step.notice.kind is NoticeKind.FINISHED
            return checks, seconds - LASTS
    raise AssertionError("the end was never seen")


@pytest.mark.parametrize("within", [1.0, 60.0, LASTS - 1], ids=["at-once", "first-minute", "any-time"])
def test_the_end_is_seen_within_seconds_and_costs_little(within: float) -> None:
    """For forty photos in ten minutes there are at most 20 checks.

    The end is seen within 20 s in 95 of 100 runs.
    """
    luck = random.Random(1)  # noqa: S311 - no secret
    lives = [follow(luck, begun=luck.uniform(0, within), hooked=False) for _ in range(100)]

    assert max(checks for checks, _ in lives) <= 20
    assert sum(late <= 20 for _, late in lives) >= 95


@pytest.mark.parametrize("within", [1.0, LASTS - 1], ids=["at-once", "any-time"])
def test_a_webhook_saves_most_checks(within: float) -> None:
    """With calls, three checks are enough, and one more after the last call, which sees the end."""
    luck = random.Random(1)  # noqa: S311 - no secret
    lives = [follow(luck, begun=luck.uniform(0, within), hooked=True) for _ in range(100)]

    assert max(checks for checks, _ in lives) <= 3 + 1
    assert max(late for _, late in lives) <= 5


def test_a_webhook_that_is_lost_costs_minutes_only() -> None:
    """The next planned check sees an end without a call."""
    assert schedule.WEBHOOK_PAUSE * 1.1 + SWEEP < 5 * 60
