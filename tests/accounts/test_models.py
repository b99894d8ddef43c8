"""Who may search an account, and what people see of its key."""

import pytest

from bot.accounts.models import Account, default_account, key_hint


@pytest.mark.parametrize(
    ("account", "place", "searched"),
    [
        pytest.param({}, "C1", False, id="no-channel-at-first"),
        pytest.param({}, "U1", True, id="its-owner-alone"),
        pytest.param({}, "U2", False, id="another-person"),
        pytest.param({"channels": frozenset({"C1"})}, "C1", True, id="a-channel-that-was-given-it"),
        pytest.param({"channels": frozenset({"C1"})}, "C2", False, id="another-channel"),
        pytest.param({"everywhere": True}, "C2", True, id="everywhere"),
        pytest.param({"everywhere": True}, "U2", True, id="everywhere-also-alone"),
    ],
)
def test_where_an_account_is_searched(account: dict[str, object], place: str, *, searched: bool) -> None:
    """In the channels that its owner gave it, and by the owner alone in a direct message."""
    given = {"team_id": "T1", "account_id": "A1", "name": "Elm", "owner": "U1", "hint": ""}
    assert Account(**given | account).is_searched_from(place) is searched  # type: ignore[arg-type]


def test_the_default_account_is_searched_everywhere() -> None:
    """The admin set it for the whole team."""
    account = default_account("T1", "q7Rk2Lw9Zx4Vb8Nc")
    assert account.is_default
    assert account.is_searched_from("C1")
    assert account.hint == "b8Nc"


def test_a_short_key_has_no_hint() -> None:
    """Four characters would tell too much of it."""
    assert key_hint("q7Rk2Lw9Zx4Vb8N") == ""
