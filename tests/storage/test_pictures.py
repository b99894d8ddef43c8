"""Pictures on cards, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.accounts.models import Account
from bot.orders.ids import OrderId
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.channel_settings import ChannelSettings
from bot.storage.database.base import Database
from bot.storage.pictures import AGAIN_AFTER, UNSHOWN_KEPT, DueFile, OnCard, Picture, Pictures

NOW = datetime(2026, 11, 2, 14, tzinfo=UTC)
SHEET = Picture("T1", "F000000001", OrderId("elm"), "C1", "1.000001", "A1", "Twelve photos", NOW)


@pytest.fixture
async def pictures(database: Database) -> Pictures:
    """In a channel with pictures on."""
    await ChannelSettings(database).set_pictures("T1", "C1", on=True)
    return Pictures(database)


async def due(database: Database, pictures: Pictures, *, after: timedelta, limit: int = 20) -> set[str]:
    """The files that a round would delete then."""
    found = await database.run(lambda sql: pictures.take(sql, NOW + after, limit))
    return {each.file_id for each in found}


async def on_card(pictures: Pictures, ts: str = SHEET.ts) -> Picture | None:
    found = await pictures.on_card("T1", "C1", ts)
    assert found.on
    return found.shown


async def test_a_channel_has_no_pictures_until_it_turns_them_on(database: Database) -> None:
    """For that channel alone, and its other settings stay."""
    settings, pictures = ChannelSettings(database), Pictures(database)
    await settings.set_broadcast("T1", "C1", on=True)
    assert not await settings.pictures("T1", "C1")
    assert await pictures.on_card("T1", "C1", "1.000001") == OnCard(on=False)

    await settings.set_pictures("T1", "C1", on=True)
    assert await settings.pictures("T1", "C1")
    assert await settings.broadcast("T1", "C1")
    assert not await settings.pictures("T1", "C2")
    assert not await settings.pictures("T2", "C1")
    assert await pictures.on_card("T1", "C1", "") == OnCard(on=True)


async def test_a_card_has_the_picture_that_it_shows(pictures: Pictures) -> None:
    """Not one that was only named, and no other card has it."""
    await pictures.add(SHEET)
    assert await on_card(pictures) is None
    assert await pictures.begun("T1", "C1", SHEET.ts, NOW) == SHEET

    assert await pictures.shown(SHEET, NOW, 30)
    assert await on_card(pictures) == SHEET
    assert await pictures.begun("T1", "C1", SHEET.ts, NOW) is None
    assert await on_card(pictures, "1.000002") is None
    assert await on_card(pictures, "") is None


async def test_a_picture_is_begun_since_it_was_asked_for(pictures: Pictures) -> None:
    """An older one was for another job, and a dropped one is for none. Of several, the newest counts."""
    await pictures.add(SHEET)
    assert await pictures.begun("T1", "C1", SHEET.ts, NOW + timedelta(seconds=1)) is None

    newer = replace(SHEET, file_id="F000000002", made_at=NOW + timedelta(seconds=5))
    await pictures.add(newer)
    assert await pictures.begun("T1", "C1", SHEET.ts, NOW) == newer
    await pictures.drop("T1", newer.file_id, NOW)
    assert await pictures.begun("T1", "C1", SHEET.ts, NOW) == SHEET


async def test_a_newer_picture_takes_the_place_of_an_older_one(
    database: Database, pictures: Pictures
) -> None:
    """The older one's file is deleted at once. So is one that was named and never shown."""
    await pictures.add(replace(SHEET, file_id="F000000009", ts="9.000009"))
    await pictures.add(SHEET)
    await pictures.shown(SHEET, NOW, 30)
    newer = [replace(SHEET, file_id=f"F00000000{number}") for number in (2, 3)]
    for each in newer:
        await pictures.add(each)
    await pictures.shown(newer[0], NOW, 30)

    shown = await on_card(pictures)
    assert shown
    assert shown.file_id == "F000000002"
    assert await due(database, pictures, after=timedelta(0)) == {"F000000001", "F000000003"}


