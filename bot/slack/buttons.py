"""What a button carries: the orders it stands for, and what the card showed of them.

Names and counts only, never a right: whoever clicks is authorised again from the payload that Slack
signed. A value that does not read as this is from another version of the bot, or from nobody's card.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import NotAnOrderId, StaleButton
from bot.jobs.model import Wanted
from bot.orders.ids import OrderId
from bot.slack.limits import LIMITS

_BLOCK = "order:"


class Value(BaseModel):
    """The value of Re-check: every order of the message, as the whole message is drawn anew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: Literal[1] = 1
    wanted: tuple[Wanted, ...]
    in_thread: str | None = None


def pack(value: Value) -> str:
    """JSON for a button; what the card showed is left out where it would not fit into 2,000 characters."""
    packed = value.model_dump_json(exclude_none=True)
    if len(packed) <= LIMITS.value:
        return packed
    bare = tuple(Wanted(order=wanted.order) for wanted in value.wanted)
    return value.model_copy(update={"wanted": bare}).model_dump_json(exclude_none=True)


def unpack(text: str) -> Value:
    """Raises StaleButton."""
    try:
        return Value.model_validate_json(text)
    except ValidationError as wrong:
        raise StaleButton from wrong


def block_id(order: OrderId) -> str:
    """An overflow option's value is too short for an id (75 characters), so its block carries it."""
    return _BLOCK + order


def order_of(block: str) -> OrderId:
    """Raises StaleButton."""
    try:
        return OrderId(block.removeprefix(_BLOCK) if block.startswith(_BLOCK) else "")
    except NotAnOrderId as wrong:
        raise StaleButton from wrong
