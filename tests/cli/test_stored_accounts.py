"""`keys rotate`, `accounts` and what `check` says of connected accounts, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from bot.accounts.models import Account
from bot.cli.stored_accounts import rotate
from bot.demo.demo import Sandbox
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.database.base import Database
from bot.storage.keyring import KEY, WEBHOOK, KeyRing, new_key
from tests.support.accounts import ring
from tests.support.accounts import sealed as sealed_by
from tests.support.both_databases import database_url
from tests.support.process import environment, invoke

__all__ = ["database_url"]

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OLD, NEW, GONE = new_key(), new_key(), new_key()
API_KEY, VALUE = "q7Rk2Lw9Zx4Vb8Nc1Mp6q7Rk2Lw9Zx4Vb8Nc1Mp6", "value-of-a-webhook"
ELM = Account("T1", "A1", "Elm Studio", "U0ANA00001", "1Mp6", connected_at=NOW)
OAK = replace(ELM, account_id="A2", name="Oak", owner="U0BEN00001")


def sealed(account: Account, key: str) -> StoredAccount:
    return sealed_by(account, ring(key), api_key=API_KEY, value=VALUE)


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database)


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    """The commands need nothing but the database and the keys."""
    return {"DATABASE_URL": database_url, "ENCRYPTION_KEYS": f"{NEW},{OLD}"}


async def opened(accounts: Accounts, keys: KeyRing) -> list[tuple[str, str]]:
    """The API key and the webhook's value of each account."""
    found = await accounts.everyone()
    places = [((each.account.team_id, each.account.account_id), each) for each in found]
    return [
        (
            keys.unseal(*place, KEY, each.sealed_key).get_secret_value(),
            keys.unseal(*place, WEBHOOK, each.sealed_webhook).get_secret_value(),
        )
        for place, each in places
    ]


async def test_after_a_rotation_the_old_key_can_go(accounts: Accounts, env: dict[str, str]) -> None:
    """Keys and webhooks' values are sealed with the first key alone. A second run changes nothing."""
    await accounts.connect(sealed(ELM, OLD))
    await accounts.connect(sealed(OAK, NEW))

    ran = await invoke("keys", "rotate", env=env)

    said = "Encrypted with the first key: {} now, {} already.\n"
    assert (ran.code, ran.out, ran.err) == (0, said.format("1 account", "1 account"), "")
    assert await opened(accounts, ring(NEW)) == [(API_KEY, VALUE)] * 2
    before = await accounts.everyone()
    again = await invoke("keys", "rotate", env=env)
    assert (again.code, again.out) == (0, said.format("0 accounts", "2 accounts"))
    assert await accounts.everyone() == before


async def test_a_rotation_names_what_it_could_not_open(accounts: Accounts, env: dict[str, str]) -> None:
    """It renews the others, and the command fails. What it cannot open stays as it is."""
    await accounts.connect(sealed(ELM, GONE))
    await accounts.connect(sealed(OAK, OLD))

    ran = await invoke("keys", "rotate", env=env)

    assert ran.code == 1
    assert "No key of ENCRYPTION_KEYS opens what is stored of Elm Studio. Put the missing key back" in ran.out
    assert "1 account now, 0 accounts already." in ran.out
    assert await opened(accounts, ring(NEW, GONE)) == [(API_KEY, VALUE)] * 2


async def test_half_of_an_account_is_renewed_too(accounts: Accounts, env: dict[str, str]) -> None:
    """Where only its webhook's value cannot be opened, its API key needs the old key no more."""
    await accounts.connect(replace(sealed(ELM, OLD), sealed_webhook=sealed(ELM, GONE).sealed_webhook))

    ran = await invoke("keys", "rotate", env=env)

    assert (ran.code, "stored of Elm Studio" in ran.out) == (1, True)
    assert await opened(accounts, ring(NEW, GONE)) == [(API_KEY, VALUE)]


async def test_a_key_that_is_replaced_meanwhile_is_kept(accounts: Accounts) -> None:
    """A running bot may store a new key between reading and writing. It is not written over."""

    class Busy(Accounts):
        async def reseal(self, *given: Any) -> None:
            later = datetime.now(UTC)
            assert await accounts.replace_key("T1", "A1", fresh, "new!", owner=ELM.owner, asked=later)
            await accounts.reseal(*given)

    await accounts.connect(sealed(ELM, OLD))
    fresh = ring(OLD).seal("T1", "A1", KEY, SecretStr("another key"))

    _, after = await rotate(Busy(accounts._database), ring(NEW, OLD))

    assert [each.sealed_key for each in after.older] == [fresh]
    _, after = await rotate(accounts, ring(NEW, OLD))
    assert (len(after.newest), after.older) == (1, [])
    assert await opened(accounts, ring(NEW)) == [("another key", VALUE)]


