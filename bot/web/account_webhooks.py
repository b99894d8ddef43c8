"""Who calls at the address of an account's own webhook."""

import secrets

from pydantic import SecretStr
from starlette.requests import Request

from bot.autoenhance import webhook
from bot.core.errors import KeyUnreadable, Unstorable
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.keyring import WEBHOOK, KeyRing
from bot.web.autoenhance_webhook import Unauthentic

REFUSAL = "the address or the authentication value is wrong"  # which of them, nobody is told


class AccountWebhooks:
    """Neither the end of an address nor a value is ever logged."""

    def __init__(self, accounts: Accounts, ring: KeyRing) -> None:
        self._accounts = accounts
        self._ring = ring
        self._nobodys = SecretStr(secrets.token_urlsafe())  # compared where there is no value

    async def team_of(self, request: Request) -> str:
        """The team whose account has this address and value. Raises Unauthentic and DatabaseFailed."""
        stored = await self._at(request.path_params["webhook_id"])
        value = self._value(stored) if stored else None
        authentic = webhook.is_authentic(request.headers, value or self._nobodys)
        if not (stored and value and authentic):
            raise Unauthentic(REFUSAL)
        return stored.account.team_id

    async def _at(self, webhook_id: str) -> StoredAccount | None:
        try:
            return await self._accounts.of_webhook(webhook_id)
        except Unstorable:  # a text that the database does not take
            return None

    def _value(self, stored: StoredAccount) -> SecretStr | None:
        """None if no key of the ring opens it."""
        account = stored.account
        try:
            return self._ring.unseal(account.team_id, account.account_id, WEBHOOK, stored.sealed_webhook)
        except KeyUnreadable:
            return None
