"""Slack's payloads as typed requests. A missing key becomes an empty string, because shapes vary.

`team_id` is the workspace that installed the bot, under which all rows are kept. The one that a payload
names may be another of the same organisation, or null.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.jobs.models import ThreadToUse
from bot.jobs.requests import Asker, Ephemeral, HomeTab, Message, Place, View

Payload = dict[str, Any]


def key(payload: Payload) -> str:
    """A hash that is the same for every delivery of one request. Not all requests have a trigger_id."""
    return hashlib.sha256(_ENCODER.encode(payload).encode()).hexdigest()


# Made once: `json.dumps` makes an encoder for each call with arguments such as these.
_ENCODER = json.JSONEncoder(sort_keys=True, default=str)


def dig(payload: Payload, *path: str) -> str:
    """The string at the end of the path. Empty if there is none, or if it is not a string.

    JSON may hold a NUL or half a surrogate pair, which no database stores. They become a `?`.
    """
    found: Any = payload
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    text = found if isinstance(found, str) else ""
    return text.replace("\0", "?").encode(errors="replace").decode()


@dataclass(frozen=True)
class Command:
    """What a person asks: with the slash command, or by a mention or a direct message.

    `place` is where the answer goes, if not through the `response_url`. `thread` is for a new watch.
    """

    asker: Asker
    text: str
    response_url: str = ""
    place: Place | None = None
    thread: ThreadToUse | None = None


def command(payload: Payload, now: datetime, team_id: str) -> Command:
    asker = Asker(
        team_id=team_id,
        user_id=dig(payload, "user_id"),
        name=dig(payload, "user_name"),
        user_team_id=dig(payload, "team_id"),
        enterprise_id=dig(payload, "enterprise_id"),
        channel_id=dig(payload, "channel_id") or None,
        at=now,
    )
    return Command(asker, dig(payload, "text"), dig(payload, "response_url"))


def asker(payload: Payload, now: datetime, team_id: str) -> Asker:
    """The person who clicked, submitted or used a shortcut."""
    return Asker(
        team_id=team_id,
        user_id=dig(payload, "user", "id"),
        name=dig(payload, "user", "name") or dig(payload, "user", "username"),
        user_team_id=dig(payload, "user", "team_id"),  # empty if missing, so access is refused
        # Slack names it in either place, or in both: a submitted modal may have it beside the team alone.
        enterprise_id=dig(payload, "enterprise", "id") or dig(payload, "team", "enterprise_id"),
        channel_id=dig(payload, "channel", "id") or dig(payload, "container", "channel_id") or None,
        at=now,
    )


def card_place(payload: Payload) -> Place:
    """Where the clicked card is, so that it can be edited.

    Read from `container`, because ephemeral messages have no `message`.
    """
    container = payload.get("container")
    container = container if isinstance(container, dict) else {}
    response_url = dig(payload, "response_url")
    if dig(payload, "view", "type") == "home":
        return HomeTab()
    if dig(container, "type") == "view" or not response_url:
        return View(view_id=dig(container, "view_id") or dig(payload, "view", "id"))
    if container.get("is_ephemeral"):
        ts = dig(container, "message_ts") or None
        return Ephemeral(response_url=response_url, replace=True, message_ts=ts)
    return Message(
        channel_id=dig(container, "channel_id"),
        ts=dig(container, "message_ts"),
        thread_ts=thread_replied_in(dig(container, "thread_ts"), dig(container, "message_ts")),
        response_url=response_url,
    )


def thread_replied_in(thread_ts: str, ts: str) -> str | None:
    """The thread, if the message is a reply in it.

    The message that a thread begins with is read in the channel, also when it has replies. In its thread,
    an answer for one person would be behind "3 replies", and without replies Slack shows it to nobody.
    """
    return thread_ts if thread_ts and thread_ts != ts else None


def reply_place(payload: Payload) -> Place:
    """A new ephemeral message next to the clicked card. In a modal or on the Home tab, that itself."""
    match card_place(payload):
        case Ephemeral(response_url=url) | Message(response_url=url):
            thread, ts = dig(payload, "container", "thread_ts"), dig(payload, "container", "message_ts")
            return Ephemeral(response_url=url, thread_ts=thread_replied_in(thread, ts))
        case place:
            return place


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


def value_beside(payload: Payload, action_id: str) -> str:
    """The value of another button in the block of the clicked one. Empty if there is none."""
    message, clicked = payload.get("message"), click(payload).block_id
    drawn = message.get("blocks") if isinstance(message, dict) else None
    for block in drawn if isinstance(drawn, list) else ():
        if dig(block, "block_id") == clicked:
            beside = block.get("elements")
            found = [each for each in beside if dig(each, "action_id") == action_id] if beside else []
            return dig(found[0], "value") if found else ""
    return ""


def field(payload: Payload, block_id: str, action_id: str) -> str:
    """The text in a modal's field."""
    return dig(payload, "view", "state", "values", block_id, action_id, "value")


def chosen(payload: Payload, block_id: str, action_id: str) -> str:
    """The value of the option that was chosen in a modal's menu."""
    return dig(payload, "view", "state", "values", block_id, action_id, "selected_option", "value")


def chosen_user(payload: Payload, block_id: str, action_id: str) -> str:
    """The user that was chosen in a modal's menu of people."""
    return dig(payload, "view", "state", "values", block_id, action_id, "selected_user")


def chosen_many(payload: Payload, block_id: str, action_id: str, kind: str) -> list[Any]:
    """What was chosen in an input for several. `kind` is Slack's key, such as `selected_conversations`."""
    found: Any = payload
    for step in ("view", "state", "values", block_id, action_id, kind):
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, list) else []


def home_opener(payload: Payload, now: datetime, team_id: str) -> Asker | None:
    """The person who opened the Home tab, with no channel. None if the event does not say."""
    user = dig(payload, "event", "user")
    if not user:
        return None
    return Asker(
        team_id=team_id,
        user_id=user,
        user_team_id=dig(payload, "team_id"),
        enterprise_id=dig(payload, "enterprise_id"),
        at=now,
    )


def joined_by_bot(payload: Payload) -> str:
    """The channel's ID if the bot joined it, otherwise empty.

    `authorizations` names the bot's user, for which Slack sent the event.
    """
    sent = payload.get("authorizations")
    authorizations = sent if isinstance(sent, list) else []
    bot_users = {dig(each, "user_id") for each in authorizations if isinstance(each, dict)}
    user = dig(payload, "event", "user")
    return dig(payload, "event", "channel") if user and user in bot_users else ""
