"""What a check means for a watch: each notice once, a delay with its reason, and no trust in clocks."""

import itertools
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.watches.claims import claimed
from bot.watches.models import (
    FINISHED_STATES,
    Claim,
    Condition,
    Delay,
    Ending,
    Level,
    Notice,
    NoticeKind,
    Watch,
    Watcher,
)
from bot.watches.transitions import (
    Rules,
    Step,
    ended,
    is_stuck,
    next_step,
    put_off,
    untold,
    waits_for_slack,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = Rules()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BEN = Watcher(user_id="U1", name="ben", since=NOW)


def tally(
    done: int = 0,
    failed: int = 0,
    *,
    of: int = 10,
    state: State | None = None,
    word: str = "",
) -> Counts:
    """Counts of an order that is being enhanced while photos are left, and finished when none is."""
    left = of - done - failed
    if state is None and left:
        state = State.ENHANCING
    elif state is None:
        state = State.READY if not failed else State.ATTENTION if done else State.FAILED
    return Counts(state=state, word=word, total=of, done=done, failed=failed, waiting=left)


GROUPING = tally(of=0, state=State.GROUPING)
WAITING = tally(of=0, state=State.WAITING)
OTHER = tally(4, state=State.OTHER, word="paused")
DELETED = tally(4, state=State.DELETED)
SILENT = replace(tally(state=State.ENHANCING), waiting=0)
EXPIRED = replace(tally(10, state=State.ATTENTION), done=7, expired=3)
SILENT_END = replace(SILENT, state=State.READY)


def watch(seen: Counts | None = None, **more: Any) -> Watch:
    """A watch whose card was posted with these counts. Its first check is due after ten seconds."""
    snapshot = Snapshot(tally=seen, at=NOW) if seen else None
    usual: dict[str, Any] = {
        "id": 7,
        "team_id": "T1",
        "place": "C1",
        "order": OrderId("12-elm"),
        "watchers": (BEN,),
        "seen": snapshot,
        "first": snapshot,
        "shown": snapshot,
        "known_failed": seen.failed if seen else 0,
        "next_look": NOW + timedelta(seconds=10),
        "pause": 10.0,
    }
    return Watch(**usual | more)


MISSING_FOR = timedelta(minutes=2.5)  # longer than a 404 is taken for a mistake, and not late yet


@dataclass
class WatchRun:
    """A watch that is checked when it is due, with a clock that only the test moves."""

    watch: Watch = field(default_factory=lambda: watch(tally()))
    now: datetime = NOW
    rules: Rules = RULES
    steps: list[Step] = field(default_factory=list)

    def check(
        self, seen: Counts | None, *, late: timedelta = timedelta(), updated: datetime | None = None
    ) -> Step:
        """Checks at the planned time, or so much later.

        Without the order, late enough for its 404 to count.
        """
        self.now = self.watch.next_look + (late or (MISSING_FOR if seen is None else timedelta()))
        return self.check_now(seen, updated=updated)

    def check_now(self, seen: Counts | None, *, updated: datetime | None = None) -> Step:
        step = next_step(self.watch, seen, self.now, self.rules, updated)
        self.steps.append(step)
        # as the notifier does after the card was drawn
        after, stuck = step.watch, is_stuck(step.watch, self.rules)
        self.watch = replace(after, shown=after.seen, shown_stuck=stuck) if step.edit else after
        return step

    def same(self, seen: Counts, span: timedelta) -> None:
        """Checks the same counts for so long."""
        until = self.now + span
        while self.watch.next_look <= until and self.watch.condition is Condition.OPEN:
            self.check(seen)

    def shows_stuck(self) -> bool:
        return self.watch.shown_stuck

    @property
    def notices(self) -> list[NoticeKind]:
        return [step.notice.kind for step in self.steps if step.notice]


F, E, Z, D, B, X = (
    NoticeKind.FAILURE,
    NoticeKind.FINISHED,
    NoticeKind.FAILED,
    NoticeKind.DELETED,
    NoticeKind.STUCK,
    NoticeKind.EXPIRED,
)

SEQUENCES: dict[str, tuple[list[Counts | None], list[NoticeKind]]] = {
    "nothing-special": ([tally(1), tally(5), tally(9)], []),
    "finish": ([tally(5), tally(10)], [E]),
    "finish-seen-twice": ([tally(10), tally(10), tally(10)], [E]),
    "first-failure-once": ([tally(1, 1), tally(1, 2), tally(1, 3)], [F]),
    "failure-then-end": ([tally(1, 1), tally(9, 1), tally(9, 1)], [F, Z]),
    "failure-only-at-the-end": ([tally(5), tally(9, 1)], [Z]),
    "all-failed": ([tally(0, 10)], [Z]),
    "mended-after-a-failure": ([tally(1, 1), tally(3), tally(4, 1), tally(10)], [F, E]),
    "worked-on-again": ([tally(10), tally(10, of=12), tally(12, of=12)], [E]),
    "worked-on-again-in-vain": ([tally(10), tally(10, of=12), tally(10, state=State.READY)], [E]),
    "flapping": ([tally(10), tally(10, state=State.ENHANCING)] * 4, [E]),
    "attention-then-mended": ([tally(9, 1), tally(9), tally(10)], [Z, E]),
    "no-first-failure-after-the-last": ([tally(8, 2), tally(8, 1), tally(9, 1)], [Z]),
    "more-failures-than-were-told": ([tally(9, 1), tally(8, 1), tally(8, 2)], [Z, Z]),
    "three-of-ten-are-there": ([tally(3, state=State.READY), tally(6, state=State.READY), tally(10)], [E]),
    "failure-in-a-second-round": ([tally(10), tally(10, 1, of=12), tally(11, 1, of=12)], [E, F, Z]),
    "deleted-by-flag": ([tally(1), DELETED], [D]),
    "deleted-by-two-404s": ([tally(1), None, None], [D]),
    "one-404": ([None, tally(1), None, tally(2)], []),
    "one-404-then-the-end": ([None, tally(10)], [E]),
    "finished-then-deleted-by-flag": ([tally(10), DELETED], [E]),
    "finished-then-deleted-by-404s": ([tally(10), None, None], [E]),
    "failed-then-deleted": ([tally(0, 10), DELETED], [Z]),
    "waiting-then-work": ([WAITING, GROUPING, tally(1), tally(10)], [E]),
    "a-word-we-do-not-know": ([OTHER, tally(10)], [E]),
    "some-expired": ([tally(5), EXPIRED], [E]),
    "ready-then-expired": ([tally(10), EXPIRED], [E]),
    "expired-then-one-fails": ([EXPIRED, replace(EXPIRED, done=6, failed=1)], [E, Z]),
    "photos-without-a-status": ([SILENT, SILENT, SILENT_END, SILENT_END], [E]),
    "photos-without-a-status-that-are-downloaded": ([SILENT, SILENT_END, tally(10)], [E]),
    "not-all-listed-without-a-status": ([SILENT, replace(SILENT_END, waiting=2), SILENT_END], [E]),
}


@pytest.mark.parametrize("case", SEQUENCES)
def test_what_the_thread_gets(case: str) -> None:
    """Each event is posted once. The end is posted again only if it differs or more photos failed."""
    seen, notices = SEQUENCES[case]
    run = WatchRun()
    for each in seen:
        run.check(each)

    assert run.notices == notices


WITH_TWO_FAILED: dict[str, tuple[list[Counts], list[NoticeKind]]] = {
    "no-new-one": ([tally(3, 2), tally(4, 2)], []),
    "a-new-one": ([tally(3, 3)], [F]),
    "new-ones-once": ([tally(3, 3), tally(3, 4), tally(3, 6)], [F]),
    "fewer": ([tally(5, 1)], []),
    "one-is-mended-and-another-fails": ([tally(5, 1), tally(5, 2)], [F]),
    "the-end": ([tally(5, 5)], [Z]),
    "a-new-one-and-the-end": ([tally(3, 3), tally(5, 5)], [F, Z]),
}


@pytest.mark.parametrize("case", WITH_TWO_FAILED)
def test_failures_that_were_there_from_the_start(case: str) -> None:
    """The answer and the card have them, so the thread tells only of new ones, once while it works."""
    seen, notices = WITH_TWO_FAILED[case]
    run = WatchRun(watch(tally(3, 2)))
    for each in seen:
        run.check(each)

    assert run.notices == notices


def test_a_row_of_an_older_version_tells_no_failure_again() -> None:
    """It has only the mark that its failure was posted."""
    run = WatchRun(watch(tally(3, 2), told_failure=True, known_failed=0))
    run.check(tally(3, 3))

    assert run.notices == []


def test_a_failure_that_could_not_be_posted_is_still_news() -> None:
    """What the watchers know of is kept, and not what was seen."""
    before = watch(tally(3, 2))
    step = next_step(before, tally(3, 3), NOW + MINUTE, RULES)
    kept = untold(before, step)

    assert (kept.known_failed, kept.told_failure) == (2, False)
    again = next_step(kept, tally(3, 3), NOW + 2 * MINUTE, RULES)
    assert again.notice
    assert again.notice.kind is F


BY_ANA, BY_BEN = Claim(user_id="U9", name="ana", at=NOW), Claim(user_id="U1", name="ben", at=NOW)
LATER_BY_BEN = replace(BY_BEN, at=NOW + MINUTE)
CLAIMS: dict[str, tuple[Claim | None, Claim, bool, Claim | None]] = {
    "the-first": (None, BY_BEN, False, BY_BEN),
    "taken-over": (BY_ANA, BY_BEN, False, BY_BEN),
    "given-back": (BY_BEN, LATER_BY_BEN, True, None),
    "a-retry-of-the-first": (BY_BEN, LATER_BY_BEN, False, BY_BEN),
    "a-retry-of-giving-back": (None, LATER_BY_BEN, True, None),
    "given-back-by-who-lost-it": (BY_ANA, BY_BEN, True, BY_ANA),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_who_is_on_it_after_a_click(case: str) -> None:
    """A click means what its button showed. So the same click twice is one."""
    before, by, gives_back, after = CLAIMS[case]
    once = claimed(watch(tally(3, 1), claimed_by=before), by, gives_back=gives_back)

    assert once.claimed_by == after
    assert claimed(once, by, gives_back=gives_back) == once


@pytest.mark.parametrize(
    ("seen", "stays"),
    [
        (tally(4, 1), True),
        (tally(4, state=State.READY), True),
        (tally(10), False),
        (tally(9, 1), False),
        (DELETED, False),
    ],
    ids=["working", "not-all-listed", "ready", "attention", "deleted"],
)
def test_when_nobody_is_on_it_any_more(seen: Counts, *, stays: bool) -> None:
    """The end of the order withdraws it, and the card shows that."""
    run = WatchRun(watch(tally(3, 1), claimed_by=BY_BEN))
    before = run.watch.face
    step = run.check(seen)

    assert (step.watch.claimed_by is not None) is stays
    assert (step.watch.face == before) is stays


def test_since_when_nothing_moves() -> None:
    """It is the check that saw the last change, however long nobody checked after that."""
    run = WatchRun(watch(tally(3)))
    run.check(tally(4))
    moved = run.now
    run.check(tally(4), late=5 * HOUR)

    assert run.watch.still_since == moved
    old = replace(run.watch, moved_at=None, still=60.0)
    assert old.still_since == run.now - MINUTE


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("kind", NoticeKind)
def test_whom_a_notice_concerns(kind: NoticeKind, level: Level) -> None:
    """A watcher of failures only gets every notice but a plain finish."""
    concerned = Notice(kind, None).concerns(replace(BEN, level=level))

    assert concerned is not (kind is NoticeKind.FINISHED and level is Level.FAILURES)


@pytest.mark.parametrize(
    ("seen", "kind", "ending"),
    [(DELETED, D, Ending.DELETED), (tally(10), E, None), (tally(9, 1), Z, None), (tally(4), None, None)],
    ids=["deleted", "ready", "attention", "working"],
)
def test_what_ends_a_watch(seen: Counts, kind: NoticeKind | None, ending: Ending | None) -> None:
    """A deleted order ends it. A finished order may be worked on again, so it does not."""
    step = WatchRun().check(seen)

    assert (step.notice.kind if step.notice else None, step.watch.ending) == (kind, ending)
    assert step.watch.condition is (Condition.ENDED if ending else Condition.OPEN)
    assert (step.watch.ended_at is None) is (ending is None)


def test_two_404s_end_a_watch_and_keep_its_last_counts() -> None:
    """The first changes nothing, and one minutes later ends it with an urgent edit."""
    run = WatchRun()
    first = run.check(None)
    assert (first.notice, first.edit, first.at_once) == (None, False, False)
    assert first.watch.condition is Condition.OPEN

    second = run.check(None)
    assert second.notice == Notice(D, None)
    assert (second.edit, second.at_once, second.watch.ending) == (True, True, Ending.DELETED)
    assert second.watch.ended_at == run.now
    assert second.watch.seen == watch(tally()).seen


@pytest.mark.parametrize("gone", [[DELETED], [None, None]], ids=["flag", "404"])
@pytest.mark.parametrize("end", [tally(10), tally(8, 2), tally(0, 10)], ids=["ready", "attention", "failed"])
def test_a_finished_order_that_is_deleted_ends_silently(end: Counts, gone: list[Counts | None]) -> None:
    """A deletion after the end is posted only on the card."""
    run = WatchRun()
    run.check(end)
    for seen in gone:
        run.check(seen)

    assert len(run.notices) == 1
    assert run.watch.ending is Ending.DELETED
    assert run.steps[-1].edit


@pytest.mark.parametrize(
    ("seen", "sticks"),
    [
        (tally(4), True),
        (GROUPING, True),
        (OTHER, True),
        (WAITING, False),
        (tally(10), False),
        (tally(9, 1), False),
        (tally(0, 10), False),
    ],
    ids=["enhancing", "grouping", "unknown-word", "waiting", "ready", "attention", "failed"],
)
def test_what_can_get_stuck(seen: Counts, *, sticks: bool) -> None:
    """Only work of Autoenhance's can get stuck.

    Uploads are people's work, and a finished order does not move.
    """
    run = WatchRun(watch(seen, told_over=seen))
    run.same(seen, 3 * HOUR)

    assert run.notices == ([B] if sticks else [])


def test_stuck_is_posted_at_its_threshold_and_once() -> None:
    """It comes after twenty minutes without progress, within the pause of one check, and never again."""
    run = WatchRun(watch(tally(4)))
    run.same(tally(4), 19 * MINUTE)
    assert run.notices == []
    assert not run.shows_stuck()

    run.same(tally(4), NOW + 26 * MINUTE - run.now)
    assert run.notices == [B]
    assert run.shows_stuck()
    run.same(tally(4), 9 * HOUR)
    assert run.notices == [B]


def test_stuck_begins_exactly_at_the_limit() -> None:
    """An order is stuck at the limit itself, and not a second before."""
    limit = RULES.stuck.total_seconds()

    assert is_stuck(watch(tally(4), still=limit), RULES)
    assert not is_stuck(watch(tally(4), still=limit - 1), RULES)


def test_stuck_is_cleared_by_itself() -> None:
    """When something moves, the card clears it without a notice. A second time only the card shows it."""
    run = WatchRun(watch(tally(4)))
    run.same(tally(4), HOUR)
    moved = run.check(tally(5))
    assert (moved.edit, moved.notice) == (True, None)
    assert not run.shows_stuck()
    assert run.watch.still == 0

    run.same(tally(5), HOUR)
    assert run.shows_stuck()
    assert run.notices == [B]


def test_a_watch_expires_by_the_time_of_its_checks() -> None:
    """After seven days of checks it ends with a last notice, and the card shows it at once."""
    run = WatchRun(watch(WAITING))
    run.same(WAITING, timedelta(days=6, hours=23))
    assert run.notices == []

    run.same(WAITING, timedelta(hours=2))
    assert run.notices == [X]
    assert run.watch.ending is Ending.EXPIRED
    assert (run.steps[-1].edit, run.steps[-1].at_once) == (True, True)


def test_an_end_at_the_expiry_is_posted_as_the_end() -> None:
    """The notice is about the order's end, and the watch ends too."""
    step = WatchRun(watch(tally(4), lived=RULES.lasts.total_seconds())).check(tally(10))

    assert step.notice
    assert step.notice.kind is NoticeKind.FINISHED
    assert step.watch.ending is Ending.EXPIRED


def test_a_finished_order_ends_quietly() -> None:
    """Half an hour after the end without a change, the watch ends without a notice."""
    run = WatchRun()
    run.check(tally(10))
    run.same(tally(10), 29 * MINUTE)
    assert run.watch.condition is Condition.OPEN

    run.same(tally(10), 13 * MINUTE)
    assert run.watch.ending is Ending.QUIET
    assert run.notices == [E]
    assert run.steps[-1].edit


def test_a_watch_does_not_end_before_its_end_was_posted() -> None:
    """It stays open however long the order has been finished."""
    step = WatchRun(watch(tally(10), still=9999.0)).check(tally(10))

    assert step.notice
    assert step.watch.ending is None


@pytest.mark.parametrize("jump", [timedelta(days=30), timedelta(days=-30), timedelta(hours=5)], ids=str)
@pytest.mark.parametrize("seen", [tally(4), WAITING, tally(10)], ids=["working", "waiting", "over"])
def test_a_clock_that_jumps_ends_nothing(seen: Counts, jump: timedelta) -> None:
    """A jump of days adds at most one pause and a minute, and causes no notice."""
    before = watch(seen, told_over=seen if seen.state in FINISHED_STATES else None)
    step = next_step(before, seen, NOW + jump, RULES)

    assert step.notice is None
    assert step.watch.condition is Condition.OPEN
    assert 0 <= step.watch.still <= before.pause + 60
    assert 0 <= step.watch.lived <= before.pause + 60
    assert step.watch.next_look > NOW + jump


def test_a_clock_that_went_back_goes_on_counting() -> None:
    """From the check after the jump on, time counts as before."""
    run = WatchRun(watch(tally(4)), now=NOW - timedelta(days=3))
    run.check_now(tally(4))
    run.same(tally(4), HOUR)

    assert run.notices == [B]


def test_an_outage_makes_no_order_look_stuck() -> None:
    """The hours of an outage do not count as time without progress."""
    run = WatchRun(watch(tally(4)))
    while run.now < NOW + 6 * HOUR:
        run.now = run.watch.next_look
        run.watch = put_off(run.watch, run.now, Delay.AUTOENHANCE)
    run.check(tally(4))

    assert run.notices == []
    assert run.watch.still < 10 * 60
    assert run.watch.lived < 10 * 60
    assert (run.watch.delay, run.watch.late_since) == (None, None)


LATE = [
    ("in-time", None, timedelta(), timedelta(), None),
    ("a-little-late", None, timedelta(), 2 * MINUTE, None),
    ("desk", None, timedelta(), 3 * MINUTE, Delay.NOT_RUNNING),
    ("a-weekend", None, timedelta(), timedelta(days=2), Delay.NOT_RUNNING),
    ("autoenhance", Delay.AUTOENHANCE, HOUR, timedelta(), Delay.AUTOENHANCE),
    ("slack", Delay.SLACK, HOUR, timedelta(), Delay.SLACK),
    ("slack-a-moment", Delay.SLACK, MINUTE, timedelta(), None),
    ("slack-and-then-the-desk", Delay.SLACK, HOUR, HOUR, Delay.SLACK),
]


@pytest.mark.parametrize(
    ("why", "since", "late", "said"), [case[1:] for case in LATE], ids=[c[0] for c in LATE]
)
@pytest.mark.parametrize("seen", [[tally(10)], [None, None]], ids=["finished", "gone"])
def test_why_a_notice_is_late(
    seen: list[Counts | None], why: Delay | None, since: timedelta, late: timedelta, said: Delay | None
) -> None:
    """Three minutes after the plan the notice has a reason.

    Either a service did not answer, or the bot did not run.
    """
    due = NOW + timedelta(seconds=10)
    delayed = watch(
        tally(4),
        delay=why,
        late_since=due - since if why else None,
        missing=90.0 if seen[-1] is None else 0.0,
    )
    step = next_step(delayed, seen[-1], due + late, RULES)

    assert step.notice
    assert step.notice.delay is said


def test_the_delay_is_cleared_by_a_check() -> None:
    """A later notice is not late any more."""
    run = WatchRun(watch(tally(4), delay=Delay.SLACK, late_since=NOW - HOUR))
    run.check(tally(5))
    step = run.check(tally(10))

    assert step.notice == Notice(E, None)


@pytest.mark.parametrize(
    ("updated", "true"),
    [
        (None, False),
        (NOW - MINUTE, False),
        (NOW, True),
        (NOW + timedelta(seconds=5), True),
        (NOW + timedelta(seconds=10), True),
        (NOW + timedelta(seconds=11), False),
        (NOW + timedelta(days=400), False),
    ],
    ids=["unknown", "before-the-last-look", "at-it", "between", "now", "later-than-now", "next-year"],
)
@pytest.mark.parametrize(("seen", "kind"), [(tally(10), E), (tally(3, 1), F), (DELETED, D)], ids=[E, F, D])
def test_when_it_happened(seen: Counts, kind: NoticeKind, updated: datetime | None, *, true: bool) -> None:
    """Autoenhance's time counts only between the last check, which saw something else, and now."""
    step = next_step(watch(tally(3)), seen, NOW + timedelta(seconds=10), RULES, updated)

    assert step.notice == Notice(kind, updated if true else None)


@pytest.mark.parametrize(
    "stale",
    [
        watch(tally(4), still=RULES.stuck.total_seconds()),
        watch(tally(4), lived=RULES.lasts.total_seconds()),
    ],
    ids=["stuck", "expired"],
)
def test_what_has_no_time(stale: Watch) -> None:
    """The moment when an order got stuck is unknown, and a watch's own end is not the order's."""
    step = next_step(stale, tally(4), NOW + timedelta(seconds=10), RULES, NOW + timedelta(seconds=5))

    assert step.notice
    assert step.notice.happened is None


def test_the_first_check_knows_no_time() -> None:
    """Without an earlier check the time of the event is unknown."""
    step = next_step(watch(), tally(10), NOW, RULES, NOW)

    assert step.notice == Notice(E, None)


@pytest.mark.parametrize(
    ("before", "seen", "edit", "at_once"),
    [
        (watch(tally(4)), tally(4), False, False),
        (watch(tally(4)), tally(5), True, False),
        (watch(tally(4)), tally(4, 1), True, True),
        (watch(tally(4)), tally(10), True, True),
        (watch(tally(10), told_over=tally(10)), tally(10), False, True),
        (watch(tally(4), shown=None), tally(4), True, False),
        (watch(tally(4), shown=Snapshot(tally=tally(3), at=NOW)), tally(4), True, False),
        (watch(tally(4), shown_stuck=True), tally(4), True, False),
        (watch(tally(4), shown_stuck=True, still=3000.0), tally(4), False, True),
        (watch(tally(4), shown_stuck=True, told_stuck=True, still=3000.0), tally(4), False, False),
        (watch(tally(10), told_over=tally(10), still=3000.0), tally(10), True, True),
    ],
    ids=[
        "same", "moved", "failure", "over", "still-over", "no-card-yet", "card-is-behind", "no-longer-stuck",
        "stuck-untold", "still-stuck", "quiet-end",
    ],
)  # fmt: skip
def test_when_the_card_is_edited(before: Watch, seen: Counts, *, edit: bool, at_once: bool) -> None:
    """The card is edited when it shows something else than the truth.

    The edit is urgent for an end or with a notice.
    """
    step = next_step(before, seen, NOW + timedelta(seconds=10), RULES)

    assert (step.edit, step.at_once) == (edit, at_once)


def test_a_new_run_is_measured_from_its_first_check() -> None:
    """An order's speed is measured from the first check of this run, not of the one before."""
    run = WatchRun()
    run.check(tally(5))
    assert run.watch.first == watch(tally()).first

    run.check(tally(10))
    assert run.watch.first is None
    again = run.check(tally(10, of=12))
    assert again.watch.first == again.watch.seen


def test_putting_off_doubles_up_to_its_limit() -> None:
    """The pause goes from fifteen seconds up to five minutes, and the start of the delay is kept."""
    pauses = []
    later = watch(tally(4), pause=300.0)
    for _ in range(8):
        later = put_off(later, NOW, Delay.AUTOENHANCE)
        pauses.append(later.pause)
        assert timedelta(seconds=later.pause * 0.9) <= later.next_look - NOW
        assert later.next_look - NOW <= timedelta(seconds=later.pause * 1.1)

    assert pauses == [15, 30, 60, 120, 240, 300, 300, 300]
    assert (later.delay, later.late_since) == (Delay.AUTOENHANCE, NOW)


def test_putting_off_for_another_service_starts_with_the_first_pause() -> None:
    """Slack's failure does not start with Autoenhance's pause. The delay counts from the first failure."""
    first = put_off(watch(tally(4)), NOW, Delay.AUTOENHANCE, 240)
    then = put_off(first, NOW + HOUR, Delay.SLACK)

    assert (first.pause, then.pause) == (240, 15)
    assert (then.delay, then.late_since) == (Delay.SLACK, NOW)


@pytest.mark.parametrize(
    ("asked", "pause"), [(7.0, 7), (600.0, 600), (3600.0, 3600), (86400.0, 3600), (1e12, 3600)]
)
def test_putting_off_keeps_retry_after(asked: float, pause: float) -> None:
    """A Retry-After of more than an hour is cut, as a plan so far ahead would be ignored."""
    assert put_off(watch(tally(4)), NOW, Delay.SLACK, asked).pause == pause


@pytest.mark.parametrize(
    ("put_off_for", "claimed", "after", "waits"),
    [
        pytest.param(Delay.SLACK, False, 0, True, id="not due"),
        pytest.param(Delay.PLACE, False, 0, True, id="not due: paused"),
        pytest.param(Delay.SLACK, False, 60, False, id="due"),
        pytest.param(Delay.SLACK, True, 0, False, id="due by the clock of the sweep alone"),
        pytest.param(Delay.PLACE, True, 0, False, id="due by the clock of the sweep alone: paused"),
        pytest.param(Delay.AUTOENHANCE, False, 0, False, id="its place refused nothing"),
        pytest.param(Delay.SLACK, False, -3 * 3600, False, id="planned while the clock was wrong"),
    ],
)
def test_a_place_that_refused_waits_until_it_is_due(
    put_off_for: Delay, *, claimed: bool, after: int, waits: bool
) -> None:
    """By its own clock or by that of the sweep, as no other sweep takes it for ten minutes."""
    later = replace(put_off(watch(tally(4)), NOW, put_off_for, 30), claimed=claimed)
    assert waits_for_slack(later, NOW + timedelta(seconds=after)) is waits


def test_putting_off_changes_nothing_else() -> None:
    """What was posted and seen stays, so that the next check works it out again."""
    before = watch(tally(4, 1), told_stuck=True, still=5.0, lived=50.0)
    after = put_off(before, NOW, Delay.SLACK)

    changed = {
        field.name for field in fields(Watch) if getattr(before, field.name) != getattr(after, field.name)
    }
    assert changed == {"delay", "late_since", "pause", "next_look"}


def test_stopping_by_hand_keeps_who() -> None:
    """The ended watch has the name of the person who stopped it."""
    over = ended(watch(tally(4)), Ending.STOPPED, NOW, "ana")

    assert (over.condition, over.ending, over.ended_at) == (Condition.ENDED, Ending.STOPPED, NOW)
    assert over.reason == "ana"


_STATES = st.sampled_from([tally, lambda done: tally(done, 1), lambda done: tally(done, of=12)])
TALLIES = st.one_of(
    st.none(),
    st.sampled_from([GROUPING, WAITING, OTHER, DELETED, tally(10, state=State.ENHANCING), tally(0, 10)]),
    st.builds(lambda make, done: make(done), _STATES, st.integers(0, 9)),
)
GAPS = st.one_of(st.floats(0, 400), st.sampled_from([-1e6, -30.0, 3e3, 1e4, 1e6]))


@given(st.lists(st.tuples(TALLIES, GAPS, st.booleans()), max_size=60), st.integers(1, 9))
def test_any_sequence_of_checks(checks: list[tuple[Counts | None, float, bool]], id_: int) -> None:
    """Nothing is posted twice, and no plan is in the past, whatever the counts and the clock."""
    run = WatchRun(watch(tally(), id=id_))
    for seen, gap, busy in checks:
        run.now += timedelta(seconds=gap)
        if busy:
            run.watch = put_off(run.watch, run.now, Delay.SLACK)
        elif run.watch.condition is Condition.OPEN:
            before = run.watch
            assert run.check_now(seen) == next_step(before, seen, run.now, RULES)
        assert run.watch.still >= 0
        assert run.watch.lived >= 0
        assert run.watch.condition is Condition.ENDED or run.watch.next_look > run.now

    notices = run.notices
    assert all(notices.count(kind) <= 1 for kind in (F, B, D, X))
    assert not {D, X} & set(notices[:-1])
    ends = [step.watch.told_over for step in run.steps if step.notice and step.notice.kind in {E, Z}]
    assert all(one != next_ for one, next_ in itertools.pairwise(ends))
