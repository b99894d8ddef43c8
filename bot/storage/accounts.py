"""The connected accounts, as rows: the only SQL about them. Their keys are sealed by `KeyRing`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.accounts.models import Account
from bot.storage.database.base import Database, Row, Sql
from bot.storage.pictures import drop_of_account

_READ = (
    "team_id, account_id, name, owner, hint, sealed_key, webhook_id, sealed_webhook, everywhere,"
    " connected_at, used_at, refused_at"
)
_ONE = "team_id = :team AND account_id = :account"


@dataclass(frozen=True)
class StoredAccount:
    """An account with what only its row has."""

    account: Account
    sealed_key: str = field(repr=False)
    webhook_id: str = field(repr=False)  # in the address of its webhook
    sealed_webhook: str = field(repr=False)  # the value that its webhook's calls have


class Accounts:
    """Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def connect(self, new: StoredAccount) -> bool:
        """Stores it with its channels. False if another account of the team has the name. Safe to repeat."""
        account = new.account

        def store(sql: Sql) -> bool:
            sql.exclusive("accounts")
            taken = "SELECT account_id FROM accounts WHERE team_id = :team AND name = :name"
            row = sql.row(taken, team=account.team_id, name=account.name)
            if row:
                return bool(row["account_id"] == account.account_id)
            columns = ", ".join(f":{name.strip()}" for name in _READ.split(","))
            sql.do(
                f"INSERT INTO accounts ({_READ}, key_at) VALUES ({columns}, :key_at) ON CONFLICT DO NOTHING",  # noqa: S608
                team_id=account.team_id,
                account_id=account.account_id,
                name=account.name,
                owner=account.owner,
                hint=account.hint,
                sealed_key=new.sealed_key,
                webhook_id=new.webhook_id,
                sealed_webhook=new.sealed_webhook,
                everywhere=int(account.everywhere),
                connected_at=_seconds(account.connected_at),
                used_at=_seconds(account.used_at),
                refused_at=_seconds(account.refused_at),
                key_at=_seconds(account.connected_at),
            )
            _add_channels(sql, account.team_id, account.account_id, account.channels)
            return True

        return await self._database.run(store)

    async def of_team(self, team_id: str) -> list[StoredAccount]:
        """By name."""
        return await self._database.run(lambda sql: _found(sql, "team_id = :team", team=team_id))

    async def everyone(self) -> list[StoredAccount]:
        """Those of all teams, by name."""
        return await self._database.run(lambda sql: _found(sql, "1 = 1"))

    async def one(self, team_id: str, account_id: str) -> StoredAccount | None:
        found = await self._database.run(lambda sql: _found(sql, _ONE, team=team_id, account=account_id))
        return found[0] if found else None

    async def of_webhook(self, webhook_id: str) -> StoredAccount | None:
        found = await self._database.run(lambda sql: _found(sql, "webhook_id = :webhook", webhook=webhook_id))
        return found[0] if found else None

    async def set_channels(
        self, team_id: str, account_id: str, channels: Iterable[str], *, everywhere: bool
    ) -> None:
        """Where its orders may be searched from now on. Its pictures in other channels are deleted soon."""
        chosen = set(channels)

        def store(sql: Sql) -> None:
            given = {"team": team_id, "account": account_id}
            there = sql.rows(
                f"UPDATE accounts SET everywhere = :everywhere WHERE {_ONE} RETURNING account_id",  # noqa: S608
                everywhere=int(everywhere),
                **given,
            )
            sql.do(f"DELETE FROM account_channels WHERE {_ONE}", **given)  # noqa: S608
            _add_channels(sql, team_id, account_id, chosen if there else ())
            if there and not everywhere:
                drop_of_account(sql, team_id, account_id, kept=chosen)

        await self._database.run(store)

    async def hand_over(self, team_id: str, account_id: str, owner: str) -> bool:
        """False if there is no such account."""
        query = f"UPDATE accounts SET owner = :owner WHERE {_ONE} RETURNING account_id"  # noqa: S608
        return bool(await self._database.once(query, owner=owner, team=team_id, account=account_id))

    async def replace_key(
        self, team_id: str, account_id: str, sealed_key: str, hint: str, *, owner: str, asked: datetime
    ) -> bool:
        """The new key is not refused until it is. Safe to repeat.

        False if it is no account of this owner, or if its key was asked for later than this one.
        """
        query = (
            f"UPDATE accounts SET sealed_key = :sealed, hint = :hint, key_at = :asked, refused_at = NULL"  # noqa: S608
            f" WHERE {_ONE} AND owner = :owner AND key_at <= :asked RETURNING account_id"
        )
        given = {"sealed": sealed_key, "hint": hint, "team": team_id, "account": account_id, "owner": owner}
        return bool(await self._database.once(query, asked=asked.timestamp(), **given))

    async def reseal(self, before: StoredAccount, sealed_key: str, sealed_webhook: str) -> None:
        """Nothing, if the key was replaced meanwhile."""
        query = (
            f"UPDATE accounts SET sealed_key = :key, sealed_webhook = :webhook"  # noqa: S608
            f" WHERE {_ONE} AND sealed_key = :before"
        )
        values = {"key": sealed_key, "webhook": sealed_webhook, "before": before.sealed_key}
        account = before.account
        await self._database.run(
            lambda sql: sql.do(query, team=account.team_id, account=account.account_id, **values)
        )

    async def disconnect(self, team_id: str, account_id: str) -> bool:
        """Deletes its key and all else of it, its pictures too. False if there is no such account."""

        def delete(sql: Sql) -> bool:
            given = {"team": team_id, "account": account_id}
            sql.do(f"DELETE FROM account_channels WHERE {_ONE}", **given)  # noqa: S608
            drop_of_account(sql, team_id, account_id)
            return bool(sql.rows(f"DELETE FROM accounts WHERE {_ONE} RETURNING account_id", **given))  # noqa: S608

        return await self._database.run(delete)

    async def used(self, team_id: str, account_id: str, at: datetime, *, accepted: bool = False) -> None:
        """Its key was used. `accepted` if Autoenhance listed orders for it: that ends a refusal."""
        accepts = ", refused_at = NULL" if accepted else ""
        query = f"UPDATE accounts SET used_at = :at{accepts} WHERE {_ONE}"  # noqa: S608
        seconds = at.timestamp()
        await self._database.run(lambda sql: sql.do(query, at=seconds, team=team_id, account=account_id))

    async def refused(self, team_id: str, account_id: str, at: datetime) -> bool:
        """Autoenhance refused its key. True the first time since it was accepted: tell its owner then."""
        query = (
            f"UPDATE accounts SET refused_at = :at WHERE {_ONE} AND refused_at IS NULL RETURNING account_id"  # noqa: S608
        )
        return bool(await self._database.once(query, at=at.timestamp(), team=team_id, account=account_id))


