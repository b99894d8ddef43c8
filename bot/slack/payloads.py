"""Slack's payloads as typed requests. A missing key becomes an empty string: shapes vary."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.jobs.request import Asker, Ephemeral, Message, Place, View

Payload = dict[str, Any]
DEPTH = 20  # deeper than Slack nests anything


def key(payload: Payload) -> str:
    """The same for every delivery of one request; a trigger_id alone is not always there."""
    written = json.dumps(payload, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


def dig(payload: Payload, *path: str) -> str:
    """The string at the end of the path, or an empty one."""
    found: Any = payload
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class Command:
    asker: Asker
    text: str
    response_url: str


def command(payload: Payload, now: datetime) -> Command:
    team = dig(payload, "team_id")
    asker = Asker(
        team_id=team,
        user_id=dig(payload, "user_id"),
        user_team_id=team,
        channel_id=dig(payload, "channel_id") or None,
        at=now,
    )
    return Command(asker, dig(payload, "text"), dig(payload, "response_url"))


def asker(payload: Payload, now: datetime) -> Asker:
    """Who clicked, submitted or used a shortcut."""
    team = dig(payload, "team", "id") or dig(payload, "user", "team_id")  # team is null for org installs
    return Asker(
        team_id=team,
        user_id=dig(payload, "user", "id"),
        user_team_id=dig(payload, "user", "team_id"),  # not there: nobody we know
        channel_id=dig(payload, "channel", "id") or dig(payload, "container", "channel_id") or None,
        at=now,
    )


def card_place(payload: Payload) -> Place:
    """Where the clicked card stands, so that it can be edited there.

    By `container`, not by `message`: that one is missing for ephemeral messages.
    """
    container = payload.get("container")
    container = container if isinstance(container, dict) else {}
    response_url = dig(payload, "response_url")
    if dig(container, "type") == "view" or not response_url:
        return View(view_id=dig(container, "view_id") or dig(payload, "view", "id"))
    if container.get("is_ephemeral"):
        ts = dig(container, "message_ts") or None
        return Ephemeral(response_url=response_url, replace=True, message_ts=ts)
    return Message(
        channel_id=dig(container, "channel_id"),
        ts=dig(container, "message_ts"),
        thread_ts=dig(container, "thread_ts") or None,
        response_url=response_url,
    )


def beside(payload: Payload) -> Place:
    """A new ephemeral message next to the clicked card; in a modal, the modal itself."""
    place = card_place(payload)
    if isinstance(place, View):
        return place
    thread = dig(payload, "container", "thread_ts") or None
    return Ephemeral(response_url=place.response_url, thread_ts=thread)


@dataclass(frozen=True)
class Click:
    action_id: str
    block_id: str
    value: str  # of a button, or of the chosen option


def click(payload: Payload) -> Click:
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    value = dig(action, "value") or dig(action, "selected_option", "value")
    return Click(dig(action, "action_id"), dig(action, "block_id"), value)


def thread_of(payload: Payload) -> str:
    """The thread that answers to this message belong to: its own, if it is not in one."""
    return dig(payload, "message", "thread_ts") or dig(payload, "message", "ts") or dig(payload, "message_ts")


def has_thread(payload: Payload) -> bool:
    """An ephemeral answer shows in a thread only where there is one already."""
    return bool(dig(payload, "message", "thread_ts"))


def message_text(payload: Payload) -> str:
    return dig(payload, "message", "text")


def message_labels(payload: Payload) -> Iterator[str]:
    """What else can be read in a message: in its blocks, its attachments and its files."""
    message = payload.get("message")
    if isinstance(message, dict):
        for part in ("blocks", "attachments", "files"):
            yield from _strings(message.get(part))


# Where apps and people put words; ids of blocks, users and files are not for reading.
_READABLE = {
    "text", "fallback", "pretext", "title", "title_link", "name", "url", "value", "fields", "elements",
    "blocks", "attachments", "from_url", "original_url", "alt_text", "image_url", "footer", "message_blocks",
    "message", "description", "subtitle", "preview", "author_name", "body", "accessory", "actions", "list",
}  # fmt: skip


def _strings(node: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list) and depth < DEPTH:
        for item in node:
            yield from _strings(item, depth + 1)
    elif isinstance(node, dict) and depth < DEPTH:
        for name, value in node.items():
            if name in _READABLE:
                yield from _strings(value, depth + 1)


def field(payload: Payload, block_id: str, action_id: str) -> str:
    """What was typed into a modal's field."""
    return dig(payload, "view", "state", "values", block_id, action_id, "value")
