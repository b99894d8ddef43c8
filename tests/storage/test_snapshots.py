"""The last counts that each team saw of each order."""

from datetime import UTC, datetime, timedelta

from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.storage import retention
from bot.storage.database.base import Database
from bot.storage.snapshots import Snapshots

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ELM = OrderId("12-elm")


def seen(done: int, at: datetime = NOW) -> Snapshot:
    return Snapshot(
        tally=Counts(state=State.ENHANCING, total=30, done=done, failed=0, waiting=30 - done), at=at
    )


async def test_the_newest_check_is_kept(database: Database) -> None:
    """A slow answer does not replace the counts of a check that was asked for later."""
    looks = Snapshots(database)
    await looks.remember("T1", ELM, seen(9))
    await looks.remember("T1", ELM, seen(5, NOW - timedelta(minutes=1)))

    assert await looks.last("T1", ELM) == seen(9)


async def test_teams_do_not_see_each_others_checks(database: Database) -> None:
    """Each row has its team."""
    looks = Snapshots(database)
    await looks.remember("T1", ELM, seen(9))

    assert await looks.last("T2", ELM) is None


async def test_old_checks_are_deleted(database: Database) -> None:
    """Old counts are no help, and their rows hold IDs."""
    looks = Snapshots(database)
    await looks.remember("T1", ELM, seen(9))

    await looks.prune(NOW + retention.SNAPSHOTS * 2)

    assert await looks.last("T1", ELM) is None


async def test_counts_of_another_version_count_as_none(database: Database) -> None:
    """What this version cannot read counts as never seen."""
    looks = Snapshots(database)
    await looks.remember("T1", ELM, seen(9))
    await database.run(lambda sql: sql.do("UPDATE looks SET tally = '{}'"))

    assert await looks.last("T1", ELM) is None
