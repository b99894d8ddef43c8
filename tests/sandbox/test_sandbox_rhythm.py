"""Orders whose photos come at a regular pace, in bursts, or slower and slower."""

from itertools import pairwise

import pytest

from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.autoenhance.progress import Rhythm, Run, as_of, done_times
from tests.sandbox.test_sandbox_autoenhance import NOW

COUNT, SECONDS = 40, 6.0
ALL = pytest.mark.parametrize("rhythm", list(Rhythm))


def gaps(rhythm: Rhythm, seed: str = "x") -> list[float]:
    """The seconds from one photo to the next."""
    return [later - sooner for sooner, later in pairwise((0.0, *done_times(rhythm, COUNT, SECONDS, seed)))]


@ALL
def test_a_rhythm_is_the_same_each_time_and_ends_at_the_same_time(rhythm: Rhythm) -> None:
    """All rhythms take as long as the regular one. No photo is done before the one in front of it."""
    times = done_times(rhythm, COUNT, SECONDS, "x")
    assert times == done_times(rhythm, COUNT, SECONDS, "x")
    assert (len(times), times[-1]) == (COUNT, COUNT * SECONDS)
    assert list(times) == sorted(times)
    assert min(times) > 0


def test_rhythms_differ() -> None:
    """Regular photos are equally far apart, bursts come at once, and a slowing order takes ever longer."""
    assert gaps(Rhythm.REGULAR) == pytest.approx([SECONDS] * COUNT)
    assert gaps(Rhythm.BURSTS).count(0.0) >= COUNT / 2
    assert max(gaps(Rhythm.BURSTS)) >= 3 * SECONDS
    slowing = gaps(Rhythm.SLOWING)
    assert sum(slowing[-10:]) > 2 * sum(slowing[:10])
    assert min(slowing) > 0


@pytest.mark.parametrize("rhythm", [Rhythm.BURSTS, Rhythm.SLOWING])
def test_orders_of_one_rhythm_differ(rhythm: Rhythm) -> None:
    """By their seed."""
    assert gaps(rhythm, "x") != gaps(rhythm, "y")


@ALL
def test_an_order_runs_in_its_rhythm(rhythm: Rhythm) -> None:
    """Each photo is done at its time, also where the run begins with some that are done."""
    images = photos("x", (COUNT, {}))
    times = done_times(rhythm, COUNT, SECONDS, "x")
    finished = order("x", "X", images, now=NOW)
    for begun in (0, 7):
        run = Run(NOW, grouping=10, seconds_per_photo=SECONDS, done=begun, times=times)
        already = times[begun - 1] if begun else 0.0
        for at in times[begun:]:
            shown = as_of(finished, run, NOW + 10 + at - already + 0.01)
            done = sum(image["status"] == "processed" for image in shown["images"])
            assert done == sum(each <= at for each in times)
            assert shown["is_processing"] == (done < COUNT)
    assert as_of(finished, Run(NOW, grouping=10, times=times), NOW + 9)["is_merging"]
