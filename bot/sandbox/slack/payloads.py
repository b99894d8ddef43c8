"""The payloads that Slack delivers, with the same keys as recorded ones."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack import sample_workspace
from bot.sandbox.slack.blocks import Control
from bot.sandbox.slack.workspace import Channel, Organisation, User

Payload = dict[str, Any]

TOKEN = "sandbox-verification-token"
"""Slack's old verification token. Slack still sends it, but it proves nothing."""


@dataclass(frozen=True)
class Occasion:
    """One action of a person: who did it, where, and what Slack gives to the app for it."""

    user: User
    channel: Channel
    trigger_id: str
    response_url: str
    ts: str
    organisation: Organisation | None = None


def command(occasion: Occasion, name: str, text: str) -> dict[str, str]:
    return {
        "token": TOKEN,
        # In a channel that workspaces of one organisation share, it is not documented whose team this is.
        "team_id": occasion.user.team_id,
        "team_domain": sample_workspace.TEAM_DOMAIN,
        **(_flat(occasion.organisation) if occasion.organisation else {}),
        "channel_id": occasion.channel.id,
        "channel_name": _visible_name(occasion.channel),
        "user_id": occasion.user.id,
        "user_name": occasion.user.name,
        "command": name,
        "text": text,
        "api_app_id": sample_workspace.APP,
        "is_enterprise_install": "false",
        "response_url": occasion.response_url,
        "trigger_id": occasion.trigger_id,
    }


def message_action(occasion: Occasion, callback_id: str, message: Payload) -> Payload:
    return {
        **_interaction("message_action", occasion),
        "action_ts": occasion.ts,
        "callback_id": callback_id,
        "channel": _channel(occasion.channel),
        "message_ts": message["ts"],
        "message": message,
        "response_url": occasion.response_url,
    }


def shortcut(occasion: Occasion, callback_id: str) -> Payload:
    """The payload does not name the channel."""
    return {**_interaction("shortcut", occasion), "action_ts": occasion.ts, "callback_id": callback_id}


def click_in_message(
    occasion: Occasion, control: Control, message: Payload, *, ephemeral: bool, below: Payload | None = None
) -> Payload:
    """For an ephemeral message the payload has no `message`. `below` is the attachment of the control."""
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": occasion.channel.id,
        "is_ephemeral": ephemeral,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    if below is not None:
        container |= {"type": "message_attachment", "attachment_id": below["id"]}
        container |= {key: below[key] for key in ("is_app_unfurl", "app_unfurl_url") if key in below}
    return {
        **_interaction("block_actions", occasion),
        "container": container,
        **({"app_unfurl": below} if "is_app_unfurl" in container else {}),
        "channel": _channel(occasion.channel),
        **({} if ephemeral else {"message": message}),
        "state": {"values": {}},
        "response_url": occasion.response_url,
        "actions": [action(control, occasion.ts)],
    }


def click_in_view(occasion: Occasion, control: Control, view: Payload) -> Payload:
    return {
        **_interaction("block_actions", occasion),
        "container": {"type": "view", "view_id": view["id"]},
        "view": view,
        "actions": [action(control, occasion.ts)],
    }


def view_submission(occasion: Occasion, view: Payload) -> Payload:
    return {**_interaction("view_submission", occasion), "view": view, "response_urls": []}


def view_closed(occasion: Occasion, view: Payload) -> Payload:
    """The one interaction that has no trigger_id."""
    payload = {**_interaction("view_closed", occasion), "view": view, "is_cleared": False}
    del payload["trigger_id"]
    return payload


def action(control: Control, action_ts: str) -> Payload:
    """The clicked control. For a menu, the chosen option."""
    element = control.element
    payload = {"action_id": element["action_id"], "block_id": control.block_id, "type": element["type"]}
    if element["type"] == "checkboxes":
        payload["selected_options"] = [control.option]
    elif control.option is not None:
        payload["selected_option"] = control.option
    else:
        payload |= {key: element[key] for key in ("text", "value", "url", "style") if key in element}
    return {**payload, "action_ts": action_ts}


def _interaction(kind: str, occasion: Occasion) -> Payload:
    user, organisation = occasion.user, occasion.organisation
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": sample_workspace.APP,
        "token": TOKEN,
        "team": {
            "id": sample_workspace.TEAM,
            "domain": sample_workspace.TEAM_DOMAIN,
            **(_flat(organisation) if organisation else {}),
        },
        "enterprise": {"id": organisation.id, "name": organisation.name} if organisation else None,
        "is_enterprise_install": False,
        "trigger_id": occasion.trigger_id,
    }


def _flat(organisation: Organisation) -> dict[str, str]:
    return {"enterprise_id": organisation.id, "enterprise_name": organisation.name}


def _channel(channel: Channel) -> Payload:
    return {"id": channel.id, "name": _visible_name(channel)}


def _visible_name(channel: Channel) -> str:
    """Slack does not send the name of a private conversation to an app."""
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name
