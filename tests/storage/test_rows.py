"""What version 1 wrote still reads, and nothing in it is lost when it is written back.

`rows-v1.json` is never edited, as what is stored must stay readable.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.jobs.models import JOB, Find
from bot.orders.ids import OrderId
from bot.orders.search import Cursor, ListCursor
from bot.slack.listeners.messages import THREAD
from bot.slack.render.buttons import pack, unpack
from bot.storage.database.base import Database, Sql
from bot.storage.snapshots import Snapshots
from bot.storage.watches import Watches

STORED: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "rows-v1.json").read_text(encoding="utf-8")
)
ADDED_TO_ASKERS = {"enterprise_id": ""}  # since version 1
ADDED: dict[str, dict[str, Any]] = {
    "show_photos": {"thread_ts": None},
    "find": {"typed": "", "goes_on": None, "after": None},
    "say": {"has_markup": False},
    "start_watch": {"due": None, "zone": "", "due_by": None},
}
ADDED_TO_WATCHES: dict[str, Any] = {
    "known_failed": 0,
    "claimed_by": None,
    "claim_notices": [],
    "moved_at": None,
    "brackets": None,
    "uploaded": None,
    "told_not_started": False,
    "forecast": None,
    "due_by": None,
    "told_late": False,
    "told_on_time": False,
    "pace": [],
    "first_forecast": None,
    "began": None,
}
ADDED_KINDS = {"claim_order", "choose_order", "show_line", "last_call", "set_time_zone", "tell_account_owner"}
ADDED_KINDS |= {"connect_account", "replace_account_key", "show_account", "share_account"}
ADDED_KINDS |= {"hand_over_account", "disconnect_account", "note_on_home"}
ADDED_KINDS |= {
    "show_pictures",
    "show_pair",
    "choose_pictures",
    "draw_pictures",
    "delete_picture",
    "check_picture_channel",
}
LATER = {"field_of_a_later_version": 1}
KINDS = set(JOB.json_schema()["discriminator"]["mapping"])


def text(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


async def kept(database: Database, contents: list[str]) -> list[str]:
    """The watches' rows with these contents, after the store has read and saved each of them."""
    insert = (
        "INSERT INTO watches (id, team_id, place, order_id, condition, next_look, content)"
        " VALUES (:id, 'T1', :place, :order, :condition, :next, :content)"
    )

    def fill(sql: Sql) -> None:
        for id_, content in enumerate(contents, 1):
            row = json.loads(content)
            columns = {"place": row["place"], "order": row["order"], "condition": row["condition"]}
            next_look = datetime.fromisoformat(row["next_look"]).timestamp()
            sql.do(insert, id=id_, content=content, next=next_look, **columns)
            sql.do("INSERT INTO watchers (team_id, user_id, watch_id) VALUES ('T1', 'U1', :id)", id=id_)

    await database.run(fill)
    store = Watches(database)
    for watch in await store.of_person("T1", "U1"):
        await store.save(watch)
    rows = await database.run(lambda sql: sql.rows("SELECT content FROM watches ORDER BY id"))
    return [row["content"] for row in rows]


def test_there_is_a_job_of_every_kind() -> None:
    """The recorded jobs are of all kinds that version 1 had."""
    assert {row["kind"] for row in STORED["jobs"]} == KINDS - ADDED_KINDS


@pytest.mark.parametrize("row", STORED["jobs"], ids=lambda row: f"{row['kind']} {row['key']}")
def test_a_job_is_written_back_as_it_was_read(row: dict[str, Any]) -> None:
    """A job of version 1 keeps all it had. A field that came later gets its default."""
    asker = {"asker": row["asker"] | ADDED_TO_ASKERS} if "asker" in row else {}
    assert json.loads(JOB.dump_json(JOB.validate_json(text(row)))) == row | asker | ADDED.get(row["kind"], {})
    assert JOB.validate_json(text(row | LATER)) == JOB.validate_json(text(row))


def test_the_next_page_of_the_version_before_is_read() -> None:
    """It had one account, so its list goes on in the default one. A job of this version has its own."""
    cursor: dict[str, Any] = {"asked": "elm", "offset": "page-2", "skip": 3, "hits": 10, "looked": 18}
    row = next(each for each in STORED["jobs"] if each["kind"] == "find")
    before = JOB.validate_json(text(row | {"typed": "", "after": cursor}))
    again = JOB.validate_json(JOB.dump_json(before))
    own = JOB.validate_json(text(row | {"goes_on": {"accounts": {"A1": cursor}, "before": 12}}))

    assert isinstance(again, Find)
    assert isinstance(own, Find)
    assert again.start == ListCursor(accounts={"default": Cursor(**cursor)}, before=10)
    assert own.start == ListCursor(accounts={"A1": Cursor(**cursor)}, before=12)


async def test_a_watch_is_written_back_as_it_was_read(database: Database) -> None:
    """Watches of version 1 keep all they had. A field that came later gets its default."""
    again = await kept(database, [text(row) for row in STORED["watches"]])

    assert list(map(json.loads, again)) == [row | ADDED_TO_WATCHES for row in STORED["watches"]]


async def test_a_watch_of_a_later_version_is_read(database: Database) -> None:
    """A field that this version does not know is left out."""
    again = await kept(database, [text(row | LATER) for row in STORED["watches"]])

    assert list(map(json.loads, again)) == [row | ADDED_TO_WATCHES for row in STORED["watches"]]


@pytest.mark.parametrize("row", STORED["looks"], ids=lambda row: str(row["state"]))
async def test_counts_are_written_back_as_they_were_read(row: dict[str, Any], database: Database) -> None:
    """The counts of version 1 are written back letter by letter."""
    looks, order, insert = (
        Snapshots(database),
        OrderId("12-elm"),
        "INSERT INTO looks VALUES ('T1', :order, :tally, 1)",
    )
    await database.run(lambda sql: sql.do(insert, order=order, tally=text(row)))
    seen = await looks.last("T1", order)

    assert seen
    await looks.remember("T2", order, seen)
    [again] = await database.run(lambda sql: sql.rows("SELECT tally FROM looks WHERE team_id = 'T2'"))
    assert again["tally"] == text(row)


@pytest.mark.parametrize("row", STORED["buttons"], ids=["one", "two"])
def test_a_button_of_an_older_card_is_read(row: dict[str, Any]) -> None:
    """The value of a Re-check from version 1 reads, and is drawn letter by letter."""
    assert pack(unpack(text(row))) == text(row)


@pytest.mark.parametrize("row", STORED["modals"], ids=["thread"])
def test_a_modal_that_was_opened_before_is_read(row: dict[str, Any]) -> None:
    """What a modal of version 1 kept reads, and is written letter by letter."""
    assert THREAD.dump_json(THREAD.validate_json(text(row))).decode() == text(row)
