"""What the page draws: everything that one person sees, and what goes on behind it, as plain data."""

from collections import Counter
from typing import Any

from bot.sandbox.autoenhance import AutoenhanceSandbox
from bot.sandbox.delivery import Exchange
from bot.sandbox.doors import Call
from bot.sandbox.harbour import ANA, BEN, BOT, GUS, OLGA, SHOOTS, TEAM, TEAM_NAME
from bot.sandbox.order_shapes import Json
from bot.sandbox.orders import ELM, HARBOUR_VIEW, REASONS
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.webhook import WebhookCall
from bot.sandbox.workspace import Channel, Message, View

LOG_LENGTH = 80
ACTORS = (ANA, BEN, GUS, OLGA)
EXAMPLES = (
    f"/order {ELM}",
    f"/order watch {HARBOUR_VIEW}",
    f"/order https://app.autoenhance.ai/orders/{REASONS}",
    "/order help",
)


def snapshot(slack: SlackSandbox, autoenhance: AutoenhanceSandbox, viewer: str) -> Json:
    rooms = [room for room in slack.workspace.channels.values() if slack.workspace.sees(viewer, room.id)]
    return {
        "me": viewer,
        "team": TEAM_NAME,
        "bot": BOT,
        "home": SHOOTS,
        "actors": ACTORS,
        "examples": EXAMPLES,
        "shortcuts": slack.features.get("shortcuts", []),
        "users": {user.id: _user(slack, user.id) for user in slack.workspace.users.values()},
        "channels": [_channel(slack, room, viewer) for room in rooms],
        "has_app_home": slack.has_home(viewer),
        "app_home": _view(home) if (home := slack.home(viewer)) else None,
        "views": [_view(view) for view in slack.views(viewer)],
        "orders": [_order(autoenhance, order) for order in autoenhance.orders()],
        "mood": autoenhance.mood(),
        "log": _log(slack, autoenhance),
    }


def _user(slack: SlackSandbox, user_id: str) -> Json:
    user = slack.workspace.users[user_id]
    role = "guest" if user.is_guest else "" if user.team_id == TEAM else "other company"
    return {"name": user.name, "real_name": user.real_name, "role": role, "is_bot": user.is_bot}


def _channel(slack: SlackSandbox, room: Channel, viewer: str) -> Json:
    messages = slack.messages(room.id, viewer=viewer)
    replies = Counter(message.thread_ts for message in messages)
    seen = {message.ts: message for message in messages}
    others = [slack.workspace.users[id_].real_name for id_ in sorted(room.members - {viewer})]
    return {
        "id": room.id,
        "name": room.name or ", ".join(others),
        "is_im": room.is_im,
        "is_private": room.is_private,
        "is_archived": room.is_archived,
        "is_ext_shared": room.is_ext_shared,
        "has_bot": BOT in room.members,
        "messages": [_message(message, replies[message.ts], seen) for message in messages],
    }


def _message(message: Message, replies: int, seen: dict[str, Message]) -> Json:
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
        "replies": replies,
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


def _order(autoenhance: AutoenhanceSandbox, order: Json) -> Json:
    id_ = order["order_id"]
    return {"id": id_, "name": order["name"], "state": _state(order), "can_run": autoenhance.can_run(id_)}


def _state(order: Json) -> str:
    """A few words for the panel; what an order is, is the bot's business."""
    flags = [flag for flag in ("is_deleted", "is_merging", "is_processing") if order.get(flag)]
    counts = Counter(str(image.get("status")) for image in order["images"])
    return " · ".join([*flags, *(f"{count} {status}" for status, count in counts.items())]) or "no photos"


def _log(slack: SlackSandbox, autoenhance: AutoenhanceSandbox) -> list[Json]:
    lines = [_delivered(exchange) for exchange in slack.exchanges] + [_called(call) for call in slack.calls()]
    lines += [_webhook(call) for call in autoenhance.webhook_calls]
    return sorted(lines, key=lambda line: float(line["at"]))[-LOG_LENGTH:]


def _delivered(exchange: Exchange) -> Json:
    payload = exchange.payload
    clicked = [action["action_id"] for action in payload.get("actions", [])]
    kind = payload.get("event", payload).get("type", "raw")
    what = payload.get("command") or " ".join([kind, *clicked])
    result = exchange.error or exchange.status or "…"
    return {
        "at": exchange.at,
        "way": "in",
        "what": what,
        "result": result,
        "ms": round(1000 * exchange.seconds, 1),
    }


def _called(call: Call) -> Json:
    error = call.answer.get("error") if isinstance(call.answer, dict) else None
    result: Any = error or call.status or "…"
    return {"at": call.at, "way": "out", "what": call.method, "result": result}


def _webhook(call: WebhookCall) -> Json:
    what, result = f"webhook {call.body['event']}", call.error or call.status or "…"
    return {"at": call.at, "way": "hook", "what": what, "result": result, "ms": round(1000 * call.seconds, 1)}
