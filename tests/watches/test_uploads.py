"""An order of which all is uploaded and nothing processed: told once, and only when brackets say so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.orders.brackets import BracketFacts
from bot.orders.changes import Snapshot
from bot.orders.progress import Counts, State
from bot.watches.models import NoticeKind, Watch
from bot.watches.transitions import Rules, asks_for_brackets, next_step, untold
from bot.watches.uploads import with_brackets
from tests.watches.test_transitions import DELETED, GROUPING, NOW, RULES, SILENT, WAITING, tally, watch

UPLOADED = BracketFacts(total=30, photos=10, all_uploaded=True)
UNFINISHED = replace(UPLOADED, all_uploaded=False)
IDLE = tally(state=State.OTHER, word="waiting")
PAUSED = tally(state=State.OTHER, word="paused")
MINUTE = 60.0


def waiting(seen: Counts = IDLE, **more: object) -> Watch:
    """A watch of an order that waits for nine minutes and a half, all uploaded from the start."""
    usual: dict[str, object] = {"still": 9.5 * MINUTE, "uploaded": 0.0, "brackets": UPLOADED, "pause": 60.0}
    return watch(seen, **usual | more)


def told(
    before: Watch, seen: Counts = IDLE, brackets: BracketFacts | None = UPLOADED, *, after: float = 30.0
) -> NoticeKind | None:
    step = next_step(before, seen, NOW + timedelta(seconds=after), RULES, brackets=brackets)
    return step.notice.kind if step.notice else None


@pytest.mark.parametrize(
    ("before", "seen", "brackets", "kind"),
    [
        (waiting(), IDLE, UPLOADED, NoticeKind.NOT_STARTED),
        (waiting(WAITING), WAITING, UPLOADED, NoticeKind.NOT_STARTED),
        (waiting(), IDLE, None, None),
        (waiting(), IDLE, UNFINISHED, None),
        (waiting(), IDLE, replace(UPLOADED, total=31), None),
        (waiting(uploaded=None), IDLE, UPLOADED, None),
        (waiting(uploaded=6 * MINUTE), IDLE, UPLOADED, None),
        (waiting(still=9 * MINUTE), IDLE, UPLOADED, None),
        (waiting(told_not_started=True), IDLE, UPLOADED, None),
        (waiting(told_stuck=True), IDLE, UPLOADED, None),
        (waiting(WAITING), GROUPING, UPLOADED, None),
        (waiting(), tally(), UPLOADED, None),
        (waiting(GROUPING), GROUPING, UPLOADED, None),
        (waiting(tally()), tally(), UPLOADED, None),
        (waiting(tally(1, state=State.OTHER)), tally(1, state=State.OTHER), UPLOADED, None),
        (waiting(SILENT), replace(SILENT, state=State.OTHER), UPLOADED, None),
        (waiting(PAUSED), PAUSED, UPLOADED, None),
    ],
    ids=[
        "photos that wait", "no photos yet", "no answer about brackets", "an upload is not finished",
        "another upload came", "not seen before", "not seen for long", "not for ten minutes", "told already",
        "told as a stall", "grouping began", "enhancing began", "grouping", "enhancing", "a photo is done",
        "no status", "a word we do not know",
    ],
)  # fmt: skip
def test_when_it_is_told(
    before: Watch, seen: Counts, brackets: BracketFacts | None, kind: NoticeKind | None
) -> None:
    """Nothing is processed for ten minutes, and for five of them it is known that all is uploaded."""
    assert told(before, seen, brackets) is kind


def test_it_is_told_once_and_not_as_a_stall_too() -> None:
    """Where both would be said, this one says more. Later, neither is."""
    before = waiting(still=RULES.stuck.total_seconds())
    assert told(before) is NoticeKind.NOT_STARTED
    after = next_step(before, IDLE, NOW + timedelta(seconds=30), RULES, brackets=UPLOADED).watch
    assert after.told_not_started

    assert told(after, after=90.0) is None
    assert told(after, brackets=None, after=90.0) is None


def test_without_brackets_a_stall_is_told_as_ever() -> None:
    """The notice about stalls does not need them."""
    before = waiting(still=RULES.stuck.total_seconds(), brackets=None, uploaded=None)
    assert told(before, brackets=None) is NoticeKind.STUCK


def test_a_later_stall_is_told_too() -> None:
    """Work began, and then it stalls: that is another thing."""
    before = waiting(tally(3), still=RULES.stuck.total_seconds(), told_not_started=True)
    assert told(before, tally(3), None) is NoticeKind.STUCK


def test_a_change_begins_the_wait_again() -> None:
    """A photo more is a change."""
    after = next_step(waiting(), tally(of=11, state=State.OTHER, word="waiting"), NOW, RULES).watch
    assert (after.still, after.uploaded) == (0.0, None)


def test_a_notice_that_could_not_be_posted_is_worked_out_again() -> None:
    """What was seen of the brackets is kept, and the next check asks again and tells it."""
    before = waiting(brackets=replace(UPLOADED, photos=9))
    step = next_step(before, IDLE, NOW + timedelta(seconds=30), RULES, brackets=UPLOADED)
    kept = untold(before, step)

    assert (kept.told_not_started, kept.uploaded, kept.brackets) == (False, 0.0, UPLOADED)
    assert asks_for_brackets(kept, IDLE, NOW + timedelta(seconds=60), RULES)
    assert told(kept, after=60.0) is NoticeKind.NOT_STARTED


def test_an_answer_outlives_a_refused_post() -> None:
    """Also that something is not uploaded."""
    before = waiting()
    step = next_step(before, IDLE, NOW + timedelta(seconds=30), RULES, brackets=UNFINISHED)
    assert (untold(before, step).brackets, untold(before, step).uploaded) == (UNFINISHED, None)


def test_since_when_all_is_uploaded() -> None:
    """From the first answer that says so of as many brackets."""
    first = with_brackets(watch(IDLE, still=60.0), UPLOADED)
    assert first.uploaded == 60.0
    assert with_brackets(replace(first, still=300.0), UPLOADED).uploaded == 60.0
    assert with_brackets(replace(first, still=300.0), None) == replace(first, still=300.0)
    assert with_brackets(replace(first, still=300.0), replace(UPLOADED, total=31)).uploaded == 300.0
    assert with_brackets(first, UNFINISHED).uploaded is None


def asked(seen: Counts, *, minutes: int, **more: object) -> list[int]:
    """After how many minutes the checks, one a minute, ask for the brackets. All have an answer."""
    now, known, found = NOW, watch(seen, pause=60.0, **more), []
    for minute in range(1, minutes + 1):
        now += timedelta(minutes=1)
        asks = asks_for_brackets(known, seen, now, RULES)
        found += [minute] if asks else []
        known = next_step(known, seen, now, RULES, brackets=UNFINISHED if asks else None).watch
        known = replace(known, pause=60.0)
    return found


def test_how_often_an_idle_order_is_asked_about() -> None:
    """Ever less often, and not after a stall was told. Of an order in work, no check asks."""
    assert asked(WAITING, minutes=200) == [5, 10, 20, 40, 80, 160]
    assert asked(IDLE, minutes=200) == [5, 10, 20]
    assert asked(IDLE, minutes=30, told_not_started=True) == []
    assert asked(IDLE, minutes=30, told_stuck=True) == []
    assert asked(tally(3), minutes=60) == []
    assert asked(GROUPING, minutes=60) == []
    assert asked(DELETED, minutes=60) == []


def test_a_watched_order_is_asked_about_twice() -> None:
    """When its grouping has ended, and when it has."""
    seen = [WAITING, GROUPING, GROUPING, tally(0), tally(3), tally(3, 1), tally(9), tally(10), tally(10)]
    known, asks = watch(WAITING), []
    for each in seen:
        asks.append(asks_for_brackets(known, each, NOW, Rules()))
        known = replace(known, seen=Snapshot(tally=each, at=NOW))

    assert [each for each, wanted in zip(seen, asks, strict=True) if wanted] == [tally(0), tally(10)]
