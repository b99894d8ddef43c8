"""What a look means for a watch: each thing told once, lateness with its reason, and no clock believed."""

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
from bot.watches.models import (
    FINISHED_STATES,
    Condition,
    Delay,
    Ending,
    Level,
    Notice,
    NoticeKind,
    Watch,
    Watcher,
)
from bot.watches.transitions import Rules, Step, ended, is_stuck, next_step, put_off

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
    """Being enhanced while photos are left; over when none is."""
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


def watch(seen: Counts | None = None, **more: Any) -> Watch:
    """As it is after the card came to stand, with this on it; its first look is due after ten seconds."""
    glimpse = Snapshot(tally=seen, at=NOW) if seen else None
    usual: dict[str, Any] = {
        "id": 7,
        "team_id": "T1",
        "place": "C1",
        "order": OrderId("12-elm"),
        "watchers": (BEN,),
        "seen": glimpse,
        "first": glimpse,
        "shown": glimpse,
        "told_failure": bool(seen and seen.failed),
        "next_look": NOW + timedelta(seconds=10),
        "pause": 10.0,
    }
    return Watch(**usual | more)


GONE_FOR = timedelta(minutes=2.5)  # longer than a 404 is taken for a mistake, and not late yet


@dataclass
class Life:
    """A watch that is looked at when it wants to be, with a clock that only the test moves."""

    watch: Watch = field(default_factory=lambda: watch(tally()))
    now: datetime = NOW
    rules: Rules = RULES
    steps: list[Step] = field(default_factory=list)

    def look(
        self, seen: Counts | None, *, late: timedelta = timedelta(), updated: datetime | None = None
    ) -> Step:
        """At the planned time, or later by so much; without the order, late enough to be believed."""
        self.now = self.watch.next_look + (late or (GONE_FOR if seen is None else timedelta()))
        return self.look_now(seen, updated=updated)

    def look_now(self, seen: Counts | None, *, updated: datetime | None = None) -> Step:
        step = next_step(self.watch, seen, self.now, self.rules, updated)
        self.steps.append(step)
        # what the teller adds when the card was drawn
        after, stuck = step.watch, is_stuck(step.watch, self.rules)
        self.watch = replace(after, shown=after.seen, shown_stuck=stuck) if step.edit else after
        return step

    def same(self, seen: Counts, span: timedelta) -> None:
        """Looks at the same thing for so long."""
        until = self.now + span
        while self.watch.next_look <= until and self.watch.condition is Condition.OPEN:
            self.look(seen)

    def shows_stuck(self) -> bool:
        return self.watch.shown_stuck

    @property
    def told(self) -> list[NoticeKind]:
        return [step.notice.kind for step in self.steps if step.notice]


F, E, Z, D, B, X = (
    NoticeKind.FAILURE,
    NoticeKind.FINISHED,
    NoticeKind.FAILED,
    NoticeKind.DELETED,
    NoticeKind.STUCK,
    NoticeKind.EXPIRED,
)

STORIES: dict[str, tuple[list[Counts | None], list[NoticeKind]]] = {
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
}


@pytest.mark.parametrize("story", STORIES)
def test_what_the_thread_is_told(story: str) -> None:
    """Each thing that matters once, and the end anew only if it is another, or more photos failed."""
    seen, told = STORIES[story]
    life = Life()
    for each in seen:
        life.look(each)

    assert life.told == told


@pytest.mark.parametrize("seen", [tally(3, 1), tally(4, 1), tally(4, 5)], ids=str)
def test_a_failure_that_was_there_from_the_start(seen: Counts) -> None:
    """The card says so from the first, so the thread does not; its end is told like any other."""
    life = Life(watch(tally(3, 1)))
    life.look(seen)

    assert life.told == []
    life.look(tally(5, 5))
    assert life.told == [Z]


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("kind", NoticeKind)
def test_whom_a_notice_concerns(kind: NoticeKind, level: Level) -> None:
    """Whoever wants failures only hears everything but a plain finish."""
    concerned = Notice(kind, None).concerns(replace(BEN, level=level))

    assert concerned is not (kind is NoticeKind.FINISHED and level is Level.FAILURES)


