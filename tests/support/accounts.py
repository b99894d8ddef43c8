"""Connected accounts, as the bot stores them."""

from pydantic import SecretStr

from bot.accounts.models import Account
from bot.storage.accounts import StoredAccount
from bot.storage.keyring import KEY, WEBHOOK, KeyRing


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
