"""The message on which a person used a shortcut or pressed a button: its thread, its IDs, its author."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pydantic import TypeAdapter

from bot.core.errors import StaleButton
from bot.jobs.models import PostedNotice
from bot.jobs.requests import Ephemeral
from bot.orders.base import frozen
from bot.orders.ids import OrderId
from bot.orders.ids_in_text import find_ids_in_file_name, find_mentioned_ids, find_order_ids
from bot.slack import constants
from bot.slack.listeners import payloads
from bot.slack.listeners.payloads import Payload, dig
from bot.slack.render.buttons import order_of

MAX_NESTING = 50  # levels. Slack nests less deeply, also where a forwarded message has a table


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


def message_text(payload: Payload) -> str:
    return dig(payload, "message", "text")


def message_labels(payload: Payload) -> Iterator[str]:
    """The texts and links in a message's blocks and attachments, and in its files, apart from their names."""
    for part in ("blocks", "attachments", "files"):
        yield from (text for name, text in _strings(_message(payload).get(part), part) if name not in _NAMES)


def file_names(payload: Payload) -> Iterator[str]:
    """The names and titles of a message's files, also of those in a message that it forwards."""
    for part in ("attachments", "files"):
        yield from (text for name, text in _strings(_message(payload).get(part), part) if name in _NAMES)


# What is left out, not what is read: Slack adds kinds of blocks, each with keys of its own for what people
# read (`rows`, `child_blocks`, `tasks`), and a new key that is read by mistake holds no UUID or link of an
# order. Only identifiers do, and these have few names: all that end in `id` or `ids`, and the ones below.
_IDENTIFIERS = {"hash", "token", "key", "uuid", "guid", "in_reply_to", "reply_to"}
_IDENTIFIER = re.compile(r"(?:.*_)?ids?|.*I[dD]s?", re.DOTALL)
_NAMES = {"files: name", "files: title"}


def _strings(node: Any, of: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every string that is no identifier, with its key. The key of what a file has begins with `files: `."""
    if isinstance(node, str):
        yield of, node
    elif isinstance(node, list) and depth < MAX_NESTING:
        for item in node:
            yield from _strings(item, of, depth + 1)
    elif isinstance(node, dict) and depth < MAX_NESTING:
        for name, value in node.items():
            if not _is_identifier(name, node):
                yield from _strings(value, f"files: {name}" if of == "files" else name, depth + 1)


def _is_identifier(name: str, node: Payload) -> bool:
    """The `value` of a button or an option is for their app. In a field of an attachment it is text.

    The title of a file may be its name without the ending, and only the ending tells that it is a picture.
    """
    if name == "value":
        return "text" in node
    if name == "title":
        return str(node.get("name", "")).startswith(f"{node[name]}.")
    return name in _IDENTIFIERS or _IDENTIFIER.fullmatch(name) is not None


def _message(payload: Payload) -> Payload:
    message = payload.get("message")
    return message if isinstance(message, dict) else {}


def in_thread(payload: Payload) -> Ephemeral:
    """An ephemeral answer, in the thread if the message is a reply. Otherwise in the channel."""
    shown_in = payloads.thread_replied_in(dig(payload, "message", "thread_ts"), dig(payload, "message", "ts"))
    return Ephemeral(response_url=dig(payload, "response_url"), thread_ts=shown_in)


def ids_in_message(payload: Payload) -> tuple[OrderId, ...]:
    """Each ID once, because a message often has the same words in its text and in its blocks."""
    written = find_order_ids(message_text(payload), in_message=True)
    shown = (order for label in message_labels(payload) for order in find_mentioned_ids(label))
    named = (order for name in file_names(payload) for order in find_ids_in_file_name(name))
    return tuple(dict.fromkeys((*written, *shown, *named)))


def own_card_ts(payload: Payload, order: OrderId) -> str | None:
    """The message's `ts` if it is a card of this bot that shows this order and no other. Otherwise None."""
    message = payload.get("message")
    app_id = dig(payload, "message", "app_id")
    is_own = app_id in {"", dig(payload, "api_app_id")} and isinstance(message, dict)
    found = message.get("blocks") if is_own and isinstance(message, dict) else None
    cards = [block for block in found if _has_recheck_button(block)] if isinstance(found, list) else []
    alone = len(cards) == 1 and _order_of(cards[0]) == order
    return dig(payload, "message", "ts") or None if alone else None


def posted(payload: Payload) -> PostedNotice:
    """The clicked message, with its blocks. Raises StaleButton if the click was not in a message."""
    found = _message(payload).get("blocks")
    drawn = tuple(block for block in found if isinstance(block, dict)) if isinstance(found, list) else ()
    channel, ts = dig(payload, "container", "channel_id"), dig(payload, "container", "message_ts")
    if not (drawn and channel and ts):
        raise StaleButton
    return PostedNotice(channel_id=channel, ts=ts, text=message_text(payload), blocks=drawn)


def _order_of(card: Payload) -> OrderId | None:
    with suppress(StaleButton):  # drawn by another bot, or by another version
        return order_of(dig(card, "block_id"))
    return None


def _has_recheck_button(block: Any) -> bool:
    elements = block.get("elements") if isinstance(block, dict) else None
    return isinstance(elements, list) and any(
        isinstance(each, dict) and each.get("action_id") == constants.RECHECK for each in elements
    )
