"""Orders and photos as Autoenhance sends them.

Autoenhance's schema requires no field. Its SDK 1.1.0 has lost most types that 1.0.3 had. Real answers
differ by the account's API version. So every field may be missing, null or of another type.
"""

import json
import math
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from bot.core.errors import OrderTooLarge, Unavailable

# More than the longest answer that is read can list: a photo has about 700 bytes. Every count is at most
# this, so it fits into each column and each sum.
MAX_PHOTOS = 50_000
MAX_VALUES = 1_000_000  # in one answer: its longest one, if each value has 16 bytes
_MAX_DIGITS = 4_000  # of a whole number: Python reads no longer ones
_FIRST_YEAR, _LAST_YEAR = 2000, 2200  # in which an order is made


Body = bytes | bytearray | str


def _at_most_all(count: object) -> object:
    """A larger number of photos is a mistake of the sender, and is read as the largest one."""
    too_many = isinstance(count, int | float) and MAX_PHOTOS < count < math.inf
    return MAX_PHOTOS if too_many else count


PhotoCount = Annotated[int, Field(ge=0, le=MAX_PHOTOS), BeforeValidator(_at_most_all)]


def _in_every_zone(at: datetime) -> datetime:
    """Python fails on the first and the last year, as they begin or end earlier in another time zone."""
    if not MINYEAR < at.year < MAXYEAR:
        raise ValueError("no year that every time zone has")
    return at


def _as_utc(at: datetime) -> datetime:
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError("no year in which an order was made")
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


CheckTime = Annotated[AwareDatetime, AfterValidator(_in_every_zone)]

# Real values have no time zone, although Autoenhance's samples end in `Z`.
UtcTime = Annotated[datetime, AfterValidator(_as_utc)]


class Answer(BaseModel):
    # Unknown fields are dropped: as extras of a thousand photos they would double the time of parsing.
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)


class Image(Answer):
    """One photo. `error` and `status_reason` come in several types, and are kept as they come."""

    image_id: str | None = None
    image_name: str | None = None
    status: str | None = None
    status_reason: object = None
    enhanced: bool | None = None  # older API versions have this and `error`, but no `status`
    error: object = None
    downloaded: bool | None = None  # paid for; it does not say that the file is ready
    ai_version: str | None = None  # a number before API 2024-10-01
    enhance_type: str | None = None
    sky_replacement: bool | None = None
    cloud_type: str | None = None
    window_pull: bool | None = None  # API 2025-08-31 has `window_pull_type` in its place
    window_pull_type: str | None = None


class Order(Answer):
    order_id: str | None = None
    name: str | None = None
    status: str | None = None
    is_processing: bool | None = None
    is_merging: bool | None = None
    is_deleted: bool | None = None
    created_at: UtcTime | None = None
    last_updated_at: UtcTime | None = None
    total_images: PhotoCount | None = None  # sent as 3 or 3.0
    images: Annotated[tuple[Image, ...], Field(max_length=MAX_PHOTOS)] | None = None

    @property
    def photos(self) -> tuple[Image, ...]:
        return self.images or ()


def parse_order(body: Body) -> Order:
    """The answer of `GET /v3/orders/{id}`. A field of the wrong type counts as missing.

    Raises Unavailable for a body that is no JSON object, or has no field of an order. Raises OrderTooLarge
    for more than MAX_PHOTOS photos or MAX_VALUES values.
    """
    check_size(body)
    try:
        order = Order.model_validate_json(body)
        sent = order.model_fields_set
    except ValidationError:
        raw = json_object(body)
        order, sent = _order(raw), set(raw)
    if not sent & _ORDER_FIELDS:
        raise Unavailable("Autoenhance answered with something that is no order")
    return order


# An error's body, `{"message": …, "detail": …}`, has none of these.
_ORDER_FIELDS = {"order_id", "images", "is_processing", "is_merging", "is_deleted"}


@dataclass(frozen=True)
class OrderPage:
    """A page of the list of orders. `next_offset` names the next page, and is empty on the last one."""

    orders: tuple[Order, ...]
    next_offset: str = ""


def parse_orders(body: Body) -> OrderPage:
    """The answer of `GET /v3/orders/`. A field of the wrong type counts as missing.

    Raises Unavailable for a body that is no JSON object, or in which `orders` is missing or no list. Raises
    OrderTooLarge as `parse_order` does.
    """
    check_size(body)
    answer = json_object(body)
    listed = answer.get("orders", "missing")
    if not isinstance(listed, list | None):
        raise Unavailable("Autoenhance answered with something that is no list of orders")
    orders = tuple(_order(raw) for raw in listed or () if isinstance(raw, dict))
    return OrderPage(orders, _next_offset(answer.get("pagination")))


def _next_offset(pagination: object) -> str:
    offset = pagination.get("next_offset") if isinstance(pagination, dict) else None
    is_token = isinstance(offset, str | int) and not isinstance(offset, bool)
    return str(_encodable(str(offset))) if is_token else ""


def check_size(body: Body) -> None:
    """Counts values by their commas, before any reader needs memory for them."""
    commas = body.count(",") if isinstance(body, str) else body.count(b",")
    if commas > MAX_VALUES:
        raise OrderTooLarge("the answer has too many values")


def json_object(body: Body) -> dict[str, Any]:
    try:
        found = json.loads(body, parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise Unavailable("Autoenhance's answer is not JSON") from error
    if not isinstance(found, dict):
        raise Unavailable("Autoenhance answered with JSON that is no object")
    return found


def _number(digits: str) -> float:
    return int(digits) if len(digits) <= _MAX_DIGITS else float(digits)


def _order(raw: dict[str, Any]) -> Order:
    if isinstance(images := raw.get("images"), list):
        if len(images) > MAX_PHOTOS:
            raise OrderTooLarge("the order has too many photos")
        raw = raw | {
            "images": [without_odd_fields(Image, image) for image in images if isinstance(image, dict)]
        }
    return without_odd_fields(Order, raw)


_Model = TypeVar("_Model", bound=Answer)


def without_odd_fields(model: type[_Model], raw: dict[str, Any]) -> _Model:
    """The model without the fields that cannot be read. One odd field does not fail the whole order."""
    raw = {name: _encodable(value) for name, value in raw.items()}
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        odd = {problem["loc"][0] for problem in error.errors(include_url=False, include_input=False)}
        return model.model_validate({k: v for k, v in raw.items() if k not in odd})


def _encodable(value: object) -> object:
    """json.loads accepts half a surrogate pair. That could not be stored or sent, so it is replaced."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
