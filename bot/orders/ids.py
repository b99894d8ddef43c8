"""Order ids.

Generated ids are UUIDs. Customers may choose their own ids, and the allowed characters are not documented
(docs.autoenhance.ai, Creating orders). Order Desk accepts the characters that need no encoding in a URL.
"""

import re
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from bot.core.errors import NotAnOrderId
from bot.orders.uuids import SHAPE

_ALLOWED_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_UUID = re.compile(SHAPE)
_MAX_FULL_ID_CHARACTERS = 12


class OrderId(str):
    """An order id. A UUID is in lower case, because its two spellings are one id. Others are as typed.

    All ids enter here: typed, pasted, from buttons, the webhook and rows. So equal orders are equal strings.
    Raises NotAnOrderId for text that cannot be one. As a field of a pydantic model it is validated in the
    same way, and serialised as a string.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        # `.` and `..` have allowed characters, but in a URL they name another path.
        if text in {".", ".."} or not _ALLOWED_ID.fullmatch(text):
            raise NotAnOrderId("this text cannot be an order id")
        return super().__new__(cls, text.lower() if _UUID.fullmatch(text) else text)

    @property
    def short(self) -> str:
        return shortened(self)

    @property
    def is_uuid(self) -> bool:
        return _UUID.fullmatch(self) is not None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_validated, core_schema.str_schema())


def as_order_id(text: str | None) -> OrderId | None:
    """None for text that cannot be an order id, or that a customer chose with other characters."""
    try:
        return OrderId(text or "")
    except NotAnOrderId:
        return None


def _validated(text: str) -> OrderId:
    try:
        return OrderId(text)
    except NotAnOrderId as error:
        raise PydanticCustomError("order_id", "this text cannot be an order id") from error


def shortened(any_id: str) -> str:
    """The first characters of an id. They are enough to recognise it, but not to open the order."""
    return any_id if len(any_id) <= _MAX_FULL_ID_CHARACTERS else f"{any_id[:8]}…"
