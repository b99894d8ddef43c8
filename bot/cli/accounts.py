"""`python app.py accounts`: the accounts that members have connected."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.accounts.models import Account
    from bot.storage.accounts import StoredAccount

cli = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Members' accounts of Autoenhance.")

NO_ACCOUNTS = "No accounts are connected."
UNKNOWN = "No account is named “{}”{}. Connected: {}."
SEVERAL_TEAMS = "Accounts of several teams are named “{}”. Add {}."
NO_USER = (
    "“{}” isn't a Slack user ID, such as U0ANA00001. "
    "In Slack, open the person's profile, then ⋮, then Copy member ID."
)
HANDED_OVER = "{} belongs to {} now."
ONLY_OWNER = "only its owner's direct messages"
_USER_ID = re.compile(r"[UW][A-Z0-9]{5,}")


@cli.command("list")
def list_accounts() -> None:
    """List the accounts: whose each is, where it is searched, and whether its key works."""
    import asyncio

    from bot.cli.stored_accounts import named

    found = asyncio.run(_stored())
    drawn = [_drawn(named([each], found), each.account) for each in found]
    typer.echo("\n\n".join(drawn) or NO_ACCOUNTS)


@cli.command("hand-over")
def hand_over(
    name: Annotated[str, typer.Argument(help="The account's name, as in the list.")],
    user: Annotated[str, typer.Argument(metavar="USER_ID", help="The Slack user ID of the new owner.")],
    team: Annotated[str, typer.Option(help="Where several teams have the name: the Slack team's ID.")] = "",
) -> None:
    """Give an account another owner, as when its owner has left."""
    import asyncio

    from bot.core.errors import SettingsError

    if not _USER_ID.fullmatch(user):
        raise SettingsError([NO_USER.format(user.strip()[:60])])
    asyncio.run(_hand_over(name, user, team))
    typer.echo(HANDED_OVER.format(name, user))


async def _stored() -> "list[StoredAccount]":
    from bot.cli.stored_accounts import open_accounts
    from bot.core import logging
    from bot.core.settings import Settings

    logging.configure("ERROR")
    async with open_accounts(Settings.read()) as accounts:
        return await accounts.everyone()


async def _hand_over(name: str, user: str, team: str) -> None:
    """Raises SettingsError."""
    from bot.cli.stored_accounts import named, open_accounts
    from bot.core import logging
    from bot.core.errors import SettingsError
    from bot.core.settings import Settings

    logging.configure("ERROR")
    async with open_accounts(Settings.read()) as accounts:
        stored = await accounts.everyone()
        meant = [each.account for each in stored if each.account.name == name]
        meant = [each for each in meant if team in {"", each.team_id}]
        if len(meant) > 1:
            teams = " or ".join(f"--team {each.team_id}" for each in meant)
            raise SettingsError([SEVERAL_TEAMS.format(name, teams)])
        if not meant or not await accounts.hand_over(meant[0].team_id, meant[0].account_id, user):
            there = f" in team {team}" if team else ""
            raise SettingsError([UNKNOWN.format(name, there, named(stored, stored) or "none")])


def _drawn(name: str, account: "Account") -> str:
    channels = ", ".join(sorted(account.channels)) or ONLY_OWNER
    lines = [
        name,
        f"key: …{account.hint}",
        f"owner: {account.owner}",
        f"searched in: {'every channel' if account.everywhere else channels}",
        f"connected: {_time(account.connected_at)}",
        f"last used: {_time(account.used_at) if account.used_at else 'never'}",
        f"rejected: {f'since {_time(account.refused_at)}' if account.refused_at else 'no'}",
    ]
    return "\n  ".join(lines)


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "unknown"
