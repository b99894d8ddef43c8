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


def changed(**only: Any) -> Changes:
    return Changes(**{"done": 0, "failed": 0, "expired": 0, "photos": 0, "was": None} | only)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param({}, changed(), id="nothing"),
        pytest.param({"done": 26, "waiting": 2}, changed(done=6), id="finished"),
        pytest.param({"failed": 1}, changed(failed=-1), id="a failure fewer"),
        pytest.param({"expired": 3, "waiting": 5}, changed(expired=3), id="expired"),
        pytest.param({"failed": 3, "expired": 2}, changed(failed=1, expired=2), id="failed and expired"),
        pytest.param({"failed": 1, "expired": 1}, changed(), id="a failure that expired"),
        pytest.param(
            {"failed": 0, "expired": 3}, changed(expired=1), id="both failures expired, and one more"
        ),
        pytest.param({"total": 33}, changed(photos=3), id="photos added"),
        pytest.param({"state": "ready"}, changed(was=tally()), id="state"),
        pytest.param({"word": "paused"}, changed(was=tally()), id="another word of Autoenhance's"),
    ],
)
def test_changes_are_counted(now: dict[str, Any], expected: Changes) -> None:
    """A difference is later minus earlier. A failed photo that expires is no news, and all else is."""
    assert changes(tally(), tally(**now)) == expected
    assert bool(expected) is bool(now and now != {"failed": 1, "expired": 1})


def test_expired_photos_that_an_earlier_version_counted_as_failed_are_no_news() -> None:
    """After an upgrade no card says that failures went away."""
    before = tally(state=State.ATTENTION, total=24, done=4, failed=20, waiting=0)
    now = tally(state=State.ATTENTION, total=24, done=4, failed=0, expired=20, waiting=0)

    assert not changes(before, now)


@pytest.mark.parametrize(
    "forged",
    [
        {"total": -1},
        {"done": -1},
        {"failed": -1},
        {"waiting": -1},
        {"expired": -1},
        {"word": "x" * 41},
        {"state": "fine"},
    ],
)
def test_a_tally_from_a_button_is_checked(forged: dict[str, Any]) -> None:
    """Counts in a button come back from outside, so they are checked."""
    with pytest.raises(ValidationError):
        tally(**forged)
