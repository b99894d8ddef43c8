"""The verdict of a day, worked out from what was seen."""

from dataclasses import replace

import pytest

from bot.demo.scenarios.models import HOUR, MINUTE, STUCK_SECONDS, Act, ActKind, Scenario, Side, Trouble
from bot.demo.scenarios.notices import Kind, PostedNotice
from bot.demo.scenarios.simulated_users import Asked
from bot.demo.scenarios.verdict import Traffic, Verdict, judge, too_fast
from tests.demo.short_scenarios import BAD, CALM, GOOD, QUICK, troubled
from tests.demo.short_scenarios import STUCK as STUCK_ORDER

ENDED = GOOD.ends or 0.0
NOTHING = Traffic(orders={}, all_requests=0, statuses={})
PROMISE = "I'll post in its thread"


def watch(what: ActKind = ActKind.WATCH, order: str = GOOD.id, **changes: object) -> Asked:
    asked = Asked(Act(30, what, "ada", "shoots", order), at=30, answered=31, said=PROMISE)
    return replace(asked, **changes)  # type: ignore[arg-type]


def told(kind: Kind = Kind.READY, at: float = ENDED + 5, order: str = GOOD.id) -> PostedNotice:
    return PostedNotice("shoots", order, kind, at)


def verdict(
    *asked: Asked, told: tuple[PostedNotice, ...] = (), until: float = HOUR, scenario: Scenario = CALM
) -> Verdict:
    return judge(scenario, until, asked, told, NOTHING)


def test_a_kept_promise_is_due_and_posted() -> None:
    """One kept promise is due and posted, and nothing is late or lost."""
    found = verdict(watch(), told=(told(),))

    assert (found.due, found.posted, found.late, found.repeated, found.lost) == (1, 1, (), 0, ())


def test_a_request_without_an_answer_is_lost() -> None:
    """The sentence has the person, the request, the place and the time.

    A request that Slack refused does not count.
    """
    silent = watch(ActKind.ASK, answered=None)
    found = verdict(silent, replace(silent, acked=False))

    assert (found.asked, found.refused, found.answered) == (2, 1, ())
    assert found.lost == ("ada got no answer in #shoots to “look up” about 101 Mill Road, asked at 10:00.",)


def test_an_end_that_was_not_posted_is_lost() -> None:
    """A notice in another channel, or of another kind, does not keep the promise."""
    found = verdict(watch(), told=(told(Kind.FAILURE), replace(told(), channel="albums")))

    assert found.lost == ("No notice in #shoots that 101 Mill Road finished at 10:04.",)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        pytest.param(watch(said="This order has finished"), 0, id="never-promised"),
        pytest.param(watch(ActKind.WATCH_FAILURES), 0, id="only-failures-and-none"),
        pytest.param(watch(ActKind.WATCH_FAILURES, BAD.id), 1, id="only-failures-and-some"),
        pytest.param(watch(order=STUCK_ORDER.id), 1, id="stuck-and-never-ends"),
        pytest.param(watch(order=QUICK.id), 1, id="over-before-the-promise"),
    ],
)
def test_what_is_due(asked: Asked, due: int) -> None:
    """A notice is due when it was promised and its event came."""
    assert verdict(asked).due == due


def test_two_who_watch_in_one_place_get_one_notice() -> None:
    """One notice mentions both, also when one of them wants failures only."""
    other = replace(
        watch(ActKind.WATCH_FAILURES), act=Act(32, ActKind.WATCH_FAILURES, "bea", "shoots", GOOD.id)
    )

    assert verdict(watch(), other).due == 1


def test_what_is_too_new_is_undecided() -> None:
    """The verdict of a day that ended early leaves out what had no time yet."""
    found = verdict(watch(), watch(ActKind.ASK, answered=None), until=ENDED + MINUTE)

    assert (found.open, found.lost) == (2, ())


def test_what_becomes_due_later_is_not_due_yet() -> None:
    """The end of an order after the day is not due."""
    assert verdict(watch(), until=ENDED - 1).due == 0


def test_late_is_more_than_a_minute_without_an_outage() -> None:
    """A notice cannot be late while a service does not answer."""
    long_after = told(at=ENDED + 5 * MINUTE)
    away = troubled(Trouble(ENDED + 10, 4 * MINUTE + 20, Side.AUTOENHANCE, "503"))

    assert [round(late.seconds) for late in verdict(watch(), told=(long_after,)).late] == [300]
    assert verdict(watch(), told=(long_after,), scenario=away).late == ()


def test_a_second_end_is_a_repetition() -> None:
    """A first failure and then the end are two notices. Two ends are one too many."""
    found = verdict(
        watch(order=BAD.id), told=(told(Kind.FAILURE, 200, BAD.id), told(Kind.WRONG, 300, BAD.id))
    )
    again = verdict(watch(), told=(told(), told(at=ENDED + 9)))

    assert (found.repeated, again.repeated) == (0, 1)


def test_stuck_is_due_when_nothing_has_moved_for_long() -> None:
    """The notice is due however late, as only the bot knows how long is usual."""
    when = STUCK_ORDER.stops + STUCK_SECONDS
    found = verdict(watch(order=STUCK_ORDER.id), told=(told(Kind.STUCK, when + 4 * MINUTE, STUCK_ORDER.id),))

    assert (found.due, found.posted, found.late) == (1, 1, ())


def test_sharing_saves_requests() -> None:
    """Of nine requests four are for the people who ask. The two who watch share the other five."""
    asks = [watch(ActKind.ASK), watch(ActKind.ASK), watch(), watch()]
    traffic = Traffic(orders={GOOD.id: 9}, all_requests=9, statuses={200: 9})

    assert judge(CALM, HOUR, asks, (), traffic).saved == 5  # the checks, once more for the second


def test_slacks_rate_limits() -> None:
    """One message a second in each channel and fifty edits a minute are not too fast. More are."""
    seconds = [float(at) for at in range(60)]
    kept = replace(NOTHING, posts={"C1": seconds, "C2": seconds}, edits=[1.25 * at for at in range(100)])

    assert too_fast(kept) == 0
    assert too_fast(replace(kept, posts={"C1": [at / 2 for at in seconds]})) > 0
    assert too_fast(replace(kept, edits=seconds)) > 0
