"""What people write to the bot: mentions in channels and threads, and direct messages. Pure."""

import re
from datetime import datetime

from bot.jobs.models import ThreadToUse
from bot.jobs.requests import Asker, Reply
from bot.orders.ids_in_text import find_mentioned_ids
from bot.slack.constants import MENTIONED
from bot.slack.listeners import commands, messages, names
from bot.slack.listeners.payloads import Command, Payload, dig

_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^<>]*)?>")
_AFTER_A_NAME = re.compile(r"^(?:[\s,;.!–—-]|:(?=\s))+(?=\S)")  # as in "@Order Desk, find elm"
_BY_PEOPLE = {"", "file_share", "thread_broadcast"}  # the subtypes of messages that a person writes
_SLACK_ITSELF = {"USLACK", "USLACKBOT"}


def question(payload: Payload, now: datetime, team_id: str) -> Command | None:
    """None for what no person has just written to the bot: messages of bots, edits, deletions, joins."""
    channel, user = dig(payload, "event", "channel"), dig(payload, "event", "user")
    if not channel or not user or not _is_new_by_person(payload):
        return None
    is_direct = channel.startswith("D")
    if is_direct is (dig(payload, "event", "type") == MENTIONED):  # in a direct message, both events come
        return None
    ts, thread = dig(payload, "event", "ts"), dig(payload, "event", "thread_ts")
    asker = Asker(
        team_id=team_id,
        user_id=user,
        user_team_id=dig(payload, "event", "user_team")
        or dig(payload, "event", "team")
        or dig(payload, "team_id"),
        enterprise_id=dig(payload, "enterprise_id"),
        channel_id=channel,
        at=now,
    )
    if is_direct:
        return Command(asker, _text(payload), place=Reply(channel_id=channel, thread_ts=thread or None))
    place = Reply(channel_id=channel, thread_ts=thread or ts, begins_thread=not thread)
    return Command(
        asker, _text(payload), place=place, thread=ThreadToUse(channel_id=channel, thread_ts=thread or ts)
    )


def _is_new_by_person(payload: Payload) -> bool:
    event = payload["event"]
    return (
        dig(event, "subtype") in _BY_PEOPLE
        and not (event.get("bot_id") or event.get("edited") or event.get("hidden"))
        and dig(event, "user") not in _SLACK_ITSELF
    )


def _text(payload: Payload) -> str:
    """The words without mentions. The orders in files or in a forwarded message, if the words name none.

    Empty for a greeting, which is answered with help.
    """
    text = _MENTION.sub(" ", dig(payload, "event", "text")).strip()
    text = _AFTER_A_NAME.sub("", text)
    if find_mentioned_ids(text) or commands.is_subcommand(text):
        return text
    named = " ".join(messages.ids_in_message({"message": payload["event"] | {"text": ""}}))
    return named or ("" if names.is_greeting(text) else text)
