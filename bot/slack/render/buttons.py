"""What a button's value holds: the card's orders, and what the card showed of them.

Only IDs and counts, never a permission: the person who clicks is authorised again from the payload that
Slack signed. A value that cannot be parsed is from another version of the bot, or not from the bot.
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
_IN = "@"  # which no order ID contains
_THREAD = re.compile(r"(\w+):(\d+\.\d+)")
_SHARE = re.compile(rf"{constants.SHARE}(?::(\d+\.\d+))?")


def _unique(wanted: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    if len({each.order for each in wanted}) < len(wanted):
        raise ValueError("an order twice")
    return wanted


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid", hide_input_in_errors=True))
class ButtonValue:
    """The value of Re-check: all orders of the message, because it redraws the whole message."""

    v: Literal[1] = 1
    wanted: Annotated[
        tuple[Wanted, ...], Field(min_length=1, max_length=MAX_ORDERS_PER_ANSWER), AfterValidator(_unique)
    ]
    in_thread: str | None = None
    shared_by: str | None = None


VALUE = TypeAdapter(ButtonValue)


def pack(value: ButtonValue) -> str:
    """JSON of at most 2,000 characters. What the card showed is left out if it does not fit."""
    packed = VALUE.dump_json(value, exclude_none=True).decode()
    if len(packed) <= LIMITS.value:
        return packed
    bare = tuple(Wanted(order=wanted.order) for wanted in value.wanted)
    return VALUE.dump_json(replace(value, wanted=bare), exclude_none=True).decode()


def unpack(text: str) -> ButtonValue:
    """Raises StaleButton."""
    try:
        return VALUE.validate_json(text)
    except ValidationError as error:
        raise StaleButton from error


def block_id(order: OrderId, place: str = "") -> str:
    """A block_id that holds the order, because an overflow option's value has at most 75 characters.

    `place` makes it unique where one view has two blocks about one order.
    """
    return f"{_BLOCK}{order}{_IN}{place}" if place else _BLOCK + order


def order_of(block: str) -> OrderId:
    """Raises StaleButton."""
    try:
        return OrderId(block.removeprefix(_BLOCK).partition(_IN)[0] if block.startswith(_BLOCK) else "")
    except NotAnOrderId as error:
        raise StaleButton from error


def in_thread(order: OrderId, channel_id: str, thread_ts: str) -> str:
    """A block_id that holds the order and a thread, for a modal: a click there names no channel."""
    return block_id(order, f"{channel_id}:{thread_ts}")


def thread_of(block: str) -> tuple[str, str]:
    """The channel and the `ts` of the thread. Raises StaleButton if `block` is not from `in_thread`."""
    if not (found := _THREAD.fullmatch(block.partition(_IN)[2])):
        raise StaleButton
    return found[1], found[2]


def share_value(thread: str | None) -> str:
    return f"{constants.SHARE}:{thread}" if thread else constants.SHARE


def thread_to_share_in(value: str) -> str | None:
    """None for the channel itself. Raises StaleButton if `value` is not a `share_value`."""
    if not (found := _SHARE.fullmatch(value)):
        raise StaleButton
    return found[1]
