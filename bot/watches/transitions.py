"""What a check of an order means for a watch. Pure: the same input gives the same result again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.orders.brackets import BracketFacts
from bot.orders.changes import Snapshot
from bot.orders.progress import Counts, State
from bot.watches import lateness, pace, schedule, uploads
from bot.watches.models import (
    DELETED_STATES,
    FINISHED_STATES,
    NOT_GROUPED_STATES,
    Condition,
    Delay,
    Ending,
    Notice,
    NoticeKind,
    Watch,
    is_finished,
)

# Not while it waits for uploads: how long those take is for people to decide.
_CAN_BE_STUCK = frozenset({State.GROUPING, State.ENHANCING, State.OTHER})
_WITH_TIME = {NoticeKind.FAILURE, NoticeKind.FINISHED, NoticeKind.FAILED, NoticeKind.DELETED}
_MISSING_ORDER_PAUSE_SECONDS = 30.0  # until an order that was not found is checked again
_MAX_LATE_SECONDS_COUNTED = 60.0  # how much later than planned a check may be and still count in full
# The pause doubles from the first to the second while Autoenhance or Slack does not answer.
_FIRST_RETRY_SECONDS, _MAX_RETRY_SECONDS = 15.0, 300.0
_MIN_PUT_OFF_SECONDS = 1.0  # also where a `Retry-After` asks for less
_MAX_PUT_OFF_SECONDS = 3600.0  # also where a `Retry-After` asks for more: no check is planned further ahead


@dataclass(frozen=True)
class Rules:
    """Time limits of a watch. An order is usually done within ten minutes, its grouping within five."""

    lasts: timedelta = timedelta(days=7)  # of a watch
    quiet: timedelta = timedelta(minutes=30)  # a finished order is watched so long: work may begin again
    stuck: timedelta = timedelta(minutes=20)  # a working order that does not change for so long is stuck
    not_started: timedelta = timedelta(minutes=10)  # nothing is processed, though all is uploaded
    late: timedelta = timedelta(minutes=3)  # a notice that is so much later than planned says why
    gone: timedelta = timedelta(seconds=90)  # after "no such order" for so long, the order is deleted
    settled: timedelta = timedelta(minutes=3)  # so long, photos that are counted may still be listed


@dataclass(frozen=True)
class Step:
    """What to do after a check. `watch` is saved after the card is edited and the notice is posted."""

    watch: Watch
    notice: Notice | None = None
    edit: bool = False  # the card is out of date
    at_once: bool = False  # and its edit must not wait
    closes: bool = False  # nobody needs to be on it any more


def next_step(
    watch: Watch,
    tally: Counts | None,
    now: datetime,
    rules: Rules,
    updated: datetime | None = None,
    *,
    brackets: BracketFacts | None = None,
) -> Step:
    """What to post and save after one check.

    `tally` is None when Autoenhance has no such order. `updated` is when Autoenhance says that the order
    last changed. `brackets` is None where this check did not ask for them, or had no answer.
    """
    if tally is None:
        return _order_missing(watch, now, rules)
    after = pace.with_forecast(watch, uploads.with_brackets(_checked(watch, tally, now), brackets), now)
    ending = _ending(after, tally, rules)
    kind = _notice_kind(after, tally, ending, rules, asked=brackets is not None)
    seconds = schedule.pause(after, tally)
    posted = replace(
        lateness.told(after, kind),
        told_failure=after.told_failure or kind in {NoticeKind.FAILURE, NoticeKind.FAILED},
        told_stuck=after.told_stuck or kind is NoticeKind.STUCK,
        told_not_started=after.told_not_started or kind is NoticeKind.NOT_STARTED,
        told_over=tally if kind in {NoticeKind.FINISHED, NoticeKind.FAILED} else after.told_over,
        claimed_by=None if _has_finished(after, tally, rules) else after.claimed_by,
        delay=None,
        late_since=None,
        pause=seconds,
        next_look=lateness.next_check(after, now, schedule.at(watch, now, seconds)),
    )
    notice = Notice(kind, _happened(after, kind, updated, now), _delay(watch, now, rules)) if kind else None
    return Step(
        _ended(posted, ending, now) if ending else posted,
        lateness.measured(notice, after, now),
        edit=_is_outdated(after, tally, rules) or after.brackets != watch.brackets or bool(ending),
        at_once=bool(kind or ending) or tally.state in FINISHED_STATES | DELETED_STATES,
        closes=bool(ending) or _has_finished(after, tally, rules),
    )


def _is_outdated(watch: Watch, tally: Counts, rules: Rules) -> bool:
    """Whether the watch's card shows other counts, or says otherwise whether the order is stuck."""
    return watch.shown is None or watch.shown.tally != tally or watch.shown_stuck != is_stuck(watch, rules)


