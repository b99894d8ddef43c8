"""Order ids.

Generated ids are UUIDs, but customers may choose their own, and no alphabet is documented
(docs.autoenhance.ai, Creating orders). We take the characters that need no quoting in a URL.
"""

import re
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from bot.core.errors import NotAnOrderId

_SHAPE = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_MAX_UNSHORTENED = 12


class OrderId(str):
    """An order id as it was typed; raises NotAnOrderId for text that can be none.

    As a field of a pydantic model it is validated the same way and serialised as a string.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        # `.` and `..` fit the alphabet, but in a URL they are another path.
        if text in {".", ".."} or not _SHAPE.fullmatch(text):
            raise NotAnOrderId("this text cannot be an order id")
        return super().__new__(cls, text)

    @property
    def short(self) -> str:
        return shortened(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_validated, core_schema.str_schema())


def as_order_id(text: str | None) -> OrderId | None:
    """None for what can be none: a customer may have chosen an id that we do not take."""
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
    """Enough of an id to recognise it, too little to open the order with it."""
    return any_id if len(any_id) <= _MAX_UNSHORTENED else f"{any_id[:8]}…"