@pytest.mark.parametrize(
    ("seen", "kind", "ending"),
    [(DELETED, D, Ending.DELETED), (tally(10), E, None), (tally(9, 1), Z, None), (tally(4), None, None)],
    ids=["deleted", "ready", "attention", "working"],
)
def test_what_ends_a_watch(seen: Counts, kind: NoticeKind | None, ending: Ending | None) -> None:
    """A deleted order ends it; an order that is over may be worked on again."""
    step = Life().look(seen)

    assert (step.notice.kind if step.notice else None, step.watch.ending) == (kind, ending)
    assert step.watch.condition is (Condition.ENDED if ending else Condition.OPEN)
    assert (step.watch.ended_at is None) is (ending is None)


def test_two_missing_answers_end_a_watch_with_its_last_look_kept() -> None:
    """The first changes nothing that is shown; one minutes later ends it, with an edit that does not wait."""
    life = Life()
    first = life.look(None)
    assert (first.notice, first.edit, first.at_once) == (None, False, False)
    assert first.watch.condition is Condition.OPEN

    second = life.look(None)
    assert second.notice == Notice(D, None)
    assert (second.edit, second.at_once, second.watch.ending) == (True, True, Ending.DELETED)
    assert second.watch.ended_at == life.now
    assert second.watch.seen == watch(tally()).seen


@pytest.mark.parametrize("gone", [[DELETED], [None, None]], ids=["flag", "404"])
@pytest.mark.parametrize("end", [tally(10), tally(8, 2), tally(0, 10)], ids=["ready", "attention", "failed"])
def test_a_finished_order_that_is_deleted_ends_silently(end: Counts, gone: list[Counts | None]) -> None:
    """Tidying up after the work is no news; the card still says it."""
    life = Life()
    life.look(end)
    for seen in gone:
        life.look(seen)

    assert len(life.told) == 1
    assert life.watch.ending is Ending.DELETED
    assert life.steps[-1].edit


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
    """Only what Autoenhance should be working on: uploads are people's pace, and what is over rests."""
    life = Life(watch(seen, told_over=seen))
    life.same(seen, 3 * HOUR)

    assert life.told == ([B] if sticks else [])


def test_stuck_is_told_at_its_threshold_and_once() -> None:
    """Not before twenty minutes without a move, within the pause of one look after them, and never again."""
    life = Life(watch(tally(4)))
    life.same(tally(4), 19 * MINUTE)
    assert life.told == []
    assert not life.shows_stuck()

    life.same(tally(4), NOW + 26 * MINUTE - life.now)
    assert life.told == [B]
    assert life.shows_stuck()
    life.same(tally(4), 9 * HOUR)
    assert life.told == [B]


def test_stuck_begins_exactly_at_the_limit() -> None:
    """At the limit itself it is stuck, a second before it is not."""
    limit = RULES.stuck.total_seconds()

    assert is_stuck(watch(tally(4), still=limit), RULES)
    assert not is_stuck(watch(tally(4), still=limit - 1), RULES)


def test_stuck_is_cleared_by_itself() -> None:
    """When something moves, the card loses the word without a notice; a second time it is shown, not told."""
    life = Life(watch(tally(4)))
    life.same(tally(4), HOUR)
    moved = life.look(tally(5))
    assert (moved.edit, moved.notice) == (True, None)
    assert not life.shows_stuck()
    assert life.watch.still == 0

    life.same(tally(5), HOUR)
    assert life.shows_stuck()
    assert life.told == [B]


def test_a_watch_expires_by_the_time_that_it_was_watched() -> None:
    """After seven days of looks it ends with a last word; the card says so at once."""
    life = Life(watch(WAITING))
    life.same(WAITING, timedelta(days=6, hours=23))
    assert life.told == []

    life.same(WAITING, timedelta(hours=2))
    assert life.told == [X]
    assert life.watch.ending is Ending.EXPIRED
    assert (life.steps[-1].edit, life.steps[-1].at_once) == (True, True)


def test_an_order_that_ends_as_its_watch_expires_is_told_as_ended() -> None:
    """The end of the order is the better news; the watch ends all the same."""
    step = Life(watch(tally(4), lived=RULES.lasts.total_seconds())).look(tally(10))

    assert step.notice
    assert step.notice.kind is NoticeKind.FINISHED
    assert step.watch.ending is Ending.EXPIRED


