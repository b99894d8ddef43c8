"""Which keys of Autoenhance may be used where."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from bot.accounts.models import Account, KeyedAccount, default_account
from bot.core.errors import KeyUnreadable
from bot.core.setting_values import revealed
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.keyring import KEY, KeyRing


@dataclass(frozen=True)
class AccountKeys:
    """Every method raises DatabaseFailed."""

    accounts: Accounts
    ring: KeyRing | None  # None without ENCRYPTION_KEYS: then only the default account is used
    default_key: SecretStr | None = field(repr=False)
    now: Callable[[], datetime]

    async def searched_from(self, team_id: str, place: str) -> list[KeyedAccount]:
        """The accounts whose orders people may search there: the default one first, then by name."""
        return [each for each in await self.listed(team_id) if each.account.is_searched_from(place)]

    async def listed(self, team_id: str) -> list[KeyedAccount]:
        """All accounts of the team: the default one first, then by name."""
        found = [KeyedAccount(default_account(team_id, revealed(self.default_key)), self.default_key)]
        if self.ring:
            found += [self._keyed(each) for each in await self.accounts.of_team(team_id)]
        return [each for each in found if each.key or not each.account.is_default]

    async def used(self, account: Account, *, accepted: bool) -> None:
        """The account's key was used. `accepted` if Autoenhance listed orders for it."""
        if not account.is_default:
            await self.accounts.used(account.team_id, account.account_id, self.now(), accepted=accepted)

    async def refused(self, account: Account) -> bool:
        """Autoenhance refused the account's key. True if its owner is to be told of it."""
        if account.is_default:
            return False
        return await self.accounts.refused(account.team_id, account.account_id, self.now())

    def _keyed(self, stored: StoredAccount) -> KeyedAccount:
        account = stored.account
        try:
            assert self.ring is not None  # noqa: S101 - the caller has looked
            key = self.ring.unseal(account.team_id, account.account_id, KEY, stored.sealed_key)
        except KeyUnreadable:
            return KeyedAccount(account, None)
        return KeyedAccount(account, key)
