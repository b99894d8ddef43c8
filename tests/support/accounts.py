"""Connected accounts, as the bot stores them."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from pydantic import SecretStr

from bot.accounts.models import Account, key_hint
from bot.bootstrap.storage import open_database
from bot.core.settings import Settings
from bot.sandbox.slack.sample_workspace import TEAM
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.keyring import KEY, WEBHOOK, KeyRing, new_key


def ring(*keys: str) -> KeyRing:
    return KeyRing([SecretStr(key) for key in keys])


def sealed(account: Account, keys: KeyRing, *, api_key: str, value: str) -> StoredAccount:
    """`value` is what the calls of its webhook have."""
    place = (account.team_id, account.account_id)
    return StoredAccount(
        account,
        sealed_key=keys.seal(*place, KEY, SecretStr(api_key)),
        webhook_id=f"hook-{'-'.join(place)}",
        sealed_webhook=keys.seal(*place, WEBHOOK, SecretStr(value)),
    )


@asynccontextmanager
async def accounts_of(settings: Settings) -> AsyncIterator[Accounts]:
    async with open_database(settings) as database:
        yield Accounts(database)


async def connect(
    settings: Settings,
    key: str,
    *,
    owner: str,
    name: str = "Studio B",
    channels: Iterable[str] = (),
    everywhere: bool = False,
    readable: bool = True,
) -> Account:
    """An account with this key. One that is not `readable` was sealed with a key that is gone."""
    id_ = f"account-{name}"
    account = Account(
        TEAM,
        id_,
        name=name,
        owner=owner,
        hint=key_hint(key),
        connected_at=datetime.now(UTC),
        everywhere=everywhere,
        channels=frozenset(channels),
    )
    sealed = sealed_key(settings, id_, key, readable=readable)
    async with accounts_of(settings) as accounts:
        assert await accounts.connect(StoredAccount(account, sealed, f"webhook-{name}", ""))
    return account


def sealed_key(settings: Settings, account_id: str, key: str, *, readable: bool = True) -> str:
    ring = KeyRing(settings.ring if readable else [SecretStr(new_key())])
    return ring.seal(TEAM, account_id, KEY, SecretStr(key))


async def stored(settings: Settings, account: Account) -> Account:
    """The account as it is now."""
    async with accounts_of(settings) as accounts:
        found = await accounts.one(account.team_id, account.account_id)
    assert found
    return found.account


async def give(settings: Settings, account: Account, *channels: str) -> None:
    """These channels may search it from now on, and no others."""
    async with accounts_of(settings) as accounts:
        await accounts.set_channels(account.team_id, account.account_id, channels, everywhere=False)


async def disconnect(settings: Settings, account: Account) -> None:
    async with accounts_of(settings) as accounts:
        assert await accounts.disconnect(account.team_id, account.account_id)
