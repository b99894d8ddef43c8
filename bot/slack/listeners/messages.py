"""The message on which a person used a shortcut or pressed a button: its thread, its IDs, its author."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from bot.jobs.requests import Ephemeral
from bot.orders.base import frozen
from bot.orders.ids import OrderId
from bot.orders.ids_in_text import find_mentioned_ids, find_order_ids
from bot.slack import constants
from bot.slack.listeners.payloads import Payload, dig
from bot.slack.render.buttons import block_id

MAX_NESTING = 20  # levels. Slack nests less deeply


@frozen
class Thread:
    """A thread, stored in a modal's `private_metadata` until the modal is submitted."""

    channel_id: str
    thread_ts: str


THREAD = TypeAdapter(Thread)


def thread(payload: Payload) -> Thread:
    return Thread(channel_id=dig(payload, "channel", "id"), thread_ts=thread_of(payload))


def thread_of(payload: Payload) -> str:
    """The `ts` of the thread for answers to this message. The message's own if it is in no thread."""
    return dig(payload, "message", "thread_ts") or dig(payload, "message", "ts") or dig(payload, "message_ts")


def has_thread(payload: Payload) -> bool:
    """Whether the message is in a thread. Slack shows ephemeral messages only in threads that exist."""
    return bool(dig(payload, "message", "thread_ts"))


def message_text(payload: Payload) -> str:
    return dig(payload, "message", "text")


def message_labels(payload: Payload) -> Iterator[str]:
    """The texts in a message's blocks, attachments and files."""
    message = payload.get("message")
    if isinstance(message, dict):
        for part in ("blocks", "attachments", "files"):
            yield from _strings(message.get(part))


# Keys under which apps and people put words. IDs of blocks, users and files are not among them.
_READABLE = {
    "text", "fallback", "pretext", "title", "title_link", "name", "url", "value", "fields", "elements",
    "blocks", "attachments", "from_url", "original_url", "alt_text", "image_url", "footer", "message_blocks",
    "message", "description", "subtitle", "preview", "author_name", "body", "accessory", "actions", "list",
}  # fmt: skip


def _strings(node: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list) and depth < MAX_NESTING:
        for item in node:
            yield from _strings(item, depth + 1)
    elif isinstance(node, dict) and depth < MAX_NESTING:
        for name, value in node.items():
            if name in _READABLE:
                yield from _strings(value, depth + 1)


def in_thread(payload: Payload) -> Ephemeral:
    """An ephemeral answer, in the message's thread if there is one."""
    shown_in = thread_of(payload) if has_thread(payload) else None
    return Ephemeral(response_url=dig(payload, "response_url"), thread_ts=shown_in)


def ids_in_message(payload: Payload) -> tuple[OrderId, ...]:
    """Each ID once, because a message often has the same words in its text and in its blocks."""
    written = find_order_ids(message_text(payload), in_message=True)
    shown = (order for label in message_labels(payload) for order in find_mentioned_ids(label))
    return tuple({order.lower(): order for order in (*written, *shown)}.values())


def own_card_ts(payload: Payload, order: OrderId) -> str | None:
    """The message's `ts` if it is a card of this bot that shows this order and no other. Otherwise None."""
    message = payload.get("message")
    app_id = dig(payload, "message", "app_id")
    is_own = app_id in {"", dig(payload, "api_app_id")} and isinstance(message, dict)
    found = message.get("blocks") if is_own and isinstance(message, dict) else None
    cards = [block for block in found if _has_recheck_button(block)] if isinstance(found, list) else []
    alone = len(cards) == 1 and cards[0].get("block_id") == block_id(order)
    return dig(payload, "message", "ts") or None if alone else None


def _has_recheck_button(block: Any) -> bool:
    elements = block.get("elements") if isinstance(block, dict) else None
    return isinstance(elements, list) and any(
        isinstance(each, dict) and each.get("action_id") == constants.RECHECK for each in elements
    )