def asks_for_brackets(watch: Watch, tally: Counts, now: datetime, rules: Rules) -> bool:
    """Whether this check asks for the order's brackets: after their grouping, and at the order's end.

    Where nothing is processed, also after 5 minutes, 10, 20 and so on, and before that is told.
    """
    if watch.seen is None or tally.state in DELETED_STATES:
        return False
    before, after = watch.seen.tally, _checked(watch, tally, now)
    grouped = before.state in NOT_GROUPED_STATES and tally.state not in NOT_GROUPED_STATES
    if grouped or (is_finished(tally) and not is_finished(before)):
        return True
    told = watch.told_not_started or watch.told_stuck
    return uploads.is_idle(tally) and not told and uploads.asks(watch.still, after, rules.not_started)


def is_stuck(watch: Watch, rules: Rules) -> bool:
    """Whether Autoenhance still works on the order, but nothing has changed for `rules.stuck`."""
    working = watch.seen is not None and watch.seen.tally.state in _CAN_BE_STUCK
    return working and watch.still >= rules.stuck.total_seconds()


def waits_for_slack(watch: Watch, now: datetime) -> bool:
    """Whether its place refused a message, and its next attempt is not due. No other place's check ends that.

    A time further ahead than any wait was written while the clock was wrong, so it is not waited for. Nor
    is one that the sweep found due: its process may have another clock, and until the watch is saved, no
    sweep takes it again.
    """
    if watch.claimed or watch.delay not in {Delay.SLACK, Delay.PLACE}:
        return False
    return 0 < (watch.next_look - now).total_seconds() < 2 * _MAX_PUT_OFF_SECONDS


def put_off(watch: Watch, now: datetime, why: Delay, seconds: float | None = None) -> Watch:
    """The watch with a later check, while Autoenhance or Slack does not answer.

    That is after `seconds`, or after twice the last pause where `seconds` is None.
    """
    if seconds is None:
        doubled = min(_MAX_RETRY_SECONDS, max(_FIRST_RETRY_SECONDS, 2 * watch.pause))
        seconds = doubled if watch.delay is why else _FIRST_RETRY_SECONDS
    pause = min(max(seconds, _MIN_PUT_OFF_SECONDS), _MAX_PUT_OFF_SECONDS)
    next_look = schedule.at(watch, now, pause)
    return replace(watch, delay=why, late_since=watch.late_since or now, pause=pause, next_look=next_look)


def untold(watch: Watch, step: Step) -> Watch:
    """The watch after a step whose notice could not be posted: what was seen is kept, as not posted."""
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
        moved_at=after.moved_at,
        known_failed=after.known_failed,
        name=after.name,
        brackets=after.brackets,
        uploaded=after.uploaded,
        pace=after.pace,
        forecast=after.forecast,
        began=after.began,
    )


def ended(watch: Watch, ending: Ending, now: datetime, reason: str = "") -> Watch:
    return replace(_ended(watch, ending, now), reason=reason)


def _ended(watch: Watch, ending: Ending, now: datetime) -> Watch:
    return replace(watch, condition=Condition.ENDED, ending=ending, ended_at=now, claimed_by=None)


def _order_missing(watch: Watch, now: datetime, rules: Rules) -> Step:
    """One answer of "no such order" may be a mistake. The same answer for `rules.gone` is not."""
    missing = watch.missing + _passed(watch, watch.missed_at, now)
    missed = replace(watch, missing=missing, missed_at=now)
    if missing < rules.gone.total_seconds():
        next_look = schedule.at(watch, now, _MISSING_ORDER_PAUSE_SECONDS)
        return Step(replace(missed, pause=_MISSING_ORDER_PAUSE_SECONDS, next_look=next_look))
    deleted = ended(missed, Ending.DELETED, now)
    notice = None if watch.told_over else Notice(NoticeKind.DELETED, None, _delay(watch, now, rules))
    return Step(deleted, notice, edit=True, at_once=True, closes=True)


