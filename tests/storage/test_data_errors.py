"""A value that the database does not take is told from an outage."""

import pytest

from bot.core.errors import DatabaseFailed, Unstorable
from bot.storage.database.base import Database, Statement
from tests.support.both_databases import on_postgres

SECRET = "a-secret-order"


def channel(id_: str | None, broadcast: object) -> Statement[None]:
    """Writes a row whose values no column type has checked."""
    insert = "INSERT INTO channels (team_id, channel_id, broadcast) VALUES ('T1', :id, :broadcast)"
    return lambda sql: sql.do(insert, id=id_, broadcast=broadcast)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(channel(SECRET, 2**63), id="a number that no column holds"),
        pytest.param(channel(SECRET, 10**30), id="a number that no database holds"),
        pytest.param(channel(SECRET, "many"), id="text for a number"),
        pytest.param(channel(f"{SECRET}\ud83d", 1), id="half a surrogate pair"),
        pytest.param(channel(None, 1), id="nothing where something must be"),
        pytest.param(
            lambda sql: sql.each("UPDATE channels SET broadcast = :on", [{"on": 2**63}]), id="one of several"
        ),
        pytest.param(
            lambda sql: sql.row("SELECT 1 AS one FROM channels WHERE team_id = :id", id=f"{SECRET}\ud83d"),
            id="in a question",
        ),
    ],
)
async def test_a_value_that_cannot_be_stored_is_no_outage(
    database: Database, statement: Statement[object]
) -> None:
    """Another attempt cannot help, so the error is another one. It does not quote the value."""
    with pytest.raises(Unstorable) as refused:
        await database.run(statement)

    assert not isinstance(refused.value, DatabaseFailed)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@on_postgres
@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(channel(SECRET, 7_000_000_000), id="a number beyond four bytes"),
        pytest.param(channel(f"{SECRET}\0", 1), id="a NUL"),
    ],
)
async def test_what_only_postgresql_refuses_is_no_outage_either(
    database: Database, statement: Statement[object]
) -> None:
    """SQLite stores these."""
    with pytest.raises(Unstorable):
        await database.run(statement)


async def test_a_refused_value_undoes_its_own_transaction_only(database: Database) -> None:
    """What the statement wrote before is undone, and the next one works."""

    def first_good(sql: object) -> None:
        channel("C1", 1)(sql)  # type: ignore[arg-type]
        channel("C2", 2**63)(sql)  # type: ignore[arg-type]

    with pytest.raises(Unstorable):
        await database.run(first_good)
    await database.run(channel("C3", 1))

    rows = await database.run(lambda sql: sql.rows("SELECT channel_id FROM channels"))
    assert [row["channel_id"] for row in rows] == ["C3"]


async def test_a_missing_table_is_an_outage(database: Database) -> None:
    """During a deploy the tables may come later."""
    with pytest.raises(DatabaseFailed):
        await database.run(lambda sql: sql.do("INSERT INTO nowhere VALUES (1)"))


async def test_a_statements_own_error_stays_what_it_is(database: Database) -> None:
    """Only what the database does not take is named so."""
    with pytest.raises(OverflowError):
        await database.run(lambda _: float(10**400))
