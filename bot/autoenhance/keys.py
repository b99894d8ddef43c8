"""Single orders need no key. This is what happens where Autoenhance demands one all the same."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from pydantic import SecretStr

from bot.accounts.models import Account, KeyedAccount, default_account
from bot.core.errors import (
    AccountKeyRefused,
    AutoenhanceError,
    KeyMissing,
    KeyRefused,
    OrderHidden,
    OrderNotFound,
)

DEMANDED_FOR = timedelta(hours=1)
"""So long after a refusal without a key, the next questions are asked with one at once."""

T = TypeVar("T")


@dataclass(frozen=True)
class UsableKey:
    account: Account
    key: SecretStr

    def flight(self, order_id: str) -> str:
        """The name under which callers with this account share a request for the order. No ID has a space."""
        return f"{order_id} {self.account.team_id} {self.account.account_id}"


class Keys(Protocol):
    """The keys that may be used for one question, because of where it was asked."""

    async def usable(self) -> Sequence[KeyedAccount]:
        """Raises DatabaseFailed."""

    async def used(self, account: Account) -> None:
        """Autoenhance answered about an order, with the account's key."""

    def missing(self) -> KeyMissing:
        """The error where there is no usable key."""


class OnlyKey:
    """One key, or none, whoever asks."""

    def __init__(self, key: SecretStr | None) -> None:
        self._key = key

    async def usable(self) -> Sequence[KeyedAccount]:
        return [KeyedAccount(default_account("", ""), self._key)] if self._key else []

    async def used(self, account: Account) -> None:
        pass

    def missing(self) -> KeyMissing:
        return KeyMissing("Autoenhance requires an API key, and none is set")


NO_KEYS = OnlyKey(None)


class KeyDemand:
    """Asks without a key, and with keys in turn while Autoenhance demands one. Remembers that for a time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._until: datetime | None = None

    @property
    def is_on(self) -> bool:
        return self._until is not None and self._now() < self._until

    async def ask(self, keys: Keys, asking: Callable[[UsableKey | None], Awaitable[T]]) -> T:
        """The first answer. Raises what `asking` raises, and KeyMissing where no key may be used.

        A key that is refused, or that does not see the order, is no end while there is another one. Then it
        is asked without a key again: the demand may be over, or be one for other orders.
        """
        usable = await _usable(keys) if self.is_on else []
        if not usable:
            try:
                return await asking(None)
            except KeyMissing:
                self._until = self._now() + DEMANDED_FOR
            return await _in_turn(keys, await _usable(keys), asking)
        try:
            return await _in_turn(keys, usable, asking)
        except (OrderNotFound, OrderHidden, KeyRefused):
            with suppress(KeyMissing):
                answer = await asking(None)
                self._until = None
                return answer
            raise


async def _usable(keys: Keys) -> list[UsableKey]:
    return [UsableKey(each.account, each.key) for each in await keys.usable() if each.key]


async def _in_turn(
    keys: Keys, usable: Sequence[UsableKey], asking: Callable[[UsableKey | None], Awaitable[T]]
) -> T:
    """That an account has no such order outweighs a refusal: it is the better answer to a mistyped ID.

    A refusal may be about this one order, so it says nothing of the account. Only a refused list does.
    """
    failure: AutoenhanceError = keys.missing()
    for each in usable:
        try:
            answer = await asking(each)
        except KeyRefused as error:
            if not isinstance(failure, OrderNotFound):
                alone = each.account.is_default and not isinstance(failure, OrderHidden)
                failure = error if alone else OrderHidden("Autoenhance showed the order to no account")
        except OrderNotFound as error:
            await keys.used(each.account)
            failure = OrderNotFound(str(error), with_key=True)
        else:
            await keys.used(each.account)
            return answer
    raise failure


def of_account(error: KeyRefused, account: Account) -> KeyRefused:
    """The same error, with the name of a connected account: its owner can help, and no admin."""
    return error if account.is_default else AccountKeyRefused(account.name)
