"""The payloads of the Events API. No person waits for an answer to them."""

import secrets

from bot.sandbox.slack import sample_workspace
from bot.sandbox.slack.payloads import TOKEN, Occasion, Payload
from bot.sandbox.slack.unfurls import POSTED, Paste


def app_home_opened(occasion: Occasion, view: Payload | None) -> Payload:
    """An event has no trigger_id. It has the view only if one was published before."""
    event = {
        "type": "app_home_opened",
        "user": occasion.user.id,
        "channel": occasion.channel.id,
        "tab": "home",
        **({} if view is None else {"view": view}),
        "event_ts": occasion.ts,
    }
    return _event(occasion, event)


def member_joined_channel(occasion: Occasion) -> Payload:
    channel = occasion.channel
    event = {
        "type": "member_joined_channel",
        "user": occasion.user.id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": sample_workspace.TEAM,
        "event_ts": occasion.ts,
    }
    return _event(occasion, event)


def app_mention(occasion: Occasion, message: Payload) -> Payload:
    return _event(occasion, _written(occasion, message) | {"type": "app_mention"})


def message_im(occasion: Occasion, message: Payload) -> Payload:
    return _event(occasion, _written(occasion, message) | {"channel_type": "im"})


def _written(occasion: Occasion, message: Payload) -> Payload:
    return message | {"channel": occasion.channel.id, "event_ts": message["ts"]}


def link_shared(occasion: Occasion, paste: Paste, *, is_member: bool) -> Payload:
    """The event has the message's place and its links, not its text.

    `is_member` says whether the bot is in the channel.
    """
    message = paste.message
    event = {
        "type": "link_shared",
        "user": message.user,
        "channel": message.channel,
        "message_ts": message.ts,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        "links": paste.links,
        "source": POSTED,
        "unfurl_id": paste.unfurl_id,
        "is_bot_user_member": is_member,
        "event_ts": occasion.ts,
    }
    return _event(occasion, event)


def _event(occasion: Occasion, event: Payload) -> Payload:
    bot = {"team_id": sample_workspace.TEAM, "user_id": sample_workspace.BOT, "is_bot": True}
    organisation = occasion.organisation.id if occasion.organisation else None
    return {
        "token": TOKEN,
        "team_id": occasion.user.team_id,
        **({"enterprise_id": organisation} if organisation else {}),
        "api_app_id": sample_workspace.APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(float(occasion.ts)),
        "authorizations": [{"enterprise_id": organisation, **bot, "is_enterprise_install": False}],
        "is_ext_shared_channel": occasion.channel.is_ext_shared,
    }