def test_a_finished_order_ends_quietly() -> None:
    """Half an hour after the end, when nothing has moved since, the watch ends without a word."""
    life = Life()
    life.look(tally(10))
    life.same(tally(10), 29 * MINUTE)
    assert life.watch.condition is Condition.OPEN

    life.same(tally(10), 13 * MINUTE)
    assert life.watch.ending is Ending.QUIET
    assert life.told == [E]
    assert life.steps[-1].edit


def test_an_end_that_could_not_be_told_is_no_quiet_one() -> None:
    """However long an order has been over, the watch does not end before its end was told."""
    step = Life(watch(tally(10), still=9999.0)).look(tally(10))

    assert step.notice
    assert step.watch.ending is None


@pytest.mark.parametrize("jump", [timedelta(days=30), timedelta(days=-30), timedelta(hours=5)], ids=str)
@pytest.mark.parametrize("seen", [tally(4), WAITING, tally(10)], ids=["working", "waiting", "over"])
def test_a_clock_that_jumps_ends_nothing(seen: Counts, jump: timedelta) -> None:
    """Days forwards or backwards add at most one pause and a minute; nothing is stuck, ended or told."""
    before = watch(seen, told_over=seen if seen.state in FINISHED_STATES else None)
    step = next_step(before, seen, NOW + jump, RULES)

    assert step.notice is None
    assert step.watch.condition is Condition.OPEN
    assert 0 <= step.watch.still <= before.pause + 60
    assert 0 <= step.watch.lived <= before.pause + 60
    assert step.watch.next_look > NOW + jump


def test_a_clock_that_was_turned_back_goes_on_counting() -> None:
    """From the look after the jump on, time counts as before."""
    life = Life(watch(tally(4)), now=NOW - timedelta(days=3))
    life.look_now(tally(4))
    life.same(tally(4), HOUR)

    assert life.told == [B]


def test_an_outage_makes_no_order_look_stuck() -> None:
    """Hours in which Autoenhance did not answer are hours in which we do not know; then work goes on."""
    life = Life(watch(tally(4)))
    while life.now < NOW + 6 * HOUR:
        life.now = life.watch.next_look
        life.watch = put_off(life.watch, life.now, Delay.AUTOENHANCE)
    life.look(tally(4))

    assert life.told == []
    assert life.watch.still < 10 * 60
    assert life.watch.lived < 10 * 60
    assert (life.watch.delay, life.watch.late_since) == (None, None)


LATE = [
    ("in-time", None, timedelta(), timedelta(), None),
    ("a-little-late", None, timedelta(), 2 * MINUTE, None),
    ("desk", None, timedelta(), 3 * MINUTE, Delay.DESK),
    ("a-weekend", None, timedelta(), timedelta(days=2), Delay.DESK),
    ("autoenhance", Delay.AUTOENHANCE, HOUR, timedelta(), Delay.AUTOENHANCE),
    ("slack", Delay.SLACK, HOUR, timedelta(), Delay.SLACK),
    ("slack-a-moment", Delay.SLACK, MINUTE, timedelta(), None),
    ("slack-and-then-the-desk", Delay.SLACK, HOUR, HOUR, Delay.SLACK),
]


@pytest.mark.parametrize(
    ("why", "since", "late", "said"), [case[1:] for case in LATE], ids=[c[0] for c in LATE]
)
@pytest.mark.parametrize("seen", [[tally(10)], [None, None]], ids=["finished", "gone"])
def test_why_something_is_told_late(
    seen: list[Counts | None], why: Delay | None, since: timedelta, late: timedelta, said: Delay | None
) -> None:
    """Three minutes after the plan the reason is said: who did not answer, or that we were not running."""
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


def test_the_delay_is_forgotten_after_a_look() -> None:
    """What was late once is not late for ever."""
    life = Life(watch(tally(4), delay=Delay.SLACK, late_since=NOW - HOUR))
    life.look(tally(5))
    step = life.look(tally(10))

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
    """Autoenhance's time is believed only between our last look, which saw something else, and now."""
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
def test_what_has_no_moment(stale: Watch) -> None:
    """Nobody can know when an order got stuck, and a watch's own end is not the order's."""
    step = next_step(stale, tally(4), NOW + timedelta(seconds=10), RULES, NOW + timedelta(seconds=5))

    assert step.notice
    assert step.notice.happened is None


