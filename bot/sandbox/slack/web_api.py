"""The methods of Slack's Web API that the bot calls, with Slack's error codes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack import payload_objects, sample_workspace
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.triggers import Refused, Triggers
from bot.sandbox.slack.unfurls import Unfurls
from bot.sandbox.slack.validation.messages import checked, checked_home, checked_view
from bot.sandbox.slack.workspace import Channel, Message, View, Workspace
from bot.slack.limits import LIMITS

Params = dict[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True)
class Method:
    """`scope` says which scope the bot token needs for a call. Empty when none is needed."""

    do: Callable[[Params], Answer]
    scope: str | Callable[[Params], str] = ""

    def needs(self, params: Params) -> str:
        return self.scope if isinstance(self.scope, str) else self.scope(params)


class WebApi:
    """Acts on the workspace as the bot. Every method raises Refused when Slack would answer `ok: false`."""

    def __init__(self, workspace: Workspace, triggers: Triggers, unfurls: Unfurls, files: Files) -> None:
        self._workspace = workspace
        self._triggers = triggers
        self._files = files
        self.methods = {
            "auth.test": Method(self._auth_test),
            "chat.postMessage": Method(self._post_message, "chat:write"),
            "chat.postEphemeral": Method(self._post_ephemeral, "chat:write"),
            "chat.unfurl": Method(unfurls.unfurl, "links:write"),
            "chat.update": Method(self._update, "chat:write"),
            "conversations.info": Method(self._info, self._scope_to_read),
            "conversations.open": Method(self._open_conversation, "im:write"),
            "files.completeUploadExternal": Method(files.complete, "files:write"),
            "files.delete": Method(files.delete, "files:write"),
            "files.getUploadURLExternal": Method(files.name, "files:write"),
            "users.info": Method(self._user, "users:read"),
            "views.open": Method(self._open_view),
            "views.publish": Method(self._publish_view),
            "views.update": Method(self._update_view),
        }

    def _auth_test(self, _: Params) -> Answer:
        organisation = self._workspace.organisation
        return {
            "url": f"https://{sample_workspace.TEAM_DOMAIN}.slack.com/",
            "team": sample_workspace.TEAM_NAME,
            "user": self._workspace.users[sample_workspace.BOT].name,
            "team_id": sample_workspace.TEAM,
            "user_id": sample_workspace.BOT,
            "bot_id": sample_workspace.BOT_ID,
            **({"enterprise_id": organisation.id} if organisation else {}),
            "is_enterprise_install": False,
        }

    def _post_message(self, params: Params) -> Answer:
        channel = self._writable(params)
        self._check(params)
        thread_ts = params.get("thread_ts")
        if thread_ts and self._workspace.find(channel.id, thread_ts) is None:
            raise Refused("thread_not_found")
        broadcast = bool(thread_ts) and params.get("reply_broadcast") in {True, "true", "1"}
        more = {"thread_ts": thread_ts, "broadcast": broadcast, "metadata": params.get("metadata")}
        more["attachments"] = params.get("attachments") or []
        text = params.get("text", "")[: LIMITS.posted_text]
        posted = self._workspace.post(channel.id, sample_workspace.BOT, text, params.get("blocks"), **more)
        return {
            "channel": channel.id,
            "ts": posted.ts,
            "message": payload_objects.message(self._workspace, posted),
        }

    def _post_ephemeral(self, params: Params) -> Answer:
        channel = self._writable(params)
        self._check(params)
        if params.get("user") not in channel.members:
            raise Refused("user_not_in_channel")
        more = {"ephemeral_to": params["user"], "thread_ts": params.get("thread_ts")}
        posted = self._workspace.post(
            channel.id, sample_workspace.BOT, params.get("text", ""), params.get("blocks"), **more
        )
        return {"message_ts": posted.ts}

    def _update(self, params: Params) -> Answer:
        message = self._own_message(params)
        self._check(params)
        text = params.get("text", "")
        if len(text) > LIMITS.text:
            raise Refused("msg_too_long")
        self._workspace.edit(message, text, params.get("blocks"))
        shown = payload_objects.message(self._workspace, message)
        return {"channel": message.channel, "ts": message.ts, "text": text, "message": shown}

    def _check(self, params: Params) -> None:
        checked(params)
        self._files.require_ready(params.get("blocks"))

    def _check_view(self, view: Answer) -> Answer:
        self._files.require_ready(view["blocks"], "/view/blocks", error="invalid_arguments")
        return view

    def _own_message(self, params: Params) -> Message:
        """Unlike chat.postMessage, chat.update does not accept a user ID as the channel."""
        channel = self._known(str(params.get("channel")))
        message = self._workspace.find(channel.id, params.get("ts"))
        if message is None:
            raise Refused("message_not_found")
        if message.user != sample_workspace.BOT or message.ephemeral_to:
            raise Refused("cant_update_message")
        if channel.is_archived:
            raise Refused("is_archived")
        return message

    def _scope_to_read(self, params: Params) -> str:
        """Each kind of conversation has a scope of its own, also one that the bot is not in."""
        channel = self._workspace.channels.get(str(params.get("channel")))
        if channel is None or not (channel.is_private or channel.is_im or channel.is_mpim):
            return "channels:read"
        if channel.is_mpim:
            return "mpim:read"
        return "im:read" if channel.is_im else "groups:read"

    def _info(self, params: Params) -> Answer:
        return {"channel": payload_objects.channel(self._known(str(params.get("channel"))))}

    def _user(self, params: Params) -> Answer:
        person = self._workspace.users.get(str(params.get("user")))
        if person is None:
            raise Refused("user_not_found")
        return {"user": payload_objects.user(person)}

    def _open_conversation(self, params: Params) -> Answer:
        return {"channel": {"id": self._dm(str(params.get("users"))).id}}

    def _open_view(self, params: Params) -> Answer:
        body = self._check_view(checked_view(params.get("view")))
        user = self._triggers.redeem(str(params.get("trigger_id")))
        self._workspace.close_all(user)
        return {"view": payload_objects.view(self._workspace.push(user, body))}

    def _update_view(self, params: Params) -> Answer:
        body = self._check_view(checked_view(params.get("view")))
        view = self._open(params)
        if params.get("hash") not in {None, "", view.hash}:
            raise Refused("hash_conflict")
        self._workspace.redraw(view, body)
        return {"view": payload_objects.view(view)}

    def _publish_view(self, params: Params) -> Answer:
        body = self._check_view(checked_home(params.get("view")))
        person = self._workspace.users.get(str(params.get("user_id")))
        if person is None or not self._workspace.is_colleague(person.id):
            raise Refused("user_not_found")
        before = self._workspace.home(person.id)
        if params.get("hash") not in {None, "", before and before.hash}:
            raise Refused("hash_conflict")
        return {"view": payload_objects.view(self._workspace.publish(person.id, body))}

    def _open(self, params: Params) -> View:
        view = self._workspace.view(str(params.get("view_id")))
        if view is None:
            raise Refused("not_found")
        return view

    def _writable(self, params: Params) -> Channel:
        """The conversation to post in: one that the bot is in, or the DM with a person, by user ID."""
        name = str(params.get("channel"))
        channel = self._dm(name) if name.startswith("U") else self._known(name)
        if channel.is_archived:
            raise Refused("is_archived")
        if sample_workspace.BOT not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def _known(self, name: str) -> Channel:
        """For the bot, a private conversation that it is not in does not exist."""
        channel = self._workspace.channels.get(name)
        if channel is None or (
            sample_workspace.BOT not in channel.members and (channel.is_private or channel.is_im)
        ):
            raise Refused("channel_not_found")
        return channel

    def _dm(self, user: str) -> Channel:
        if not self._workspace.is_colleague(user):
            raise Refused("channel_not_found")
        if self._workspace.users[user].is_bot:  # HubSpot/slack-client#90: Slack has none between two bots
            raise Refused("cannot_dm_bot")
        return self._workspace.dm(user, sample_workspace.BOT)
