"""Orders in shapes that Autoenhance should not send."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.core.errors import OrderTooLarge, Unavailable
from bot.orders.changes import Snapshot
from bot.orders.models import MAX_PHOTOS, Image, Order, OrderPage, parse_order, parse_orders
from bot.orders.progress import Counts, progress_of

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

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("name", ["a"]),
        ("status", True),
        ("is_processing", "perhaps"),
        ("is_deleted", {}),
        ("created_at", "yesterday"),
        ("created_at", 1e300),
        ("total_images", 3.5),
        ("total_images", -1),
        ("total_images", float("nan")),
        ("total_images", float("inf")),
        ("images", "none"),
    ],
)
def test_an_odd_field_counts_as_missing(field: str, odd: object) -> None:
    """A field of the wrong type loses that field only."""
    order = parse_order(json.dumps({**ORDER, field: odd}))
    assert getattr(order, field) is None
    assert order.order_id == "12-elm"


@pytest.mark.parametrize(
    "field", [name for name in Image.model_fields if name not in {"status_reason", "error"}]
)
def test_an_odd_field_of_a_photo_counts_as_missing(field: str) -> None:
    """A photo's field of the wrong type loses neither the photo nor the order."""
    odd, good = parse_order(
        json.dumps({"images": [{field: {"odd": 1}, "status_reason": "kept"}, PHOTO]})
    ).photos
    assert (getattr(odd, field), odd.status_reason) == (None, "kept")
    assert good == Image.model_validate(PHOTO)


@pytest.mark.parametrize(
    "number", ["7e9", "7000000000", "1e10", "1e19", str(2**63), str(10**30), str(MAX_PHOTOS + 1)]
)
@pytest.mark.parametrize("beside", ["", ', "name": []'], ids=["all well", "with an odd field"])
def test_a_number_of_photos_that_no_order_has_is_the_largest_that_is_read(number: str, beside: str) -> None:
    """Every count that is shown, reckoned with or stored fits into four bytes."""
    order = parse_order(f'{{"order_id": "x", "total_images": {number}{beside}}}')
    assert order.total_images == MAX_PHOTOS
    assert progress_of(order).tally.total == MAX_PHOTOS < 2**31


@pytest.mark.parametrize("number", ["-1", "-1e19", str(-(10**30)), '"7000000000"', '"many"', "9" * 5_000])
def test_what_is_no_number_of_photos_counts_as_missing(number: str) -> None:
    """The order is shown by what it lists."""
    order = parse_order(f'{{"order_id": "x", "total_images": {number}, "images": [{{}}]}}')
    assert order.total_images is None
    assert progress_of(order).tally.total == 1


def test_a_stored_number_of_photos_is_read_within_the_same_limit() -> None:
    """A row or a button may be from a version that read larger numbers."""
    counts = {"state": "enhancing", "total": 7_000_000_000, "done": 1, "failed": 0, "waiting": 6_999_999_999}
    assert TypeAdapter(Counts).validate_python(counts).total == MAX_PHOTOS


@pytest.mark.parametrize("read", [parse_order, lambda body: parse_orders(b'{"orders": [%b]}' % body)])
@pytest.mark.parametrize(
    "images",
    [
        pytest.param(b"{}," * MAX_PHOTOS + b"{}", id="photos"),
        pytest.param(b"7," * 2_000_000 + b"{}", id="what are no photos"),
    ],
)
def test_an_order_of_more_photos_than_any_has_is_too_large(
    read: Callable[[bytes], object], images: bytes
) -> None:
    """Each photo takes a hundred times the memory of its few characters."""
    with pytest.raises(OrderTooLarge):
        read(b'{"order_id": "x", "images": [%b]}' % images)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_some_zones_do_not_have_is_no_time_of_a_snapshot(at: str) -> None:
    """It could not be shown to people in these zones."""
    counts = {"state": "ready", "total": 1, "done": 1, "failed": 0, "waiting": 0}
    with pytest.raises(ValidationError):
        TypeAdapter(Snapshot).validate_python({"tally": counts, "at": at})


