"""A connected account: one API key of Autoenhance, whose it is, and where its orders may be searched."""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

DEFAULT_ACCOUNT = "default"
"""The `account_id` of the key in AUTOENHANCE_API_KEY. It is in no table."""

HINT_CHARACTERS = 4


@dataclass(frozen=True)
class Account:
    """Without its key. `channels` are those that may search it, where it is not searched `everywhere`."""

    team_id: str
    account_id: str
    name: str  # one for each account of a team. Empty for the default account
    owner: str  # the user who may change it. Empty for the default account
    hint: str  # the last characters of the key
    connected_at: datetime | None = None  # None for the default account
    everywhere: bool = False
    channels: frozenset[str] = field(default_factory=frozenset)
    used_at: datetime | None = None  # None: never
    refused_at: datetime | None = None  # since when Autoenhance refuses its key. None: it does not

    @property
    def is_default(self) -> bool:
        return self.account_id == DEFAULT_ACCOUNT

    def is_searched_from(self, place: str) -> bool:
        """`place` is a channel's ID, or a user's for a direct message with the bot."""
        return self.everywhere or place in self.channels or place == self.owner


@dataclass(frozen=True)
class KeyedAccount:
    """`key` is None where no key of ENCRYPTION_KEYS opens what is stored."""

    account: Account
    key: SecretStr | None = field(repr=False)


def key_hint(key: str) -> str:
    """What people see of a key. Nothing of a key so short that this would tell much of it."""
    return key[-HINT_CHARACTERS:] if len(key) >= 4 * HINT_CHARACTERS else ""


def default_account(team_id: str, key: str) -> Account:
    """The account that an admin set. Every channel may search it."""
    return Account(team_id, DEFAULT_ACCOUNT, name="", owner="", hint=key_hint(key), everywhere=True)
