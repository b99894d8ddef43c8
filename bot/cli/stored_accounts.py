"""What the commands read and change of connected accounts."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.bootstrap.storage import explained, open_database
from bot.core.errors import KeyUnreadable, SettingsError
from bot.core.settings import Settings
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.keyring import KeyRing

NO_DATABASE = "There is no database at {}. Run this with the settings and in the folder of the bot."


@dataclass(frozen=True)
class Sealed:
    """Each account is in one of the three."""

    newest: list[StoredAccount] = field(default_factory=list)  # sealed with the first key
    older: list[StoredAccount] = field(default_factory=list)  # with another key of the ring
    lost: list[StoredAccount] = field(default_factory=list)  # with a key that is not in the ring


@asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncIterator[Accounts]:
    """Also while the bot runs. Raises SettingsError where the database cannot be used, or is not there."""
    if problems := settings.problems(for_slack=False):
        raise SettingsError(problems)
    if not settings.on_postgres and not settings.database_path.exists():
        raise SettingsError([NO_DATABASE.format(settings.database_path)])
    with explained(settings):
        async with open_database(settings) as database:
            yield Accounts(database)


def sealed_with(ring: KeyRing, accounts: Iterable[StoredAccount]) -> Sealed:
    found = Sealed()
    for each in accounts:
        texts = (each.sealed_key, each.sealed_webhook)
        if all(ring.is_newest(text) for text in texts):
            found.newest.append(each)
        elif all(ring.is_newest(_renewed(ring, text)) for text in texts):
            found.older.append(each)
        else:
            found.lost.append(each)
    return found


async def rotate(accounts: Accounts, ring: KeyRing) -> tuple[Sealed, Sealed]:
    """Seals all that the ring opens with its first key. How it was before, and how it is. Safe to repeat."""
    stored = await accounts.everyone()
    for each in stored:
        key, webhook = _renewed(ring, each.sealed_key), _renewed(ring, each.sealed_webhook)
        if (key, webhook) != (each.sealed_key, each.sealed_webhook):
            await accounts.reseal(each, key, webhook)
    return sealed_with(ring, stored), sealed_with(ring, await accounts.everyone())


def _renewed(ring: KeyRing, sealed: str) -> str:
    """The same text, where the first key has sealed it already or no key opens it."""
    try:
        return sealed if ring.is_newest(sealed) else ring.renewed(sealed)
    except KeyUnreadable:
        return sealed


def named(accounts: Sequence[StoredAccount], among: Collection[StoredAccount]) -> str:
    """Their names for a terminal, with their team where there are several `among` which they are."""
    teams = {each.account.team_id for each in among}
    names = (
        f"{each.account.name} (team {each.account.team_id})" if len(teams) > 1 else each.account.name
        for each in accounts
    )
    return "".join(each if each.isprintable() else "?" for each in ", ".join(names))


def counted(number: int) -> str:
    return "1 account" if number == 1 else f"{number:,} accounts"
