"""What is wrong with a setting's value: a sentence for each problem."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from pydantic import SecretStr

MIN_TOKEN_CHARACTERS = 16
# Copying and pasting leaves these around a value: blanks, line breaks and invisible characters.
_STRIPPED_CHARACTERS = " \t\r\n\v\f\x00\xa0\u200b\u200c\u200d\u2060\ufeff"
_QUOTES = ('""', "''", "“”", "‘’")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def revealed(secret: SecretStr | None) -> str:
    """The secret's value. Empty if it is not set."""
    return secret.get_secret_value() if secret else ""


def stripped(value: str) -> str:
    """The value without blanks, line breaks and quotes around it. Some tools pass quotes on."""
    value = value.strip(_STRIPPED_CHARACTERS)
    if len(value) > 1 and value[0] + value[-1] in _QUOTES:
        value = value[1:-1].strip(_STRIPPED_CHARACTERS)
    return value


def fits_a_header(secret: str) -> bool:
    """A secret is sent in a header or compared with one. So it has only visible ASCII characters."""
    return all("!" <= each <= "~" for each in secret)


def character_problems(name: str, secret: SecretStr | None) -> list[str]:
    if fits_a_header(revealed(secret)):
        return []
    return [f"{name} has a space, a line break or another character that isn't allowed. Copy it again."]


def token_problems(name: str, token: SecretStr | None, there: str) -> list[str]:
    """For a token that others send to Order Desk in a header. `there` is where they have it."""
    if token is None:
        return []
    if len(token.get_secret_value()) < MIN_TOKEN_CHARACTERS:
        short = f"{name} must have at least {MIN_TOKEN_CHARACTERS} characters, so that nobody can guess it."
        return [f"{short} Set a longer one here and in {there}."]
    return []


def ring_problems(keys: Iterable[SecretStr]) -> list[str]:
    """For ENCRYPTION_KEYS. A Fernet key is 32 bytes in URL-safe base64 (github.com/fernet/spec)."""
    if all(re.fullmatch(r"[A-Za-z0-9_-]{43}=", key.get_secret_value()) for key in keys):
        return []
    form = "ENCRYPTION_KEYS must be keys that `python app.py keys new` has made, with commas between them."
    return [f"{form} Copy each of them again."]


def url_problems(name: str, url: str) -> list[str]:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return []
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return []
    return [f"{name} must be an https:// address. Only this machine's own address may begin with http://."]
