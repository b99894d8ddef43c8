"""What a look at an order means for a watch: pure, and the same however often it is worked out again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.orders.changes import Snapshot
from bot.orders.progress import Counts, State
from bot.watches import schedule
from bot.watches.models import GONE, OVER, Condition, Delay, Ending, Notice, NoticeKind, Watch, is_over

_MAY_STICK = frozenset({State.GROUPING, State.ENHANCING, State.OTHER})  # waiting for uploads is people's pace
_CHECK_AGAIN_SECONDS = 30.0  # seconds; for an order that is not there
_LATE_CHECK_SECONDS = 60.0  # seconds that a look may be later than planned and still count in full
_BUSY, _BUSIEST = 15.0, 300.0  # seconds between looks while Autoenhance or Slack does not answer
_MIN_PAUSE = 1.0  # seconds, where no pause is asked for
_MAX_PAUSE = 3600.0  # seconds that we stay away, whatever was asked for: no plan is further ahead


@dataclass(frozen=True)
class Rules:
    """How long things take. An order is usually done within ten minutes, grouping within five."""

    lasts: timedelta = timedelta(days=7)
    quiet: timedelta = timedelta(minutes=30)  # after the order's end: it may be worked on again
    stuck: timedelta = timedelta(minutes=20)
    late: timedelta = timedelta(minutes=3)  # so much later than planned is worth a word
    gone: timedelta = timedelta(seconds=90)  # "no such order" for so long is taken for the truth
    settled: timedelta = timedelta(minutes=3)  # more photos counted than listed, and no more come


@dataclass(frozen=True)
class Step:
    """`watch` is to be saved when the card shows it and the notice is posted."""

    watch: Watch
    notice: Notice | None = None
    edit: bool = False  # the card shows something else
    at_once: bool = False  # and that is not to wait


def next_step(
    watch: Watch, tally: Counts | None, now: datetime, rules: Rules, updated: datetime | None = None
) -> Step:
    """`tally` is None when there was no such order; `updated` is when Autoenhance says it last changed."""
    if tally is None:
        return _not_there(watch, now, rules)
    after = _looked(watch, tally, now)
    ending = _ending(after, tally, rules)
    kind = _to_tell(after, tally, ending, rules)
    stuck = is_stuck(after, rules)
    seconds = schedule.pause(after, tally)
    told = replace(
        after,
        told_failure=after.told_failure or kind in {NoticeKind.FAILURE, NoticeKind.FAILED},
        told_stuck=after.told_stuck or kind is NoticeKind.STUCK,
        told_over=tally if kind in {NoticeKind.FINISHED, NoticeKind.FAILED} else after.told_over,
        delay=None,
        late_since=None,
        pause=seconds,
        next_look=schedule.at(watch, now, seconds),
    )
    return Step(
        _ended(told, ending, now) if ending else told,
        Notice(kind, _happened(after, kind, updated, now), _delay(watch, now, rules)) if kind else None,
        edit=after.shown is None or after.shown.tally != tally or after.shown_stuck != stuck or bool(ending),
        at_once=bool(kind or ending) or tally.state in OVER | GONE,
    )


def is_stuck(watch: Watch, rules: Rules) -> bool:
    """Still working, but nothing moved for longer than is usual."""
    working = watch.seen is not None and watch.seen.tally.state in _MAY_STICK
    return working and watch.still >= rules.stuck.total_seconds()


def put_off(watch: Watch, now: datetime, why: Delay, seconds: float | None = None) -> Watch:
    """While Autoenhance or Slack does not answer: in so many seconds, or after twice the pause before."""
    if seconds is None:
        seconds = min(_BUSIEST, max(_BUSY, 2 * watch.pause)) if watch.delay is why else _BUSY
    pause = min(max(seconds, _MIN_PAUSE), _MAX_PAUSE)
    next_look = schedule.at(watch, now, pause)
    return replace(watch, delay=why, late_since=watch.late_since or now, pause=pause, next_look=next_look)


def untold(watch: Watch, step: Step) -> Watch:
    """The watch when the step could not be told: it knows what was seen, and that nobody heard of it."""
    after = step.watch
    return replace(
        watch,
        seen=after.seen,
        first=after.first,
        still=after.still,
        lived=after.lived,
        missing=after.missing,
        missed_at=after.missed_at,
        moved_after=after.moved_after,
        name=after.name,
    )


def ended(watch: Watch, ending: Ending, now: datetime, reason: str = "") -> Watch:
    return replace(_ended(watch, ending, now), reason=reason)


def _ended(watch: Watch, ending: Ending, now: datetime) -> Watch:
    return replace(watch, condition=Condition.ENDED, ending=ending, ended_at=now)


def _not_there(watch: Watch, now: datetime, rules: Rules) -> Step:
    """One answer of "no such order" may be a mistake; the same for minutes is not."""
    missing = watch.missing + _passed(watch, watch.missed_at, now)
    missed = replace(watch, missing=missing, missed_at=now)
    if missing < rules.gone.total_seconds():
        next_look = schedule.at(watch, now, _CHECK_AGAIN_SECONDS)
        return Step(replace(missed, pause=_CHECK_AGAIN_SECONDS, next_look=next_look))
    gone = ended(missed, Ending.DELETED, now)
    notice = None if watch.told_over else Notice(NoticeKind.DELETED, None, _delay(watch, now, rules))
    return Step(gone, notice, edit=True, at_once=True)


def _passed(watch: Watch, since: datetime | None, now: datetime) -> float:
    """Seconds between two looks, as far as they were planned: a clock that jumps adds no more than that."""
    if since is None:
        return 0.0
    return min(max((now - since).total_seconds(), 0.0), watch.pause + _LATE_CHECK_SECONDS)


def _looked(watch: Watch, tally: Counts, now: datetime) -> Watch:
    moved = watch.seen is None or watch.seen.tally != tally
    passed = _passed(watch, watch.seen.at if watch.seen else None, now)
    seen = Snapshot(tally=tally, at=now)
    working = tally.state not in OVER | GONE
    return replace(
        watch,
        seen=seen,
        first=(watch.first or seen) if working else None,
        still=0.0 if moved else watch.still + passed,
        lived=watch.lived + passed,
        missing=0.0,
        missed_at=None,
        moved_after=(watch.seen.at if watch.seen else None) if moved else watch.moved_after,
    )


def _ending(after: Watch, tally: Counts, rules: Rules) -> Ending | None:
    if tally.state in GONE:
        return Ending.DELETED
    if tally.state in OVER and after.told_over is not None and after.still >= rules.quiet.total_seconds():
        return Ending.QUIET
    return Ending.EXPIRED if after.lived >= rules.lasts.total_seconds() else None


def _to_tell(after: Watch, tally: Counts, ending: Ending | None, rules: Rules) -> NoticeKind | None:
    """The one thing that matters most; an end is told again if it is another, or more photos failed."""
    if tally.state in GONE:
        return None if after.told_over else NoticeKind.DELETED
    if _over(after, tally, rules):
        told, ends = after.told_over, _ends(tally)
        again = told is None or ends is not _ends(told) or tally.failed > told.failed
        return ends if again else None
    if ending is Ending.EXPIRED:
        return NoticeKind.EXPIRED
    if tally.failed and not after.told_failure:
        return NoticeKind.FAILURE
    return NoticeKind.STUCK if is_stuck(after, rules) and not after.told_stuck else None


def _ends(tally: Counts) -> NoticeKind:
    return NoticeKind.FINISHED if tally.state is State.READY else NoticeKind.FAILED


def _over(after: Watch, tally: Counts, rules: Rules) -> bool:
    counted = is_over(tally) or after.still >= rules.settled.total_seconds()
    return tally.state in OVER and counted


def _happened(after: Watch, kind: NoticeKind, updated: datetime | None, now: datetime) -> datetime | None:
    """Autoenhance's time, if it can be true: after the last look that saw another state, and not later."""
    if updated is None or after.moved_after is None or kind in {NoticeKind.STUCK, NoticeKind.EXPIRED}:
        return None
    return updated if after.moved_after <= updated <= now else None


def _delay(watch: Watch, now: datetime, rules: Rules) -> Delay | None:
    if watch.delay and watch.late_since and now - watch.late_since >= rules.late:
        return watch.delay
    return Delay.DESK if now - watch.next_look >= rules.late else None
