"""The three scripted days, from morning to evening. Each takes about a minute of CPU."""

import pytest

from bot.demo.scenarios.models import Side
from bot.demo.scenarios.names import Name
from bot.demo.scenarios.scripts import scenario
from tests.demo.short_scenarios import leaping, played

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("name", list(Name))
def test_a_whole_day_loses_nothing(name: Name) -> None:
    """Each acknowledged request is answered, and each thread gets what was promised, once.

    Four of five orders ended in the range that their card said first.
    """
    day = scenario(name)
    found = leaping(played(day))

    assert found.lost == ()
    assert (found.posted, found.repeated, found.open) == (found.due, 0, 0)
    assert len(found.answered) + found.refused == found.asked
    assert not found.refused or any(trouble.side is Side.BOT for trouble in day.troubles)
    assert len(found.misses) >= 10
    assert found.misses.count(0) >= 0.8 * len(found.misses)