def _found(sql: Sql, where: str, **values: str) -> list[StoredAccount]:
    rows = sql.rows(f"SELECT {_READ} FROM accounts WHERE {where} ORDER BY name", **values)  # noqa: S608
    return [_stored(sql, row) for row in rows]


def _stored(sql: Sql, row: Row) -> StoredAccount:
    query = f"SELECT channel_id FROM account_channels WHERE {_ONE}"  # noqa: S608
    channels = sql.rows(query, team=row["team_id"], account=row["account_id"])
    account = Account(
        team_id=row["team_id"],
        account_id=row["account_id"],
        name=row["name"],
        owner=row["owner"],
        hint=row["hint"],
        connected_at=_time(row["connected_at"]),
        everywhere=bool(row["everywhere"]),
        channels=frozenset(each["channel_id"] for each in channels),
        used_at=_time(row["used_at"]),
        refused_at=_time(row["refused_at"]),
    )
    return StoredAccount(account, row["sealed_key"], row["webhook_id"], row["sealed_webhook"])


def _add_channels(sql: Sql, team_id: str, account_id: str, channels: Iterable[str]) -> None:
    query = (
        "INSERT INTO account_channels (team_id, account_id, channel_id) VALUES (:team, :account, :channel)"
    )
    sql.each(query, [{"team": team_id, "account": account_id, "channel": each} for each in channels])


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