async def test_files_are_deleted_after_their_days(database: Database, pictures: Pictures) -> None:
    """One that no card shows, after an hour: its job has ended long before."""
    await pictures.add(SHEET)
    await pictures.add(replace(SHEET, file_id="F000000002", ts="2.000002"))
    await pictures.shown(SHEET, NOW, 30)
    assert await due(database, pictures, after=UNSHOWN_KEPT - timedelta(seconds=1)) == set()
    assert await due(database, pictures, after=UNSHOWN_KEPT) == {"F000000002"}
    await pictures.remove("T1", "F000000002")

    assert await due(database, pictures, after=timedelta(days=30, seconds=-1)) == set()
    assert await on_card(pictures) == SHEET
    assert await due(database, pictures, after=timedelta(days=30)) == {SHEET.file_id}
    assert await on_card(pictures) is None


async def test_a_file_that_was_not_deleted_is_due_again(database: Database, pictures: Pictures) -> None:
    """After an hour, until its row is removed. No card shows it any more."""
    await pictures.add(SHEET)
    await pictures.shown(SHEET, NOW, 30)
    await pictures.drop("T1", SHEET.file_id, NOW)
    assert await due(database, pictures, after=timedelta(0)) == {SHEET.file_id}
    assert await on_card(pictures) is None
    assert await due(database, pictures, after=AGAIN_AFTER - timedelta(seconds=1)) == set()
    assert await due(database, pictures, after=AGAIN_AFTER) == {SHEET.file_id}

    await pictures.remove("T2", SHEET.file_id)
    assert await due(database, pictures, after=2 * AGAIN_AFTER) == {SHEET.file_id}
    await pictures.remove("T1", SHEET.file_id)
    assert await due(database, pictures, after=timedelta(days=99)) == set()


async def test_a_round_takes_so_many(database: Database, pictures: Pictures) -> None:
    """The oldest first."""
    for number in range(5):
        await pictures.add(
            replace(SHEET, file_id=f"F00000000{number}", made_at=NOW - timedelta(hours=number))
        )
    taken = await database.run(lambda sql: pictures.take(sql, NOW + UNSHOWN_KEPT, 2))
    assert taken == [DueFile("T1", "F000000004"), DueFile("T1", "F000000003")]


@pytest.mark.parametrize(
    ("what", "goes"),
    [
        ("order", {"F000000001", "F000000003"}),
        ("channel", {"F000000001", "F000000002", "F000000003"}),
    ],
)
async def test_pictures_go_with_their_order_and_their_channel(
    database: Database, pictures: Pictures, what: str, goes: set[str]
) -> None:
    """Shown or not. Those of other places stay."""
    birch = OrderId("birch")
    rows = [
        SHEET,
        replace(SHEET, file_id="F000000002", order=birch, ts="2.000002"),
        replace(SHEET, file_id="F000000003", ts="3.000003"),
        replace(SHEET, file_id="F000000004", channel_id="C2"),
        replace(SHEET, file_id="F000000005", team_id="T2"),
    ]
    for row in rows:
        await pictures.add(row)
    await pictures.shown(SHEET, NOW, 30)
    if what == "order":
        await pictures.drop_of_order("T1", "C1", SHEET.order, NOW)
    else:
        await pictures.drop_of_channel("T1", "C1", NOW)

    assert await on_card(pictures) is None
    assert await due(database, pictures, after=timedelta(0)) == goes


async def test_a_picture_that_was_dropped_is_not_shown(database: Database, pictures: Pictures) -> None:
    """The channel turned pictures off while the card was edited."""
    await pictures.add(SHEET)
    await pictures.drop_of_channel("T1", "C1", NOW)
    assert not await pictures.shown(SHEET, NOW, 30)
    assert await on_card(pictures) is None
    assert await due(database, pictures, after=timedelta(0)) == {SHEET.file_id}


