"""`python app.py keys`: the keys that encrypt members' API keys in the database."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.cli.stored_accounts import Sealed

cli = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The keys of ENCRYPTION_KEYS.")

NOT_SET = (
    "ENCRYPTION_KEYS isn't set. Set it to a new key from `python app.py keys new`, a comma, "
    "and the keys that the bot has used so far."
)
NO_ACCOUNTS = "No accounts are connected, so there is nothing to encrypt."
LOST = (
    "No key of ENCRYPTION_KEYS opens what is stored of {}. "
    "Put the missing key back and run this again, or ask the owners to connect their accounts again."
)
ROTATED = "Encrypted with the first key: {} now, {} already."
CHANGED = "Changed at the same time: {}. Run this again."


@cli.command()
def new() -> None:
    """Make a key for ENCRYPTION_KEYS, and print it."""
    from bot.storage.keyring import new_key

    typer.echo(new_key())


@cli.command()
def rotate() -> None:
    """Encrypt all stored keys with the first key of ENCRYPTION_KEYS. The bot may run meanwhile."""
    import asyncio

    from bot.core import logging

    logging.configure("ERROR")
    before, after = asyncio.run(_rotate())
    for sentence in _said(before, after):
        typer.echo(sentence)
    raise typer.Exit(1 if after.older or after.lost else 0)


async def _rotate() -> "tuple[Sealed, Sealed]":
    from bot.cli import stored_accounts
    from bot.core.errors import SettingsError
    from bot.core.settings import Settings
    from bot.storage.keyring import KeyRing

    settings = Settings.read()
    async with stored_accounts.open_accounts(settings) as accounts:
        if not settings.ring:
            raise SettingsError([NOT_SET])
        return await stored_accounts.rotate(accounts, KeyRing(settings.ring))


def _said(before: "Sealed", after: "Sealed") -> Iterator[str]:
    from bot.cli.stored_accounts import counted, named

    everyone = [*after.newest, *after.older, *after.lost]
    if not everyone:
        yield NO_ACCOUNTS
        return
    had = len(before.newest)
    yield ROTATED.format(counted(max(len(after.newest) - had, 0)), counted(had))
    if after.older:
        yield CHANGED.format(named(after.older, everyone))
    if after.lost:
        yield LOST.format(named(after.lost, everyone))