async def test_a_rotation_needs_keys(env: dict[str, str]) -> None:
    """Without ENCRYPTION_KEYS the command says what to set."""
    ran = await invoke("keys", "rotate", env=env | {"ENCRYPTION_KEYS": ""})

    assert (ran.code, ran.out) == (1, "")
    assert "ENCRYPTION_KEYS isn't set. Set it to a new key from `python app.py keys new`" in ran.err


async def test_a_rotation_without_accounts(env: dict[str, str]) -> None:
    """There is nothing to do."""
    ran = await invoke("keys", "rotate", env=env)

    assert (ran.code, ran.out) == (0, "No accounts are connected, so there is nothing to encrypt.\n")


@pytest.mark.parametrize("command", [("keys", "rotate"), ("accounts", "list")])
async def test_another_folder_has_no_accounts(tmp_path: Any, command: tuple[str, ...]) -> None:
    """A missing file is no empty database: who rotates there would remove a key that is needed."""
    path = tmp_path / "none.sqlite3"
    ran = await invoke(*command, env={"DATABASE_URL": f"sqlite:///{path}", "ENCRYPTION_KEYS": NEW})

    assert (ran.code, path.exists()) == (1, False)
    assert f"There is no database at {path}." in ran.err


async def test_the_list_of_accounts(accounts: Accounts, env: dict[str, str]) -> None:
    """Who connected each, where it is searched, and whether Autoenhance takes its key. No key is in it."""
    await accounts.connect(sealed(replace(ELM, channels=frozenset({"C2", "C1"})), NEW))
    await accounts.connect(sealed(replace(OAK, everywhere=True, used_at=NOW, refused_at=NOW), NEW))

    ran = await invoke("accounts", "list", env=env | {"ENCRYPTION_KEYS": ""})

    assert (ran.code, ran.err) == (0, "")
    elm, oak = ran.out.split("\n\n")
    assert elm.splitlines() == [
        "Elm Studio",
        "  key: …1Mp6",
        "  owner: U0ANA00001",
        "  searched in: C1, C2",
        "  connected: 2026-11-26 12:00 UTC",
        "  last used: never",
        "  rejected: no",
    ]
    assert oak.splitlines() == [
        "Oak",
        "  key: …1Mp6",
        "  owner: U0BEN00001",
        "  searched in: every channel",
        "  connected: 2026-11-26 12:00 UTC",
        "  last used: 2026-11-26 12:00 UTC",
        "  rejected: since 2026-11-26 12:00 UTC",
    ]


async def test_a_name_changes_nothing_in_the_terminal(accounts: Accounts, env: dict[str, str]) -> None:
    """Members choose names. What would move the cursor or colour the text is a question mark."""
    await accounts.connect(sealed(replace(ELM, name="\x1b[31mElm\n\x07"), NEW))

    assert (await invoke("accounts", "list", env=env)).out.splitlines()[0] == "?[31mElm??"


async def test_accounts_of_several_teams_are_listed_with_their_team(
    accounts: Accounts, env: dict[str, str]
) -> None:
    """Names are unique only within a team."""
    assert (await invoke("accounts", "list", env=env)).out == "No accounts are connected.\n"
    for team in ("T1", "T2"):
        await accounts.connect(sealed(replace(ELM, team_id=team), NEW))

    ran = await invoke("accounts", "list", env=env)

    assert [line for line in ran.out.splitlines() if "Elm" in line] == [
        "Elm Studio (team T1)",
        "Elm Studio (team T2)",
    ]
    assert "  searched in: only its owner's direct messages\n" in ran.out


async def test_an_admin_takes_over_a_leavers_account(accounts: Accounts, env: dict[str, str]) -> None:
    """The new owner has it from then on, also without ENCRYPTION_KEYS. Safe to repeat."""
    for each in (ELM, OAK):
        await accounts.connect(sealed(each, NEW))

    for _ in range(2):
        ran = await invoke(
            "accounts", "hand-over", "Elm Studio", "U0CAT00001", env=env | {"ENCRYPTION_KEYS": ""}
        )
        assert (ran.code, ran.out, ran.err) == (0, "Elm Studio belongs to U0CAT00001 now.\n", "")

    owners = {each.account.name: each.account.owner for each in await accounts.everyone()}
    assert owners == {"Elm Studio": "U0CAT00001", "Oak": OAK.owner}


