"""Connected accounts, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.accounts.models import Account
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.database.base import Database

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ELM = Account("T1", "A1", "Elm Studio", "U1", "Q2ab", connected_at=NOW, channels=frozenset({"C1", "C2"}))


def stored(account: Account) -> StoredAccount:
    return StoredAccount(account, f"key of {account.account_id}", f"w-{account.account_id}", "value")


async def test_an_account_is_read_as_it_was_stored(database: Database) -> None:
    """By its team, by its ID and by its webhook. Another team does not see it."""
    accounts = Accounts(database)
    assert await accounts.connect(stored(ELM))
    assert await accounts.connect(stored(ELM))

    assert await accounts.of_team("T1") == [stored(ELM)]
    assert await accounts.one("T1", "A1") == await accounts.of_webhook("w-A1") == stored(ELM)
    assert await accounts.of_team("T2") == []
    assert await accounts.one("T2", "A1") is None
    assert await accounts.of_webhook("w-A2") is None


async def test_a_name_is_one_accounts_in_a_team(database: Database) -> None:
    """A second account of that name is not stored."""
    accounts = Accounts(database)
    await accounts.connect(stored(ELM))

    assert not await accounts.connect(stored(replace(ELM, account_id="A2")))
    assert await accounts.connect(stored(replace(ELM, team_id="T2", account_id="A2")))
    assert await accounts.connect(stored(replace(ELM, account_id="A3", name="Another")))
    assert [each.account.name for each in await accounts.of_team("T1")] == ["Another", "Elm Studio"]
    assert len(await accounts.everyone()) == 3


async def test_what_its_owner_changes(database: Database) -> None:
    """Channels, owner and key, each of the one account alone."""
    accounts = Accounts(database)
    other = replace(ELM, account_id="A2", name="Other")
    for each in (ELM, other):
        await accounts.connect(stored(each))
    await accounts.refused("T1", "A1", NOW)

    await accounts.set_channels("T1", "A1", ["C3", "C3"], everywhere=True)
    await accounts.set_channels("T1", "A9", ["C3"], everywhere=True)
    assert await accounts.hand_over("T1", "A1", "U2")
    assert not await accounts.hand_over("T1", "A9", "U2")
    assert await accounts.replace_key("T1", "A1", "new", "9876", owner="U2", asked=NOW)
    assert not await accounts.replace_key("T1", "A9", "new", "9876", owner="U2", asked=NOW)

    changed = replace(ELM, owner="U2", everywhere=True, channels=frozenset({"C3"}), hint="9876")
    assert await accounts.one("T1", "A1") == replace(stored(changed), sealed_key="new")
    assert await accounts.one("T1", "A2") == stored(other)

    assert await accounts.disconnect("T1", "A1")
    assert not await accounts.disconnect("T1", "A1")
    assert await accounts.of_team("T1") == [stored(other)]
    await accounts.connect(stored(replace(ELM, channels=frozenset())))
    found = await accounts.one("T1", "A1")
    assert found
    assert found.account.channels == frozenset()


async def test_an_older_key_takes_the_place_of_no_newer_one(database: Database) -> None:
    """Whichever comes first. One that is stored again changes nothing, and one of a former owner neither."""
    accounts, later = Accounts(database), NOW + timedelta(minutes=1)
    await accounts.connect(stored(ELM))

    async def replaced(key: str, owner: str, asked: datetime) -> bool:
        return await accounts.replace_key("T1", "A1", key, key[-4:], owner=owner, asked=asked)

    assert not await replaced("from before", "U1", NOW - timedelta(seconds=1))
    assert await replaced("second", "U1", later)
    assert not await replaced("first", "U1", NOW)
    assert await replaced("second", "U1", later)
    assert not await replaced("third", "U2", later + timedelta(minutes=1))
    assert await accounts.one("T1", "A1") == replace(stored(replace(ELM, hint="cond")), sealed_key="second")


async def test_a_refusal_is_new_once(database: Database) -> None:
    """Until Autoenhance accepts the key again, and not only shows an order."""
    accounts = Accounts(database)
    await accounts.connect(stored(ELM))

    assert await accounts.refused("T1", "A1", NOW)
    assert not await accounts.refused("T1", "A1", NOW + timedelta(hours=1))
    found = await accounts.one("T1", "A1")
    assert found
    assert found.account.refused_at == NOW

    async def times() -> tuple[datetime | None, datetime | None]:
        found = await accounts.one("T1", "A1")
        assert found
        return found.account.used_at, found.account.refused_at

    await accounts.used("T1", "A1", NOW + timedelta(hours=2))
    assert await times() == (NOW + timedelta(hours=2), NOW)
    await accounts.used("T1", "A1", NOW + timedelta(hours=3), accepted=True)
    assert await times() == (NOW + timedelta(hours=3), None)
    assert await accounts.refused("T1", "A1", NOW + timedelta(hours=4))


async def test_a_key_that_was_replaced_meanwhile_is_not_sealed_anew(database: Database) -> None:
    """A rotation writes only over what it has read."""
    accounts = Accounts(database)
    await accounts.connect(stored(ELM))
    [before] = await accounts.everyone()
    await accounts.reseal(before, "first", "first value")
    await accounts.reseal(before, "second", "second value")

    assert await accounts.one("T1", "A1") == replace(before, sealed_key="first", sealed_webhook="first value")
