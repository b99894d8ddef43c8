"""Encrypts what must not be readable in the database: API keys, and the values of webhooks.

A Fernet token has no associated data. So the team, the account and what it is for are in the plaintext, and
a row that was copied to another place does not open there.

`cryptography` is loaded where accounts may be connected. It takes 2 MB.
"""

import json
from collections.abc import Sequence

from pydantic import SecretStr

from bot.core.errors import KeyUnreadable

KEY, WEBHOOK = "key", "webhook"  # what a sealed text is for: an API key, or the value of a webhook


class KeyRing:
    """The first key writes, and all of them read."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        """`keys` are Fernet keys, one at least. Raises ValueError for a text that is none."""
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet  # noqa: PLC0415

        self._unopened = InvalidToken
        fernets = [Fernet(key.get_secret_value()) for key in keys]
        self._newest, self._ring = fernets[0], MultiFernet(fernets)

    def seal(self, team_id: str, account_id: str, what: str, secret: SecretStr) -> str:
        """`what` it is for: KEY or WEBHOOK."""
        plaintext = json.dumps([team_id, account_id, what, secret.get_secret_value()])
        return self._ring.encrypt(plaintext.encode()).decode()

    def unseal(self, team_id: str, account_id: str, what: str, sealed: str) -> SecretStr:
        """Raises KeyUnreadable if no key opens it, or if it was sealed for another place."""
        try:
            *place, secret = json.loads(self._ring.decrypt(sealed.encode()))
        except self._unopened:
            raise KeyUnreadable("no key of ENCRYPTION_KEYS opens it") from None
        if place != [team_id, account_id, what]:
            raise KeyUnreadable("it belongs to another account")
        return SecretStr(secret)

    def renewed(self, sealed: str) -> str:
        """The same, sealed with the first key. Raises KeyUnreadable if no key opens it."""
        try:
            return self._ring.rotate(sealed.encode()).decode()
        except self._unopened:
            raise KeyUnreadable("no key of ENCRYPTION_KEYS opens it") from None

    def is_newest(self, sealed: str) -> bool:
        """Whether the first key has sealed it."""
        try:
            self._newest.decrypt(sealed.encode())
        except self._unopened:
            return False
        return True


def new_key() -> str:
    """For ENCRYPTION_KEYS."""
    from cryptography.fernet import Fernet  # noqa: PLC0415

    return Fernet.generate_key().decode()
