"""Messages, views and channels as Slack sends them to an app, in payloads and in answers."""

from typing import Any

from bot.sandbox.slack import sample_workspace
from bot.sandbox.slack.mrkdwn import as_rich_text
from bot.sandbox.slack.workspace import Channel, Message, User, View, Workspace

Payload = dict[str, Any]

NO_TITLE = {"type": "plain_text", "text": "View Title", "emoji": True}
"""What Slack sends as the title of a Home view, which has none."""


def message(workspace: Workspace, shown: Message) -> Payload:
    payload: Payload = {"type": "message", "user": shown.user, "text": shown.text, "ts": shown.ts}
    payload["team"] = workspace.users[shown.user].team_id
    payload |= _written_by_bot(shown) if shown.user == sample_workspace.BOT else _written_by_person(shown)
    payload |= _thread(workspace, shown)
    for key in ("attachments", "files", "metadata"):
        if held := getattr(shown, key):
            payload[key] = held
    if shown.edited:
        payload["edited"] = {"user": shown.user, "ts": shown.ts}
    return payload


def _written_by_person(shown: Message) -> Payload:
    return {
        "client_msg_id": f"c0ffee00-0000-4000-8000-{int(float(shown.ts)):012d}",
        "blocks": as_rich_text(shown.text),
    }


def _written_by_bot(shown: Message) -> Payload:
    profile = {
        "id": sample_workspace.BOT_ID,
        "app_id": sample_workspace.APP,
        "name": "Order Desk",
        "icons": {},
        "deleted": False,
        "updated": 1700000000,
        "team_id": sample_workspace.TEAM,
    }
    return {
        "bot_id": sample_workspace.BOT_ID,
        "app_id": sample_workspace.APP,
        "bot_profile": profile,
        **({"blocks": shown.blocks} if shown.blocks else {}),
    }


def _thread(workspace: Workspace, shown: Message) -> Payload:
    root = workspace.find(shown.channel, shown.thread_ts)
    if shown.thread_ts is not None:
        return {
            "thread_ts": shown.thread_ts,
            **({"subtype": "thread_broadcast"} if shown.broadcast else {}),
            **({} if root is None else {"parent_user_id": root.user}),
        }
    replies = [each for each in workspace.replies(shown) if each.ephemeral_to is None]
    if not replies:
        return {}
    users = sorted({each.user for each in replies})
    counts = {"reply_count": len(replies), "reply_users_count": len(users), "reply_users": users}
    return {
        "thread_ts": shown.ts,
        **counts,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def view(shown: View, values: Payload | None = None) -> Payload:
    """`values` is what was filled in, by block_id and action_id."""
    body = shown.body
    return {
        "id": shown.id,
        "team_id": sample_workspace.TEAM,
        "type": body["type"],
        "blocks": shown.blocks,
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": values or {}},
        "hash": shown.hash,
        "title": body.get("title", NO_TITLE),
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "previous_view_id": None,
        "root_view_id": shown.id,
        "app_id": sample_workspace.APP,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": sample_workspace.TEAM,
        "bot_id": sample_workspace.BOT_ID,
    }


def user(person: User) -> Payload:
    """The user object of `users.info`, without the fields that other scopes add."""
    return {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": False,
        "tz": person.tz,
        "is_bot": person.is_bot,
        "is_restricted": person.is_guest,
        "updated": 1700000000,
    }


def channel(shown: Channel) -> Payload:
    """The channel object of `conversations.info`."""
    payload: Payload = {
        "id": shown.id,
        "created": 1700000000,
        "is_archived": shown.is_archived,
        "is_im": shown.is_im,
    }
    if shown.is_im:
        return {**payload, "user": next(iter(shown.members - {sample_workspace.BOT})), "is_open": True}
    return {
        **payload,
        "name": shown.name,
        "is_channel": True,
        "is_group": False,
        "is_mpim": shown.is_mpim,
        "is_private": shown.is_private,
        "is_shared": shown.is_ext_shared or shown.is_org_shared,
        "is_ext_shared": shown.is_ext_shared,
        "is_org_shared": shown.is_org_shared,
        "is_pending_ext_shared": False,
        "is_member": sample_workspace.BOT in shown.members,
        "context_team_id": sample_workspace.TEAM,
    }
