"""What a call of Autoenhance's webhook says: whether its token is right, and whether it is worth a check."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.datastructures import Headers

from bot.autoenhance.webhook import EventKind, Malformed, WebhookEvent, is_authentic, read
from bot.orders.ids import OrderId

TOKEN = "sesame-opens"
ELM = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"

CALLERS: dict[str, tuple[dict[str, str], bool]] = {
    "authentication": ({"Authentication": TOKEN}, True),
    "authorization": ({"Authorization": TOKEN}, True),
    "authentication-bearer": ({"Authentication": f"Bearer {TOKEN}"}, True),
    "authorization-bearer": ({"Authorization": f"bearer {TOKEN}"}, True),
    "shouted-bearer": ({"AUTHORIZATION": f"BEARER  {TOKEN}"}, True),
    "blanks-around-it": ({"Authentication": f" {TOKEN} "}, True),
    "one-of-two": ({"Authorization": "Basic c2VzYW1l", "Authentication": TOKEN}, True),
    "missing": ({}, False),
    "empty": ({"Authentication": ""}, False),
    "only-bearer": ({"Authorization": "Bearer "}, False),
    "wrong": ({"Authentication": "sesame-close"}, False),
    "a-part-of-it": ({"Authentication": TOKEN[:-1]}, False),
    "more-than-it": ({"Authentication": f"{TOKEN}!"}, False),
    "another-case": ({"Authentication": TOKEN.upper()}, False),
    "another-scheme": ({"Authorization": f"Basic {TOKEN}"}, False),
    "another-header": ({"X-Token": TOKEN}, False),
    "non-ascii": ({"Authentication": "sésame-öffnet-die-Tür"}, False),
    "bearer-twice": ({"Authorization": f"Bearer Bearer {TOKEN}"}, False),
}


@pytest.mark.parametrize("case", CALLERS)
def test_a_call_needs_the_token(case: str) -> None:
    """Either header may carry the token, with or without Bearer. Any other call is refused."""
    headers, let_in = CALLERS[case]

    assert is_authentic(Headers(headers), SecretStr(TOKEN)) is let_in


UUID = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"


def event(**fields: Any) -> bytes:
    return json.dumps({"event": "image_processed", "order_id": ELM} | fields).encode()


TURN, PHOTO = WebhookEvent(OrderId(ELM), EventKind.TURN), WebhookEvent(OrderId(ELM), EventKind.PHOTO)

CALLS: dict[str, tuple[bytes, WebhookEvent | None]] = {
    "last-photo": (event(image_id="i1", error=False, order_is_processing=False), TURN),
    "photo": (event(image_id="i1", error=False, order_is_processing=True), PHOTO),
    "failed-photo": (event(error=True, order_is_processing=True), TURN),
    "failed-photo-in-words": (event(error="too blurry", order_is_processing=True), TURN),
    "no-error-in-words": (event(error="false", order_is_processing=True), PHOTO),
    "empty-error": (event(error="", order_is_processing=True), PHOTO),
    "null-error": (event(error=None, order_is_processing=True), PHOTO),
    "nothing-but-the-order": (event(), PHOTO),
    "nulls": (event(error=None, order_is_processing=None), PHOTO),
    "more-than-we-know": (event(order_is_processing=False, user={"id": [1, {"x": None}]}), TURN),
    "registered": (event(event="image_registered", order_is_processing=True), None),
    "registered-says-nothing-of-the-end": (event(event="image_registered", order_is_processing=False), None),
    "custom-id": (event(order_id="12-elm-street"), WebhookEvent(OrderId("12-elm-street"), EventKind.PHOTO)),
    "capitals": (event(order_id=UUID.upper()), WebhookEvent(OrderId(UUID), EventKind.PHOTO)),
    "blanks-around-it": (b" \n" + event() + b"\r\n ", PHOTO),
    "test-call": (b"", None),
    "blank": (b" \r\n\t", None),
    "empty-object": (b"{}", None),
    "unknown-event": (event(event="order_sold"), None),
    "no-event": (event(event=None), None),
    "no-order": (event(order_id=None), None),
    "empty-order": (event(order_id=""), None),
    "no-id-at-all": (event(order_id="../../etc/passwd"), None),
    "order-is-an-object": (event(order_id={"id": 1}), None),
    "order-is-a-number": (event(order_id=7), None),
    "error-is-an-object": (event(error={"code": 2}, order_is_processing=True), TURN),
    "order-like-a-path": (event(order_id=".."), None),
    "long-order": (event(order_id="x" * 129), None),
    "order-in-chinese": (event(order_id="榆树街"), None),
}


@pytest.mark.parametrize("case", CALLS)
def test_what_a_call_is_worth(case: str) -> None:
    """A failure or the end is worth a check, one more photo is not.

    A call that says nothing of an order is none.
    """
    body, hint = CALLS[case]

    assert read(body) == hint


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b'[{"event": "image_processed"}]',
        b"null",
        b"17",
        b'"image_processed"',
        b'{"event": "image_processed"',
        b"event=image_processed&order_id=1",
        b"\x00\xff\xfe\x80",
        b'{"event": "\xff"}',
        b"[" * 10_000,
        b'{"a":' * 10_000,
        b'{"order_id": "\\ud800", "event": "image_processed"',
    ],
)
def test_what_is_no_call(body: bytes) -> None:
    """Only a JSON object with texts in its text fields is a call."""
    with pytest.raises(Malformed):
        read(body)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FIELDS = st.sampled_from(["event", "order_id", "error", "order_is_processing", "image_id"])


@given(st.dictionaries(FIELDS, VALUES | st.sampled_from(["image_processed", ELM])))
def test_any_object_is_read_or_refused(fields: dict[str, Any]) -> None:
    """Any JSON object is a hint, nothing, or malformed, whatever is in its fields."""
    try:
        hint = read(json.dumps(fields).encode())
    except Malformed:
        return
    assert hint is None or hint.order == fields["order_id"]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Any bytes are read, or refused with the one error for them."""
    try:
        read(body)
    except Malformed:
        return
