"""Orders as Autoenhance sends them."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from bot.orders.models import Image, Order, parse_order

PHOTO = {"image_id": "i-1", "image_name": "front.jpg", "status": "processed", "downloaded": True}
ORDER = {
    "order_id": "12-elm",
    "name": "12 Elm Street",
    "status": None,
    "is_processing": False,
    "created_at": "2025-11-03T13:58:01.123456",
    "total_images": 3.0,
    "images": [PHOTO],
}


def parsed(**fields: Any) -> Order:
    return parse_order(json.dumps({"order_id": "x", **fields}))


def photo(**fields: Any) -> Image:
    """The parsed photo, next to a valid one."""
    order = parsed(images=[fields, PHOTO])
    assert order.photos[1] == Image.model_validate(PHOTO)
    return order.photos[0]


def test_an_order_is_read() -> None:
    """Fields keep their values, and times without a zone are UTC."""
    order = parse_order(json.dumps(ORDER).encode())
    assert (order.order_id, order.name, order.status, order.total_images) == (
        "12-elm",
        "12 Elm Street",
        None,
        3,
    )
    assert order.created_at == datetime(2025, 11, 3, 13, 58, 1, 123456, tzinfo=UTC)
    assert [image.image_name for image in order.photos] == ["front.jpg"]


def test_a_stated_zone_is_kept() -> None:
    """Only a missing zone is filled in."""
    two_hours = timezone(timedelta(hours=2))
    assert parsed(created_at="2025-11-03T13:58:01+02:00").created_at == datetime(
        2025, 11, 3, 13, 58, 1, tzinfo=two_hours
    )


@pytest.mark.parametrize("images", [None, []])
def test_no_photos_are_no_photos(images: list[Any] | None) -> None:
    """`images` tells null from an empty list, and `photos` does not."""
    order = parsed(images=images)
    assert order.photos == ()
    assert order.images == (None if images is None else ())


@pytest.mark.parametrize("field", [*Order.model_fields, *Image.model_fields])
def test_every_field_may_be_null(field: str) -> None:
    """Every field may be missing or null."""
    assert getattr(parse_order(json.dumps({"is_merging": None, field: None})), field, None) is None
    assert getattr(photo(**{field: None}), field, None) is None


@pytest.mark.parametrize("version", [5.3, 4])
def test_a_number_becomes_text(version: float) -> None:
    """Older API versions send the AI version as a number."""
    assert photo(ai_version=version).ai_version == str(version)


@pytest.mark.parametrize(
    "reason", ["Too dark", {"code": "DARK", "more": [1]}, None], ids=["text", "object", "null"]
)
def test_a_reason_may_be_anything(reason: object) -> None:
    """`status_reason` is kept as it came."""
    assert photo(status_reason=reason).status_reason == reason


def test_an_order_is_frozen() -> None:
    """No code can change what Autoenhance said."""
    with pytest.raises(ValidationError):
        parsed().name = "other"  # type: ignore[misc]


def test_an_unknown_field_changes_nothing() -> None:
    """The vendor's documentation says that there may be more fields."""
    more = {**ORDER, "new": 1, "images": [{**PHOTO, "scene": "kitchen"}]}
    assert parse_order(json.dumps(more)) == parse_order(json.dumps(ORDER))
