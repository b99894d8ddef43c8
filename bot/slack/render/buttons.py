"""What a button carries: the orders it stands for, and what the card showed of them.

Names and counts only, never a right: whoever clicks is authorised again from the payload that Slack
signed. A value that does not read as this is from another version of the bot, or from nobody's card.
"""

import re
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from bot.core.errors import NotAnOrderId, StaleButton
from bot.jobs.requests import Wanted
from bot.orders.ids import OrderId
from bot.slack import constants
from bot.slack.constants import MAX_ORDERS_PER_ANSWER
from bot.slack.limits import LIMITS

_BLOCK = "order:"
_IN = "@"  # in no order id
_SHARE = re.compile(rf"{constants.SHARE}(?::(\d+\.\d+))?")


def _unique(wanted: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    if len({each.order for each in wanted}) < len(wanted):
        raise ValueError("an order twice")
    return wanted


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ButtonValue:
    """The value of Re-check: every order of the message, as the whole message is drawn again."""

    v: Literal[1] = 1
    wanted: Annotated[
        tuple[Wanted, ...], Field(min_length=1, max_length=MAX_ORDERS_PER_ANSWER), AfterValidator(_unique)
    ]
    in_thread: str | None = None
    shared_by: str | None = None


VALUE = TypeAdapter(ButtonValue)


def pack(value: ButtonValue) -> str:
    """JSON for a button; what the card showed is left out where it would not fit into 2,000 characters."""
    packed = VALUE.dump_json(value, exclude_none=True).decode()
    if len(packed) <= LIMITS.value:
        return packed
    bare = tuple(Wanted(order=wanted.order) for wanted in value.wanted)
    return VALUE.dump_json(replace(value, wanted=bare), exclude_none=True).decode()


def unpack(text: str) -> ButtonValue:
    """Raises StaleButton."""
    try:
        return VALUE.validate_json(text)
    except ValidationError as wrong:
        raise StaleButton from wrong


def block_id(order: OrderId, place: str = "") -> str:
    """An overflow option's value is too short for an id (75 characters), so its block carries it.

    `place` tells two blocks about one order apart, where they stand in one view.
    """
    return f"{_BLOCK}{order}{_IN}{place}" if place else _BLOCK + order


def order_of(block: str) -> OrderId:
    """Raises StaleButton."""
    try:
        return OrderId(block.removeprefix(_BLOCK).partition(_IN)[0] if block.startswith(_BLOCK) else "")
    except NotAnOrderId as wrong:
        raise StaleButton from wrong


def share_value(thread: str | None) -> str:
    return f"{constants.SHARE}:{thread}" if thread else constants.SHARE


def thread_to_share_in(value: str) -> str | None:
    """None for the channel itself. Raises StaleButton for anything but a `share_value`."""
    if not (found := _SHARE.fullmatch(value)):
        raise StaleButton
    return found[1]
