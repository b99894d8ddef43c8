"""Orders and photos as Autoenhance sends them.

The vendor's schema requires no field and has lost most of its types (its SDK 1.1.0 against 1.0.3), and real
answers differ by the account's API version. So every field may be missing, null or odd.
"""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, NonNegativeInt, ValidationError

from bot.core.errors import Unavailable


def _aware(at: datetime) -> datetime:
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:  # neither zones nor Slack's dates can take these
        raise ValueError("no year in which an order was made")
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


_FIRST_YEAR, _LAST_YEAR = 2000, 2200


# Real values have no zone, though the vendor's samples end in `Z`.
Moment = Annotated[datetime, AfterValidator(_aware)]


class _Sent(BaseModel):
    # What no field holds is kept by `Order.source`: as extras of a thousand photos it would double
    # the time of parsing.
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class Image(_Sent):
    """One photo. `error` and `status_reason` have been seen as several types, and are left as they came."""

    image_id: str | None = None
    image_name: str | None = None
    status: str | None = None
    status_reason: object = None
    enhanced: bool | None = None  # with `error`, in place of `status` in older API versions
    error: object = None
    downloaded: bool | None = None  # paid for; says nothing about the file being ready
    ai_version: str | None = None  # a number before API 2024-10-01
    enhance_type: str | None = None
    sky_replacement: bool | None = None
    cloud_type: str | None = None
    window_pull: bool | None = None  # gave way to `window_pull_type` in API 2025-08-31
    window_pull_type: str | None = None


class Order(_Sent):
    order_id: str | None = None
    name: str | None = None
    status: str | None = None
    is_processing: bool | None = None
    is_merging: bool | None = None
    is_deleted: bool | None = None
    created_at: Moment | None = None
    last_updated_at: Moment | None = None
    total_images: NonNegativeInt | None = None  # sent as 3 or 3.0
    images: tuple[Image, ...] | None = None

    _source: bytes | str = ""

    @property
    def source(self) -> bytes | str:
        """The answer as it came, also what no field holds; empty for an order out of a list."""
        return self._source

    @property
    def photos(self) -> tuple[Image, ...]:
        return self.images or ()

    def model_post_init(self, context: Any, /) -> None:
        self._source = context or ""


def parse_order(body: bytes | str) -> Order:
    """The answer of `GET /v3/orders/{id}`. A field of the wrong type counts as missing.

    Raises Unavailable for a body that is no JSON object, or has nothing of an order in it.
    """
    try:
        order = Order.model_validate_json(body, context=body)
        sent = order.model_fields_set
    except ValidationError:
        raw = _json_object(body)
        order, sent = _order(raw, body), set(raw)
    if not sent & _SIGNS:
        raise Unavailable("Autoenhance answered with something that is no order")
    return order


# An error's body, `{"message": …, "detail": …}`, has none of these.
_SIGNS = {"order_id", "images", "is_processing", "is_merging", "is_deleted"}


def parse_orders(body: bytes | str) -> tuple[Order, ...]:
    """The answer of `GET /v3/orders/`, forgiving in the same way; raises Unavailable for anything else."""
    listed = _json_object(body).get("orders", "missing")
    if not isinstance(listed, list | None):
        raise Unavailable("Autoenhance answered with something that is no list of orders")
    return tuple(_order(raw) for raw in listed or () if isinstance(raw, dict))


def _json_object(body: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unavailable("Autoenhance answered with something that is no JSON") from error
    if not isinstance(found, dict):
        raise Unavailable("Autoenhance answered with JSON that is no object")
    return found


def _order(raw: dict[str, Any], source: bytes | str = "") -> Order:
    if isinstance(images := raw.get("images"), list):
        raw = raw | {"images": [_forgiving(Image, image) for image in images if isinstance(image, dict)]}
    return _forgiving(Order, raw, source)


_Model = TypeVar("_Model", bound=_Sent)


def _forgiving(model: type[_Model], raw: dict[str, Any], source: bytes | str = "") -> _Model:
    """One odd field never costs the whole order."""
    raw = {name: _encodable(value) for name, value in raw.items()}
    try:
        return model.model_validate(raw, context=source)
    except ValidationError as error:
        odd = {problem["loc"][0] for problem in error.errors(include_url=False, include_input=False)}
        return model.model_validate({k: v for k, v in raw.items() if k not in odd}, context=source)


def _encodable(value: object) -> object:
    """json.loads lets half a surrogate pair through, which nobody after us could write down or send."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