def test_without_a_look_before_nobody_knows_when() -> None:
    """The first look of all cannot tell when it happened."""
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
    """When it shows something else than what is true; at once when that is an end or is told."""
    step = next_step(before, seen, NOW + timedelta(seconds=10), RULES)

    assert (step.edit, step.at_once) == (edit, at_once)


def test_a_new_round_of_work_is_measured_anew() -> None:
    """How fast an order goes is counted from the first look of this round, not of the one before."""
    life = Life()
    life.look(tally(5))
    assert life.watch.first == watch(tally()).first

    life.look(tally(10))
    assert life.watch.first is None
    again = life.look(tally(10, of=12))
    assert again.watch.first == again.watch.seen


def test_putting_off_doubles_up_to_its_limit() -> None:
    """Fifteen seconds, thirty, a minute … and then every five minutes; since when is kept."""
    pauses = []
    later = watch(tally(4), pause=300.0)
    for _ in range(8):
        later = put_off(later, NOW, Delay.AUTOENHANCE)
        pauses.append(later.pause)
        assert timedelta(seconds=later.pause * 0.9) <= later.next_look - NOW
        assert later.next_look - NOW <= timedelta(seconds=later.pause * 1.1)

    assert pauses == [15, 30, 60, 120, 240, 300, 300, 300]
    assert (later.delay, later.late_since) == (Delay.AUTOENHANCE, NOW)


def test_putting_off_for_somebody_else_begins_anew() -> None:
    """Slack's troubles do not begin at Autoenhance's pause; it has been late since the first of them."""
    first = put_off(watch(tally(4)), NOW, Delay.AUTOENHANCE, 240)
    then = put_off(first, NOW + HOUR, Delay.SLACK)

    assert (first.pause, then.pause) == (240, 15)
    assert (then.delay, then.late_since) == (Delay.SLACK, NOW)


@pytest.mark.parametrize(
    ("asked", "pause"), [(7.0, 7), (600.0, 600), (3600.0, 3600), (86400.0, 3600), (1e12, 3600)]
)
def test_putting_off_as_long_as_was_asked(asked: float, pause: float) -> None:
    """A Retry-After is kept, but for one of more than an hour: a plan so far ahead would count as none."""
    assert put_off(watch(tally(4)), NOW, Delay.SLACK, asked).pause == pause


def test_putting_off_changes_nothing_else() -> None:
    """What was told and seen stays as it was, so that the next look works it out again."""
    before = watch(tally(4, 1), told_stuck=True, still=5.0, lived=50.0)
    after = put_off(before, NOW, Delay.SLACK)

    changed = {
        field.name for field in fields(Watch) if getattr(before, field.name) != getattr(after, field.name)
    }
    assert changed == {"delay", "late_since", "pause", "next_look"}


def test_ending_by_hand_says_who() -> None:
    """The last word of a watch that somebody stopped has their name."""
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
def test_any_life_of_an_order(looks: list[tuple[Counts | None, float, bool]], id_: int) -> None:
    """Whatever is seen and however the clock goes: nothing twice, and never a plan in the past."""
    life = Life(watch(tally(), id=id_))
    for seen, gap, busy in looks:
        life.now += timedelta(seconds=gap)
        if busy:
            life.watch = put_off(life.watch, life.now, Delay.SLACK)
        elif life.watch.condition is Condition.OPEN:
            before = life.watch
            assert life.look_now(seen) == next_step(before, seen, life.now, RULES)
        assert life.watch.still >= 0
        assert life.watch.lived >= 0
        assert life.watch.condition is Condition.ENDED or life.watch.next_look > life.now

    told = life.told
    assert all(told.count(kind) <= 1 for kind in (F, B, D, X))
    assert not {D, X} & set(told[:-1])
    ends = [step.watch.told_over for step in life.steps if step.notice and step.notice.kind in {E, Z}]
    assert all(one != next_ for one, next_ in itertools.pairwise(ends))
