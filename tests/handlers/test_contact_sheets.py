"""Which photos are on a contact sheet, and which keys are asked for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from bot.accounts.models import Account, KeyedAccount
from bot.autoenhance.client import FetchedOrder
from bot.core.errors import (
    AutoenhanceError,
    KeyRefused,
    Limited,
    NoPreview,
    OrderNotFound,
    OrderTooLarge,
    TryLater,
    Unavailable,
)
from bot.handlers.contact_sheets import ContactSheets, planned_sheet
from bot.handlers.order_views import order_view
from bot.orders.ids import OrderId
from bot.orders.models import Image, Order
from bot.pictures.sheet import Tile
from bot.slack.render.models import OrderView

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def order(*statuses: str, total: int | None = None) -> OrderView:
    images = tuple(
        Image(
            image_id=f"i{n}",
            image_name=f"no-{n:02}.jpg",
            status=status,
            status_reason="blurry" * (status == "error"),
        )
        for n, status in enumerate(statuses, 1)
    )
    found = Order(order_id="elm", name="12 Elm", images=images, total_images=total, is_processing=True)
    return order_view(FetchedOrder(found, NOW), OrderId("elm"))


def keyed(name: str) -> KeyedAccount:
    return KeyedAccount(Account("T1", name, name, "U1", ""), SecretStr(f"key-{name}"))


@dataclass
class Desk:
    """`says` is what each key gets. `asked` are the photos and keys in their order."""

    says: Mapping[str, bytes | AutoenhanceError]
    asked: list[tuple[str, str]] = field(default_factory=list)
    drawn: list[tuple[Sequence[Tile], int]] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    account: str = ""  # whose photos are on the sheet

    async def note(self, account: Account) -> None:
        self.used.append(account.account_id)

    async def preview(self, image_id: str, key: SecretStr) -> bytes:
        self.asked.append((image_id, key.get_secret_value()))
        said = self.says.get(f"{image_id} {key.get_secret_value()}", self.says[key.get_secret_value()])
        if isinstance(said, bytes):
            return said
        raise said

    def draw(self, tiles: Sequence[Tile], more: int) -> bytes:
        self.drawn.append((tiles, more))
        return b"a sheet"

    async def sheet(self, view: OrderView, *accounts: str) -> bytes | None:
        sheets = ContactSheets(self.note, self.preview, self.draw)
        drawn = await sheets.drawn(planned_sheet(view), [keyed(each) for each in accounts])
        self.account = drawn.account_id if drawn else ""
        return drawn.content if drawn else None


def names(tiles: Sequence[Tile]) -> list[str]:
    return [tile.name for tile in tiles]


async def test_failed_photos_come_first_and_are_not_asked_for() -> None:
    """Then those that are done. Others are counted."""
    desk = Desk({"key-a": b"photo"})
    assert await desk.sheet(order("processed", "error", "waiting", "processed", total=9), "a") == b"a sheet"

    [(tiles, more)] = desk.drawn
    assert names(tiles) == ["no-02.jpg", "no-01.jpg", "no-04.jpg"]
    assert [tile.failed for tile in tiles] == [True, False, False]
    assert tiles[0].reason == "blurry"
    assert more == 6
    assert {asked for asked, _ in desk.asked} == {"i1", "i4"}


async def test_a_sheet_has_twelve_photos() -> None:
    """The alt text names these, in their order, and says how many are left out."""
    view = order(*["processed"] * 25, *["error"] * 3)
    desk = Desk({"key-a": b"photo"})
    await desk.sheet(view, "a")
    [(tiles, more)] = desk.drawn
    assert (len(tiles), more) == (12, 16)
    alt = planned_sheet(view).alt_text
    assert [alt.index(name) for name in names(tiles)] == sorted(alt.index(name) for name in names(tiles))
    assert "16 more" in alt


@pytest.mark.parametrize("refusal", [OrderNotFound("no"), KeyRefused("no")])
async def test_the_next_key_is_tried(refusal: AutoenhanceError) -> None:
    """The first photo finds the key that works. The others begin with it."""
    desk = Desk({"key-a": refusal, "key-b": b"photo"})
    assert await desk.sheet(order(*["processed"] * 4), "a", "b") == b"a sheet"
    assert desk.asked[:2] == [("i1", "key-a"), ("i1", "key-b")]
    assert {key for _, key in desk.asked[2:]} == {"key-b"}


@pytest.mark.parametrize(
    "failure", [Unavailable("500"), Limited("no"), NoPreview("402"), OrderTooLarge("no")]
)
async def test_an_account_that_fails_blocks_no_other(failure: AutoenhanceError) -> None:
    """Whatever is wrong with it, the sheet is drawn with the key that works, at once."""
    desk = Desk({"key-a": failure, "key-b": b"photo"})
    assert await desk.sheet(order(*["processed"] * 3), "a", "b") == b"a sheet"
    [(tiles, _)] = desk.drawn
    assert [tile.image for tile in tiles] == [b"photo"] * 3


@pytest.mark.parametrize("late", ["key-a", "key-b"])
async def test_one_account_without_an_answer_can_be_waited_for(late: str) -> None:
    """Where no other has the photo."""
    says: dict[str, Any] = {"key-a": OrderNotFound("no"), "key-b": NoPreview("402"), late: Limited("no")}
    with pytest.raises(Limited):
        await Desk(says).sheet(order("processed", "processed"), "a", "b")


async def test_what_cannot_pass_is_not_waited_for() -> None:
    """There is no sheet then."""
    desk = Desk({"key-a": NoPreview("402"), "key-b": OrderNotFound("no")})
    assert await desk.sheet(order("processed", "processed"), "a", "b") is None


async def test_an_account_whose_key_worked_was_used() -> None:
    """The other one was not."""
    desk = Desk({"key-a": OrderNotFound("no"), "key-b": b"x"})
    await desk.sheet(order("processed"), "a", "b")
    assert (desk.used, desk.account) == (["b"], "b")


async def test_a_photo_without_a_preview_is_a_tile_all_the_same() -> None:
    """Whatever is wrong with it."""
    says: dict[str, Any] = {"key-a": b"photo", "i2 key-a": OrderTooLarge("no"), "i3 key-a": Limited("no")}
    desk = Desk(says)
    await desk.sheet(order(*["processed"] * 3), "a")
    [(tiles, _)] = desk.drawn
    assert [tile.image for tile in tiles] == [b"photo", None, None]


@pytest.mark.parametrize("statuses", [["waiting"], ["error"], ["processed"], []])
async def test_no_sheet_is_drawn_without_a_photo(statuses: list[str]) -> None:
    """Names and reasons are on the card already."""
    desk = Desk({"key-a": OrderNotFound("no")})
    assert await desk.sheet(order(*statuses), "a") is None
    assert desk.drawn == []


async def test_an_outage_can_be_waited_for() -> None:
    """Where no photo had an answer."""
    with pytest.raises(TryLater):
        await Desk({"key-a": Limited("no")}).sheet(order("processed"), "a")