def _passed(watch: Watch, since: datetime | None, now: datetime) -> float:
    """Seconds between two checks. A clock that jumps adds no more than was planned, and a minute."""
    if since is None:
        return 0.0
    return min(max((now - since).total_seconds(), 0.0), watch.pause + _MAX_LATE_SECONDS_COUNTED)


def _checked(watch: Watch, tally: Counts, now: datetime) -> Watch:
    moved = watch.seen is None or watch.seen.tally != tally
    passed = _passed(watch, watch.seen.at if watch.seen else None, now)
    seen = Snapshot(tally=tally, at=now)
    working = tally.state not in FINISHED_STATES | DELETED_STATES
    return replace(
        watch,
        seen=seen,
        first=(watch.first or seen) if working else None,
        still=0.0 if moved else watch.still + passed,
        lived=watch.lived + passed,
        missing=0.0,
        missed_at=None,
        moved_after=(watch.seen.at if watch.seen else None) if moved else watch.moved_after,
        moved_at=now if moved else watch.moved_at,
        known_failed=min(watch.known_failed, tally.failed),
        uploaded=None if moved else watch.uploaded,
    )


def _ending(after: Watch, tally: Counts, rules: Rules) -> Ending | None:
    if tally.state in DELETED_STATES:
        return Ending.DELETED
    if (
        tally.state in FINISHED_STATES
        and after.told_over is not None
        and after.still >= rules.quiet.total_seconds()
    ):
        return Ending.QUIET
    return Ending.EXPIRED if after.lived >= rules.lasts.total_seconds() else None


def _notice_kind(
    after: Watch, tally: Counts, ending: Ending | None, rules: Rules, *, asked: bool
) -> NoticeKind | None:
    """The most important notice. An end is posted again if it is another one, or more photos failed.

    An order that does not start is told once, as this or as a stall, and only if brackets were `asked` for.
    """
    if tally.state in DELETED_STATES:
        return None if after.told_over else NoticeKind.DELETED
    if _has_finished(after, tally, rules):
        posted, kind = after.told_over, _end_notice(tally)
        news = posted is None or kind is not _end_notice(posted) or tally.failed > posted.failed
        return kind if news else None
    if ending is Ending.EXPIRED:
        return NoticeKind.EXPIRED
    if tally.failed > after.known_failed and not after.told_failure:
        return NoticeKind.FAILURE
    told_idle = uploads.is_idle(tally) and (after.told_not_started or after.told_stuck)
    if asked and uploads.waits(after, rules.not_started) and not told_idle:
        return NoticeKind.NOT_STARTED
    stuck = is_stuck(after, rules) and not after.told_stuck and not told_idle
    return NoticeKind.STUCK if stuck else lateness.notice_kind(after)


def _end_notice(tally: Counts) -> NoticeKind:
    """Expired photos did not fail."""
    no_failure = tally.state is State.READY or tally.only_expired
    return NoticeKind.FINISHED if no_failure else NoticeKind.FAILED


def _has_finished(after: Watch, tally: Counts, rules: Rules) -> bool:
    all_listed = is_finished(tally) or after.still >= rules.settled.total_seconds()
    return tally.state in FINISHED_STATES and all_listed


def _happened(after: Watch, kind: NoticeKind, updated: datetime | None, now: datetime) -> datetime | None:
    """Autoenhance's time of the change. None if it is not between the check before the change and now."""
    if updated is None or after.moved_after is None or kind not in _WITH_TIME:
        return None
    return updated if after.moved_after <= updated <= now else None


def _delay(watch: Watch, now: datetime, rules: Rules) -> Delay | None:
    if watch.delay and watch.late_since and now - watch.late_since >= rules.late:
        return watch.delay
    return Delay.NOT_RUNNING if now - watch.next_look >= rules.late else None