def test_entries_that_are_no_photos_are_skipped() -> None:
    """An entry that is not an object is not a photo."""
    order = parse_order(json.dumps({"images": [3, PHOTO, None, "x", []]}))
    assert [image.image_id for image in order.photos] == ["i-1"]


def test_half_a_surrogate_pair_does_not_get_through() -> None:
    """Text can be encoded later, whatever escapes the answer had."""
    assert (
        parse_order(rb'{"order_id": "x", "name": "a\ud800", "images": [{"image_name": "\udfff"}]}').name
        == "a?"
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>502</html>", id="HTML"),
        pytest.param(b'{"order_id": "x", "imag', id="cut"),
        pytest.param(b"\xff\xfe{}", id="not UTF-8"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"x"', id="text"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(b'{"message": "Not Found", "detail": {}}', id="an error"),
        pytest.param(b'{"name": NaN}', id="odd, and no order"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"images":' + b'[{"a":' * 50_000, id="deep in an order"),
    ],
)
def test_what_is_no_order_is_unavailable(body: bytes) -> None:
    """A body without an order counts as no answer."""
    with pytest.raises(Unavailable):
        parse_order(body)


@pytest.mark.parametrize("sign", ["order_id", "images", "is_processing", "is_merging", "is_deleted"])
def test_one_known_field_makes_an_order(sign: str) -> None:
    """Any field that only orders have is enough, even with a value of the wrong type."""
    assert parse_order(json.dumps({sign: None})).name is None
    assert parse_order(json.dumps({sign: {"odd": 1}})).name is None


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity", "9" * 400, "9" * 5_000])
def test_extreme_numbers_are_accepted(number: str) -> None:
    """The order is read, whatever JSON readers make of such numbers."""
    body = (
        f'{{"order_id": "x", "total_images": {number}, "name": {number}, "images": [{{"error": {number}}}]}}'
    )
    assert parse_order(body).order_id == "x"


@given(st.fixed_dictionaries({}, optional=dict.fromkeys([*Order.model_fields, *Image.model_fields], JSON)))
def test_odd_values_raise_nothing_else(fields: dict[str, Any]) -> None:
    """An object with the vendor's field names is an order, whatever its values."""
    assert parse_order(json.dumps({"order_id": "x", **fields, "images": [fields]})).photos


def test_a_list_accepts_what_a_single_order_accepts() -> None:
    """The list reads the same odd orders."""
    body = {"orders": [ORDER, {"order_id": "b", "name": []}, 3], "pagination": {"next_offset": None}}
    assert [(order.order_id, order.name) for order in parse_orders(json.dumps(body)).orders] == [
        ("12-elm", "12 Elm Street"),
        ("b", None),
    ]


def test_null_is_an_empty_list_of_orders() -> None:
    """`orders: null` is an empty list."""
    assert parse_orders(b'{"orders": null}') == OrderPage(())


@pytest.mark.parametrize(
    ("pagination", "offset"),
    [
        ({"next_offset": "abc"}, "abc"),
        ({"next_offset": 15}, "15"),
        ({"next_offset": None}, ""),
        ({"next_offset": True}, ""),
        ({"next_offset": ["abc"]}, ""),
        ({}, ""),
        (None, ""),
        ([], ""),
    ],
    ids=str,
)
def test_the_next_page_is_a_text_or_nothing(pagination: object, offset: str) -> None:
    """What is no text and no number names no page."""
    body = {"orders": [], "pagination": pagination}
    assert parse_orders(json.dumps(body)).next_offset == offset


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"orders": {}}', b"<html>"])
def test_what_is_no_list_is_unavailable(body: bytes) -> None:
    """Only an object with a list of orders is an answer."""
    with pytest.raises(Unavailable):
        parse_orders(body)
