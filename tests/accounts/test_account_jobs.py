"""Which jobs about accounts wait for each other."""

from datetime import UTC, datetime
from typing import Any

from bot.jobs.accounts import AccountPart, ConnectAccount, DisconnectAccount, ReplaceAccountKey, ShowAccount
from bot.jobs.requests import Asker, HomeTab, View

ASKER = Asker(team_id="T1", user_id="U1", user_team_id="T1", at=datetime(2026, 11, 26, tzinfo=UTC))


def asked(key: str = "k1", account: str = "a1") -> dict[str, Any]:
    return {"key": key, "asker": ASKER, "place": HomeTab(), "account_id": account}


def test_changes_of_one_account_run_one_after_the_other() -> None:
    """Those of another account, and of another team's, run beside them."""
    first, second, other = (
        DisconnectAccount(**asked(*each)).lock for each in [("k1",), ("k2",), ("k3", "a2")]
    )

    assert first == second != other


def test_nothing_waits_for_a_key_that_is_checked() -> None:
    """Autoenhance may take long. A Home tab and other jobs of the account do not wait for that."""
    replaces = ReplaceAccountKey(**asked(), sealed_key="s")
    connects = ConnectAccount(**asked("k2"), sealed_key="s", name="Elm Studio")

    assert (replaces.lock, connects.lock) == ("k1", "k2")


def test_a_modal_waits_for_itself_alone() -> None:
    """It is open already, and a person looks at it."""
    shows = ShowAccount(**asked() | {"place": View(view_id="V1")}, part=AccountPart.CHANNELS)

    assert shows.lock == "view:V1"


def test_no_job_says_its_key() -> None:
    """Not even sealed, where a job is printed."""
    assert "sealed-text" not in repr(ReplaceAccountKey(**asked(), sealed_key="sealed-text"))
