"""Autoenhance accounts on the Home tab, and the modals of their owners."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.accounts.models import Account, default_account
from bot.jobs.accounts import AccountPart
from bot.sandbox.slack.validation.messages import checked_home, checked_view
from bot.slack.limits import LIMITS
from bot.slack.render import accounts, home
from bot.slack.render.accounts import Listed
from bot.slack.text import accounts as account_text
from bot.watches.models import Condition, Ending
from tests.slack.test_notices import LINKS, NOW, many

ELM = Account("T1", "a1", "Elm Studio", "U1", "Q2ab", connected_at=NOW)
DEFAULT = default_account("T1", "k" * 36 + "Zq3f")
USED = replace(ELM, used_at=NOW + timedelta(hours=2))
OAK = replace(USED, account_id="a2", name="Oak & Partners")
REFUSED = replace(USED, refused_at=NOW + timedelta(days=1), channels=frozenset({"C1", "C2"}))


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def row(account: Account, viewer: str = "U1", *, readable: bool = True) -> dict[str, Any]:
    part = accounts.accounts_part([Listed(account, readable)], viewer, may_connect=True)
    return part[2]


def text(account: Account, viewer: str = "U1", *, readable: bool = True) -> str:
    return str(row(account, viewer, readable=readable)["text"]["text"])


@pytest.mark.parametrize(
    ("account", "viewer", "says"),
    [
        (ELM, "U1", "*Elm Studio*\nOwner: <@U1> · Key ends in `Q2ab`\nSearched only by you."),
        (ELM, "U1", "To share it, choose *Channels*. Not used yet."),
        (ELM, "U2", "Searched only by <@U1>. Not used yet."),
        (replace(ELM, channels=frozenset({"C1"})), "U2", "Searched in <#C1>."),
        (replace(ELM, channels=frozenset({"C2", "C1"})), "U2", "Searched in <#C1> and <#C2>."),
        (
            replace(ELM, channels=frozenset(f"C{number}" for number in range(7))),
            "U1",
            "Searched in <#C0>, <#C1>, <#C2>, <#C3>, <#C4> and 2 more.",
        ),
        (replace(ELM, everywhere=True, channels=frozenset({"C1"})), "U2", "Searched in every channel."),
        (
            DEFAULT,
            "U1",
            "Set by an admin · Key ends in `Zq3f`\nSearched in every channel.",
        ),
        (replace(ELM, hint=""), "U1", "Owner: <@U1>\nSearched"),
        (USED, "U1", "Last used <!date^"),
        (REFUSED, "U1", ":warning: Autoenhance has rejected this key since <!date^"),
        (REFUSED, "U1", "Choose *Replace key*.\nSearched in <#C1> and <#C2>."),
        (REFUSED, "U2", "Ask <@U1> to replace it."),
    ],
)
def test_a_row_says_whose_it_is_where_it_is_searched_and_what_is_wrong(
    account: Account, viewer: str, says: str
) -> None:
    """With the next step for its owner, and whom to ask for everybody else."""
    assert says in text(account, viewer)


def test_a_key_that_cannot_be_read_is_to_be_replaced() -> None:
    """That is said in place of what Autoenhance said of it before."""
    said = text(REFUSED, readable=False)

    assert ":warning: I can't read this key any more. Choose *Replace key*." in said
    assert "rejected" not in said


def test_the_menu_is_the_owners() -> None:
    """Nobody else has it. No person owns the default account."""
    assert len(row(ELM)["accessory"]["options"]) == LIMITS.options
    assert "accessory" not in row(ELM, "U2")
    assert "accessory" not in row(DEFAULT, "")


def test_a_name_stays_a_name() -> None:
    """It pings and links nobody, breaks no markup, and is one line."""
    said = text(replace(ELM, name="<!channel> *a* & b\n" + "n" * 90)).partition("\n")[0]

    assert said == f"*&lt;!channel&gt; ∗a∗ &amp; b {'n' * 20}…*"


def test_a_home_tab_with_thirty_watches_and_twenty_accounts_fits() -> None:
    """It is drawn to its very last block."""
    channels = frozenset(f"C{number:09}" for number in range(300))
    most = replace(REFUSED, name="m" * 40, channels=channels)
    found = [Listed(replace(most, account_id=f"{number:016}"), readable=True) for number in range(20)]
    finished = many(20, place="C2", condition=Condition.ENDED, ending=Ending.QUIET, ended_at=NOW)
    part = accounts.accounts_part([Listed(DEFAULT, readable=True), *found], "U1", may_connect=True)
    drawn = checked_home(home.home_tab([*many(60), *finished], LINKS.thread, "A note. " * 50, part))

    assert drawn["blocks"][-1]["block_id"] == "begin"
    assert len(drawn["blocks"]) <= LIMITS.modal_blocks
    assert json.dumps(drawn).count("account_menu") == 20


@pytest.mark.parametrize(("viewer", "ring"), [("U1", True), ("U2", True), ("U1", False)])
def test_the_part_of_the_home_tab(viewer: str, ring: bool, snapshot: SnapshotAssertion) -> None:  # noqa: FBT001
    """Without ENCRYPTION_KEYS, it says what an admin has to set, and has no button."""
    found = [Listed(DEFAULT, readable=True)]
    found += [Listed(REFUSED, readable=True), Listed(OAK, readable=False)] if ring else []
    assert accounts.accounts_part(found, viewer, may_connect=ring) == snapshot


def test_the_part_without_any_account(snapshot: SnapshotAssertion) -> None:
    """It says what an account is good for."""
    assert accounts.accounts_part([], "U1", may_connect=True) == snapshot


SHARED = replace(ELM, channels=frozenset({"C2", "C1"}), everywhere=True)


@pytest.mark.parametrize("part", [each for each in AccountPart if each is not AccountPart.WEBHOOK])
def test_each_form(part: AccountPart, snapshot: SnapshotAssertion) -> None:
    """Its `private_metadata` is the account's ID, and nothing else."""
    drawn = checked_view(accounts.form(SHARED, part))

    assert drawn["private_metadata"] == "a1"
    assert drawn == snapshot


def test_the_form_of_an_account_that_nobody_else_searches() -> None:
    """Slack takes no empty list of what was chosen before."""
    elements = [
        block["element"] for block in checked_view(accounts.form(ELM, AccountPart.CHANNELS))["blocks"][1:]
    ]

    assert not [each for each in elements if "initial_conversations" in each or "initial_options" in each]


def test_the_form_to_connect_an_account(snapshot: SnapshotAssertion) -> None:
    """A name and a key."""
    drawn = checked_view(accounts.connect())

    assert [block["element"].get("focus_on_load") for block in drawn["blocks"]] == [True, False]
    assert drawn == snapshot


def test_the_webhook_of_an_account(snapshot: SnapshotAssertion) -> None:
    """Where to enter it, its address without the host, and its value."""
    drawn = checked_view(accounts.webhook(ELM, "/autoenhance/webhook/abc", "v" * 43))

    assert "private_metadata" not in drawn
    assert drawn == snapshot


def test_an_error_below_a_field_has_no_markup() -> None:
    """Slack would show its signs."""
    said = [
        account_text.NO_NAME,
        account_text.LONG_NAME,
        account_text.NO_KEY,
        account_text.LONG_KEY,
        account_text.KEY_CHARACTERS,
        account_text.NO_RING_FIELD,
        account_text.NO_OWNER,
    ]
    assert not [each for each in said if set(each) & set("*`~<>")]