async def test_a_picture_is_not_shown_where_pictures_are_off(database: Database) -> None:
    """It was named after the channel's other pictures were dropped."""
    pictures = Pictures(database)
    await pictures.add(SHEET)
    assert not await pictures.shown(SHEET, NOW, 30)
    await ChannelSettings(database).set_pictures("T1", "C1", on=False)
    assert not await pictures.shown(SHEET, NOW, 30)
    await ChannelSettings(database).set_pictures("T1", "C2", on=True)
    assert not await pictures.shown(SHEET, NOW, 30)
    await ChannelSettings(database).set_pictures("T1", "C1", on=True)
    assert await pictures.shown(SHEET, NOW, 30)


@pytest.mark.parametrize(
    ("change", "goes"),
    [
        ("disconnected", {"F000000001", "F000000002", "F000000003"}),
        ("taken from C1", {"F000000001", "F000000003"}),
        ("given to all", set()),
    ],
)
async def test_pictures_go_with_their_account(
    database: Database, pictures: Pictures, change: str, goes: set[str]
) -> None:
    """Shown or not, with their alt text. Those of other accounts and teams stay."""
    accounts = Accounts(database)
    elm = Account("T1", "A1", "Elm", "U1", "", connected_at=NOW, channels=frozenset({"C1", "C2"}))
    await accounts.connect(StoredAccount(elm, "key", "hook", "value"))
    rows = [
        SHEET,
        replace(SHEET, file_id="F000000002", channel_id="C2"),
        replace(SHEET, file_id="F000000003", ts="3.000003"),
        replace(SHEET, file_id="F000000004", account_id="A2", ts="4.000004"),
        replace(SHEET, file_id="F000000005", team_id="T2"),
    ]
    for row in rows:
        await pictures.add(row)
    await pictures.shown(SHEET, NOW, 30)
    if change == "disconnected":
        assert await accounts.disconnect("T1", "A1")
    else:
        await accounts.set_channels("T1", "A1", ["C2"], everywhere=change == "given to all")

    left = await database.once("SELECT file_id FROM pictures WHERE alt_text != ''")
    assert {row["file_id"] for row in left} == {row.file_id for row in rows} - goes
    assert await due(database, pictures, after=timedelta(0)) == goes


async def test_a_row_whose_file_cannot_be_deleted_is_forgotten_some_day(
    database: Database, pictures: Pictures
) -> None:
    """Long after the last day on which it may be shown."""
    await pictures.add(SHEET)
    await pictures.shown(SHEET, NOW, 365)
    await pictures.prune(NOW + timedelta(days=399))
    assert await due(database, pictures, after=timedelta(days=399)) == {SHEET.file_id}
    await pictures.prune(NOW + timedelta(days=401))
    assert await due(database, pictures, after=timedelta(days=500)) == set()


async def test_a_picture_of_its_own_is_found_by_its_request(pictures: Pictures) -> None:
    """By each name that it may have, until it is dropped. Then it gets no other name."""
    names = ["k:0", "k:1", "k:2"]
    assert await pictures.of_request("T1", "C1", names) is None
    begun = replace(SHEET, ts="k:0")
    await pictures.add(begun)
    assert await pictures.of_request("T1", "C1", names) == (begun, False)
    assert await pictures.of_request("T1", "C2", names) is None

    posted = await pictures.renamed(begun, "k:1")
    assert posted == replace(SHEET, ts="k:1")
    assert await pictures.renamed(begun, "k:2") is None
    assert await pictures.shown(posted, NOW, 30)
    assert await pictures.of_request("T1", "C1", names) == (posted, True)

    await pictures.drop("T1", SHEET.file_id, NOW)
    assert await pictures.of_request("T1", "C1", names) is None
    assert await pictures.renamed(posted, "k:2") is None
