"""What changed between two checks of an order."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.orders.changes import Changes, changes
from bot.orders.progress import Counts, State


def tally(**changed: Any) -> Counts:
    usual: dict[str, Any] = {
        "state": State.ENHANCING,
        "total": 30,
        "done": 20,
        "failed": 2,
        "waiting": 8,
    }
    return Counts(**usual | changed)


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        pytest.param({}, Changes(0, 0, 0, None), id="nothing"),
        pytest.param({"done": 26, "waiting": 2}, Changes(6, 0, 0, None), id="finished"),
        pytest.param({"failed": 1}, Changes(0, -1, 0, None), id="a failure fewer"),
        pytest.param({"total": 33}, Changes(0, 0, 3, None), id="photos added"),
        pytest.param({"state": "ready"}, Changes(0, 0, 0, State.ENHANCING), id="state"),
    ],
)
def test_changes_are_counted(now: dict[str, Any], changed: Changes) -> None:
    """A difference is later minus earlier. Any difference is a change."""
    assert changes(tally(), tally(**now)) == changed
    assert bool(changed) is bool(now)


@pytest.mark.parametrize(
    "forged",
    [{"total": -1}, {"done": -1}, {"failed": -1}, {"waiting": -1}, {"word": "x" * 41}, {"state": "fine"}],
)
def test_a_tally_from_a_button_is_checked(forged: dict[str, Any]) -> None:
    """Counts in a button come back from outside, so they are checked."""
    with pytest.raises(ValidationError):
        tally(**forged)