@pytest.mark.parametrize(
    ("name", "user", "says"),
    [
        ("elm", "U0CAT00001", "No account is named “elm”. Connected: Elm Studio, Oak."),
        ("Oak", "@cat", "“@cat” isn't a Slack user ID, such as U0ANA00001. In Slack, open the person's"),
        ("Oak", "u0cat00001", "isn't a Slack user ID"),
        ("Oak", "C0SHOOTS01", "isn't a Slack user ID"),
        ("Oak", "U0CAT00001\n", "isn't a Slack user ID"),
    ],
)
async def test_a_hand_over_that_cannot_be(
    accounts: Accounts, env: dict[str, str], name: str, user: str, says: str
) -> None:
    """The sentence says what to type. Nothing is changed."""
    for each in (ELM, OAK):
        await accounts.connect(sealed(each, NEW))

    ran = await invoke("accounts", "hand-over", name, user, env=env)

    assert (ran.code, ran.out) == (1, "")
    assert says in ran.err
    assert [each.account.owner for each in await accounts.everyone()] == [ELM.owner, OAK.owner]


async def test_a_name_in_several_teams_needs_its_team(accounts: Accounts, env: dict[str, str]) -> None:
    """Nothing is changed until it is clear which one is meant."""
    for team in ("T1", "T2"):
        await accounts.connect(sealed(replace(ELM, team_id=team), NEW))
    typed = ["accounts", "hand-over", "Elm Studio", "U0CAT00001"]

    ran = await invoke(*typed, env=env)
    assert (ran.code, ran.out) == (1, "")
    assert "Accounts of several teams are named “Elm Studio”. Add --team T1 or --team T2." in ran.err

    ran = await invoke(*typed, "--team", "T2", env=env)
    assert (ran.code, ran.out) == (0, "Elm Studio belongs to U0CAT00001 now.\n")
    owners = {each.account.team_id: each.account.owner for each in await accounts.everyone()}
    assert owners == {"T1": ELM.owner, "T2": "U0CAT00001"}

    ran = await invoke(*typed, "--team", "T3", env=env)
    assert (ran.code, "No account is named “Elm Studio” in team T3." in ran.err) == (1, True)


async def checked(env: dict[str, str], sandbox: Sandbox, **extra: str) -> tuple[list[str], int]:
    """What `check` says of accounts, and its exit code."""
    ran = await invoke("check", env=environment(sandbox.settings) | env | extra)
    return [line for line in ran.out.splitlines() if "Accounts: " in line], ran.code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_check_says_nothing_where_nobody_uses_accounts(env: dict[str, str], sandbox: Sandbox) -> None:
    """Without keys and accounts there is no line. With keys alone, one that is no problem."""
    assert await checked(env, sandbox, ENCRYPTION_KEYS="") == ([], 0)
    assert await checked(env, sandbox) == (["✓ Accounts: none connected"], 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_check_counts_accounts_that_work(
    accounts: Accounts, env: dict[str, str], sandbox: Sandbox
) -> None:
    """With the first key and without a refusal there is nothing to do."""
    await accounts.connect(sealed(ELM, NEW))

    assert await checked(env, sandbox) == (["✓ Accounts: 1 connected"], 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_check_names_accounts_whose_key_is_gone(
    accounts: Accounts, env: dict[str, str], sandbox: Sandbox
) -> None:
    """Each of the three problems of ENCRYPTION_KEYS has its next step. A refused key has one too."""
    for account, key in ((ELM, GONE), (OAK, OLD), (replace(OAK, account_id="A3", name="Pine"), NEW)):
        await accounts.connect(sealed(account, key))
    await accounts.refused("T1", "A3", NOW)

    lines, code = await checked(env, sandbox)
    assert code == 1
    lost, older, refused = lines
    assert lost.startswith("✗ Accounts: ENCRYPTION_KEYS lacks the key of Elm Studio. Put it back")
    assert older.startswith("✗ Accounts: encrypted with an older key: Oak. Run `python app.py keys rotate`")
    assert refused.startswith("✗ Accounts: Autoenhance rejected the key of Pine")

    lines, code = await checked(env, sandbox, ENCRYPTION_KEYS="")
    assert code == 1
    unset, refused = lines
    assert unset.startswith(
        "✗ Accounts: ENCRYPTION_KEYS isn't set, so these aren't used: Elm Studio, Oak, Pine"
    )
    assert "rejected the key of Pine" in refused


@pytest.mark.parametrize("command", ["check", "keys rotate", "accounts list"])
async def test_no_command_prints_a_secret(
    accounts: Accounts, env: dict[str, str], sandbox: Sandbox, command: str
) -> None:
    """No API key, no key of ENCRYPTION_KEYS, no address and no value of a webhook."""
    for account, key in ((ELM, GONE), (OAK, OLD)):
        await accounts.connect(sealed(account, key))

    ran = await invoke(*command.split(), env=environment(sandbox.settings) | env)

    assert "Elm Studio" in ran.out
    stored = await accounts.everyone()
    secrets = [API_KEY, VALUE, OLD, NEW, GONE, *(each.webhook_id for each in stored)]
    secrets += [text for each in stored for text in (each.sealed_key, each.sealed_webhook)]
    assert [secret for secret in secrets if secret in ran.out + ran.err] == []
