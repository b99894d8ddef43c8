"""Notices about the time by which an order is wanted: late, back on time, passed, and the end."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pydantic import TypeAdapter

from bot.orders.changes import Snapshot
from bot.orders.forecast import Forecast, Point
from bot.orders.progress import Counts
from bot.watches import lateness
from bot.watches.lateness import notice_kind, with_due
from bot.watches.models import Delay, Level, Notice, NoticeKind, Watch
from bot.watches.transitions import Step, next_step, put_off, untold
from tests.watches.test_transitions import BEN, DELETED, NOW, RULES, tally, watch

MINUTE = timedelta(minutes=1)
DUE = NOW + 60 * MINUTE
LATE, BACK = NoticeKind.WILL_BE_LATE, NoticeKind.BACK_ON_TIME


def expected(early: float, late: float) -> Forecast:
    """Minutes after the time at which the order is wanted. Negative before it."""
    return Forecast(early=DUE + early * MINUTE, late=DUE + late * MINUTE)


def wanted(forecast: Forecast | None = None, **more: object) -> Watch:
    return watch(tally(3), **{"due_by": DUE, "forecast": forecast, "known_failed": 0, **more})


def paced(due_in: timedelta, **more: object) -> Watch:
    """Of 100 photos 50 are done, one in ten seconds. So the rest will take about eight minutes."""
    pace = tuple(Point(NOW.timestamp() - 10.0 * (50 - done), done) for done in range(15, 51, 5))
    return watch(tally(50, of=100), **{"due_by": NOW + due_in, "pace": pace, **more})


LATE_BY_PACE, ON_TIME_BY_PACE = 5 * MINUTE, 20 * MINUTE


def goes_on(before: Watch) -> Step:
    """The next check, ten seconds later."""
    return check(before, tally(51, of=100), at=NOW + timedelta(seconds=10))


def check(before: Watch, seen: Counts | None = None, *, at: datetime = NOW + MINUTE) -> Step:
    return next_step(before, seen or tally(4), at, RULES)


def kind(step: Step) -> NoticeKind | None:
    return step.notice.kind if step.notice else None


@pytest.mark.parametrize(
    ("before", "at", "told"),
    [
        (wanted(expected(1, 20)), NOW, LATE),
        (wanted(expected(0, 20)), NOW, None),
        (wanted(expected(-10, 20)), NOW, None),
        (wanted(None), NOW, None),
        (wanted(expected(1, 20), due_by=None), NOW, None),
        (wanted(expected(1, 20), told_late=True), NOW, None),
        (wanted(expected(1, 20), told_on_time=True), NOW, None),
        (wanted(expected(-20, 0), told_late=True), NOW, BACK),
        (wanted(expected(-20, 1), told_late=True), NOW, None),
        (wanted(None, told_late=True), NOW, None),
        (wanted(expected(-20, -1)), NOW, None),
        (wanted(expected(-20, -1), told_on_time=True), NOW, None),
        (wanted(None), DUE, None),
        (wanted(None), DUE + MINUTE, LATE),
        (wanted(None, told_late=True), DUE + MINUTE, None),
        (wanted(None, told_on_time=True), DUE + MINUTE, LATE),
        (wanted(None, told_on_time=True, told_late=True), DUE + MINUTE, None),
        (wanted(expected(-20, -1), told_late=True), DUE + MINUTE, None),
    ],
    ids=[
        "expected after it", "expected at it", "may be in time", "nothing is expected", "no time", "told",
        "told that it is back", "back on time", "not surely back", "no longer known", "in time", "still back",
        "at the time", "the time has passed", "told before it passed", "told back, and it passed",
        "told back, and that it passed", "back too late",
    ],
)  # fmt: skip
def test_what_is_posted(before: Watch, at: datetime, told: NoticeKind | None) -> None:
    """Late once, back on time once, and that the time has passed unless late was the last word."""
    assert notice_kind(replace(before, seen=Snapshot(tally=tally(4), at=at))) is told


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (paced(LATE_BY_PACE), LATE),
        (paced(ON_TIME_BY_PACE), None),
        (paced(ON_TIME_BY_PACE, told_late=True), BACK),
        (paced(LATE_BY_PACE, told_late=True), None),
    ],
    ids=["late", "on time", "back on time", "still late"],
)
def test_a_check_measures_by_the_pace_that_it_saw(before: Watch, told: NoticeKind | None) -> None:
    """Not by what was expected at the check before."""
    step = goes_on(before)
    assert kind(step) is told
    assert (step.watch.told_late, step.watch.told_on_time) == (
        told is LATE or (before.told_late and told is not BACK),
        told is BACK,
    )


def test_each_is_posted_once() -> None:
    """Late, back on time, and passed: three notices at most, however often the forecast turns."""
    watched, posted = wanted(), list[NoticeKind | None]()
    for minute in range(1, 90):
        turns = expected(5, 20) if minute % 20 < 10 else expected(-20, -5)
        seen = Snapshot(tally=tally(4), at=NOW + minute * MINUTE)
        posted.append(notice_kind(replace(watched, forecast=turns, seen=seen)))
        watched = lateness.told(watched, posted[-1])

    assert list(filter(None, posted)) == [LATE, BACK, LATE]


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (tally(50, failed=1, of=100), NoticeKind.FAILURE),
        (tally(100, of=100), NoticeKind.FINISHED),
        (tally(98, failed=2, of=100), NoticeKind.FAILED),
        (DELETED, NoticeKind.DELETED),
    ],
)
def test_a_more_important_notice_comes_first(seen: Counts, told: NoticeKind) -> None:
    """Late follows at the next check, if it is still true."""
    step = check(paced(LATE_BY_PACE), seen, at=NOW + timedelta(seconds=10))
    assert kind(step) is told
    assert not step.watch.told_late
    if told is NoticeKind.FAILURE:
        assert kind(check(step.watch, seen, at=NOW + timedelta(seconds=20))) is LATE


@pytest.mark.parametrize(
    ("seen", "at", "updated", "ahead"),
    [
        (tally(10), DUE - 12 * MINUTE, None, 12 * MINUTE),
        (tally(10), DUE - 12 * MINUTE, DUE - 13 * MINUTE, 13 * MINUTE),
        (tally(10), DUE + MINUTE, DUE - MINUTE, MINUTE),
        (tally(8, failed=2), DUE + 7 * MINUTE, None, -7 * MINUTE),
    ],
)
def test_the_end_says_by_how_much(
    seen: Counts, at: datetime, updated: datetime | None, ahead: timedelta
) -> None:
    """From when it happened, else from when it was noticed. The time is for this end alone."""
    before = wanted(told_late=True, moved_after=NOW)
    step = next_step(before, seen, at, RULES, updated)
    assert step.notice
    assert (step.notice.due, step.notice.ahead) == (DUE, ahead)
    assert (step.watch.due_by, step.watch.told_late) == (None, False)

    again = check(step.watch, tally(9), at=DUE + 60 * MINUTE)
    assert again.notice is None


def test_an_end_that_could_not_be_posted_is_measured_again() -> None:
    """What was not posted is not recorded."""
    before = wanted()
    step = check(before, tally(10))
    again = check(put_off(untold(before, step), NOW + MINUTE, Delay.SLACK), tally(10), at=NOW + 2 * MINUTE)
    assert again.notice
    assert again.notice.due == DUE


def test_late_that_could_not_be_posted_is_posted_later() -> None:
    """As any notice."""
    before = paced(LATE_BY_PACE)
    later = put_off(untold(before, goes_on(before)), NOW + timedelta(seconds=10), Delay.SLACK)
    assert kind(check(later, tally(52, of=100), at=NOW + timedelta(seconds=25))) is LATE


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("about", [LATE, BACK])
def test_both_are_for_all(about: NoticeKind, level: Level) -> None:
    """Who wants failures only has read that it will be late, and is to read that it will not."""
    assert Notice(about, None).concerns(replace(BEN, level=level))


def test_a_check_comes_right_after_the_time() -> None:
    """However rarely the order is checked. Not again once it is told, or without a time."""
    slow = wanted(still=86400.0)
    soon = NOW + 58 * MINUTE
    planned = check(slow, tally(3), at=soon).watch.next_look
    assert DUE < planned < DUE + timedelta(seconds=10)
    for other in (replace(slow, told_late=True), replace(slow, due_by=None)):
        assert check(other, tally(3), at=soon).watch.next_look > DUE + MINUTE


def test_a_new_time_is_told_again() -> None:
    """What was posted of the time before no longer counts. The same time, and none, change nothing."""
    told = wanted(told_late=True, told_on_time=True)
    changed = with_due(told, DUE + MINUTE)
    assert (changed.due_by, changed.told_late, changed.told_on_time) == (DUE + MINUTE, False, False)
    assert with_due(told, DUE) == with_due(told, None) == told


def test_the_card_is_redrawn_for_another_time() -> None:
    """The time is part of what the card shows of the watch."""
    assert wanted().face != wanted(due_by=DUE + MINUTE).face != wanted(due_by=None).face


def test_a_stored_time_is_read_back() -> None:
    """With its zone."""
    stored = TypeAdapter(Watch)
    assert stored.validate_json(stored.dump_json(wanted(expected(1, 20)))) == wanted(expected(1, 20))
