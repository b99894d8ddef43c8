"""All that one person sees in Slack, as plain data for the page."""

from collections import Counter

from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BEN, BOT, GUS, OLGA, SHOOTS, TEAM, TEAM_NAME
from bot.sandbox.slack.workspace import Channel, Message, View

ACTORS = (ANA, BEN, GUS, OLGA)


def snapshot(slack: SlackSandbox, viewer: str) -> Json:
    channels = [
        channel for channel in slack.workspace.channels.values() if slack.workspace.sees(viewer, channel.id)
    ]
    return {
        "me": viewer,
        "team": TEAM_NAME,
        "bot": BOT,
        "home": SHOOTS,
        "actors": ACTORS,
        "shortcuts": slack.features.get("shortcuts", []),
        "users": {user.id: _user(slack, user.id) for user in slack.workspace.users.values()},
        "channels": [_channel(slack, channel, viewer) for channel in channels],
        "has_app_home": slack.has_home(viewer),
        "app_home": _view(home) if (home := slack.home(viewer)) else None,
        "views": [_view(view) for view in slack.views(viewer)],
    }


def _user(slack: SlackSandbox, user_id: str) -> Json:
    user = slack.workspace.users[user_id]
    role = "guest" if user.is_guest else "" if user.team_id == TEAM else "other company"
    return {"name": user.name, "real_name": user.real_name, "role": role, "is_bot": user.is_bot}


def _channel(slack: SlackSandbox, channel: Channel, viewer: str) -> Json:
    messages = slack.messages(channel.id, viewer=viewer)
    replies: dict[str, list[Message]] = {}
    for message in messages:
        if message.thread_ts is not None and message.ephemeral_to is None:
            replies.setdefault(message.thread_ts, []).append(message)
    seen = {message.ts: message for message in messages if _is_shown(message, replies)}
    others = [slack.workspace.users[id_].real_name for id_ in sorted(channel.members - {viewer})]
    return {
        "id": channel.id,
        "name": channel.name or ", ".join(others),
        "is_im": channel.is_im,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "has_bot": BOT in channel.members,
        "is_offered": slack.is_offered(viewer, channel.id),
        "members": len(channel.members),
        "messages": [_message(message, replies.get(message.ts, []), seen) for message in seen.values()],
    }


def _is_shown(message: Message, replies: dict[str, list[Message]]) -> bool:
    """Whether Slack shows it. Ephemeral replies show only in threads that are active (chat.postEphemeral)."""
    return message.ephemeral_to is None or message.thread_ts is None or message.thread_ts in replies


def _message(message: Message, replies: list[Message], seen: dict[str, Message]) -> Json:
    root = seen.get(message.thread_ts or "") if message.broadcast else None
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "broadcast": message.broadcast,
        "replied_to": root and root.plain().partition("\n")[0],
        "replies": len(replies),
        "repliers": list(Counter(reply.user for reply in replies)),
        "last_reply": replies[-1].ts if replies else None,
        "is_ephemeral": message.ephemeral_to is not None,
        "attachments": message.attachments,
        "files": [file["name"] for file in message.files],
        "edited": message.edited,
        "warning": message.warning,
    }


def _view(view: View) -> Json:
    words = {key: (view.body.get(key) or {}).get("text") for key in ("title", "submit", "close")}
    seen = {"blocks": view.blocks, "errors": view.errors, "warning": view.warning}
    return {"id": view.id, "hash": view.hash, **words, **seen}
