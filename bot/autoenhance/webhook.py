"""Reads the calls of Autoenhance's webhook.

A call is only a hint: it has no name of the order and no counts, and it is not signed. Calls may repeat,
come in any order, or not come. The API says what is true. Three programs have found, without documentation,
that the value typed into the settings comes in the header `Authentication`.
"""

import hmac
from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from bot.core.errors import NotAnOrderId
from bot.orders.ids import OrderId

_HEADERS = ("authentication", "authorization")


class EventKind(StrEnum):
    """What a call reports."""

    TURN = auto()  # a photo failed, or Autoenhance has stopped working on the order
    PHOTO = auto()  # one more photo is done


class WebhookEvent(NamedTuple):
    order: OrderId
    kind: EventKind


class Malformed(ValueError):
    """The body is not a JSON object."""


class _Event(BaseModel):
    """Every field may be missing or of another type. Some programs send `error` as text, not as a boolean."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    event: Any = None
    order_id: Any = None
    error: Any = None
    order_is_processing: Any = None


def is_authentic(headers: Mapping[str, str], token: SecretStr) -> bool:
    """Whether one of the two headers has the token, with or without "Bearer". Compares in constant time."""
    wanted = token.get_secret_value().encode()
    given = [headers.get(name, "") for name in _HEADERS]
    bare = [value[7:] if value[:7].lower() == "bearer " else value for value in given]
    matches = [hmac.compare_digest(value.strip().encode(), wanted) for value in (*given, *bare)]
    return any(matches)


def read(body: bytes) -> WebhookEvent | None:
    """None for a test call without a body, and for a call about something else. Raises Malformed."""
    if not body.strip():
        return None
    try:
        event = _Event.model_validate_json(body)
    except ValidationError as error:
        raise Malformed from error
    try:
        order = OrderId(event.order_id if isinstance(event.order_id, str) else "")
    except NotAnOrderId:
        return None
    if event.event != "image_processed":
        return None
    turned = event.order_is_processing is False or event.error not in (None, False, "", "false")
    return WebhookEvent(order, EventKind.TURN if turned else EventKind.PHOTO)
