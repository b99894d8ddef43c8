"""What the panel shows: every exchange as a row, the orders, the failures and the channels."""

from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from bot.sandbox.autoenhance.app import Asked, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.autoenhance.webhook import WebhookCall
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.endpoints import RESPOND, Call
from bot.sandbox.slack.sample_workspace import BOT

MAX_ROWS_PER_KIND = 60
"""How many rows of each kind are shown, so that one kind does not push out the others."""
BURST_SECONDS = 20.0
"""Webhook calls for one order are one burst while no gap between two is longer than this."""
MAX_ID_LENGTH = 12
"""A longer order ID is cut in the list."""
MAY_FAIL = ("chat.postMessage", "chat.update", "views.open", "views.update", RESPOND)


def inspector(slack: SlackSandbox, autoenhance: AutoenhanceSandbox) -> Json:
    return {
        "orders": [_order(autoenhance, order) for order in autoenhance.orders()],
        "mood": autoenhance.failure(),
        "second_key": autoenhance.second_key,
        "slack_moods": {method: slack.faults.standing().get(method, "well") for method in MAY_FAIL},
        "rooms": [
            {
                "id": channel.id,
                "name": channel.name,
                "has_bot": BOT in channel.members,
                "is_archived": channel.is_archived,
                "is_ext_shared": channel.is_ext_shared,
            }
            for channel in slack.workspace.channels.values()
            if not channel.is_im
        ],
        "log": wire(slack, autoenhance),
    }


def wire(slack: SlackSandbox, autoenhance: AutoenhanceSandbox) -> list[Json]:
    """One row for each exchange, oldest first. `exchange_details()` takes its `id`."""
    kinds = (
        [_delivered(slack, number, each) for number, each in _last(slack.exchanges)],
        [_called(slack, number, each) for number, each in _last(slack.calls())],
        [_asked(number, each) for number, each in _last(autoenhance.requests)],
        list(_webhooks(autoenhance.webhook_calls))[-MAX_ROWS_PER_KIND:],
    )
    return sorted((row for rows in kinds for row in rows), key=lambda row: float(row["at"]))


def _last(every: list[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(every))[-MAX_ROWS_PER_KIND:]


def _delivered(slack: SlackSandbox, number: int, exchange: Exchange) -> Json:
    retry = exchange.headers.get("X-Slack-Retry-Num")
    left = slack.uses_left(secret_of(exchange.payload))
    return {
        "id": f"d{number}",
        "kind": "delivery",
        "at": exchange.at,
        "what": _named(exchange.payload),
        "result": exchange.error or exchange.status or "…",
        "ok": not exchange.error,
        "ms": _ms(exchange.seconds),
        "notes": [f"retry {retry}"] * bool(retry) + [f"{left[0]} uses left" for left in [left] if left],
    }


def _named(payload: Json) -> str:
    """What the person did, in Slack's words, and which control they used."""
    if "command" in payload:
        return f"{payload['command']} {payload['text']}".strip()
    kind = str(payload.get("event", payload).get("type", "raw"))
    clicked = [str(action["action_id"]) for action in payload.get("actions", [])]
    return " ".join([kind, *clicked, *([str(payload["callback_id"])] if "callback_id" in payload else [])])


def secret_of(payload: Json) -> str:
    """The last part of the payload's response_url. Empty without one."""
    return str(payload.get("response_url", "")).rpartition("/")[2]


def _called(slack: SlackSandbox, number: int, call: Call) -> Json:
    error = call.answer.get("error") if isinstance(call.answer, dict) else None
    is_response = call.method == RESPOND
    left = slack.uses_left(call.secret) if is_response else None
    return {
        "id": f"c{number}",
        "kind": "response" if is_response else "api",
        "at": call.at,
        "what": "response_url" if is_response else call.method,
        "result": error or call.status or "…",
        "ok": not error and call.status in {0, HTTPStatus.OK},
        "ms": _ms(call.seconds),
        "notes": [f"{left[0]} uses left"] if left else [],
    }


def _asked(number: int, asked: Asked) -> Json:
    ended = asked.seconds is not None
    return {
        "id": f"a{number}",
        "kind": "autoenhance",
        "at": asked.at,
        "what": f"GET {_shortened(asked.path)}{'?' * bool(asked.query)}{asked.query}",
        "result": asked.status or ("no response" if ended else "…"),
        "ok": asked.status == HTTPStatus.OK or not ended,
        "ms": _ms(asked.seconds or 0),
        "notes": [],
    }


def _shortened(path: str) -> str:
    *way, last = path.split("/")
    return "/".join([*way, f"{last[:8]}…" if len(last) > MAX_ID_LENGTH else last])


def _webhooks(calls: list[WebhookCall]) -> Iterator[Json]:
    """One row for each burst of calls about one order, in the place of its first call."""
    bursts: list[list[int]] = []
    latest: dict[str, list[int]] = {}
    for number, call in enumerate(calls):
        order = str(call.body.get("order_id"))
        burst = latest.get(order)
        if burst is None or call.at - calls[burst[-1]].at > BURST_SECONDS:
            burst = latest[order] = []
            bursts.append(burst)
        burst.append(number)
    yield from (_burst([calls[number] for number in burst], burst[0]) for burst in bursts)


def _burst(calls: list[WebhookCall], first: int) -> Json:
    bad = [call for call in calls if call.error or call.status >= HTTPStatus.BAD_REQUEST]
    last = bad[-1] if bad else calls[-1]
    return {
        "id": f"w{first}",
        "kind": "webhook",
        "at": calls[0].at,
        "what": f"webhook {str(calls[0].body.get('order_id'))[:8]}…",
        "result": last.error or last.status or "…",
        "ok": not bad,
        "ms": _ms(max(call.seconds for call in calls)),
        "notes": [f"{len(calls)} calls"] if len(calls) > 1 else [],
    }


def _ms(seconds: float) -> int | None:
    return round(1000 * seconds) if seconds else None


def _order(autoenhance: AutoenhanceSandbox, order: Json) -> Json:
    statuses = Counter(str(image.get("status")) for image in order["images"])
    id_ = order["order_id"]
    return {
        "id": id_,
        "name": order["name"],
        "state": _state(order, statuses),
        "downloaded": sum(bool(image.get("downloaded")) for image in order["images"]),
        "has_photos": bool(autoenhance.photos(id_)),
        "is_deleted": order["is_deleted"],
        "mood": autoenhance.own_failure(id_),
    }


def _state(order: Json, statuses: Counter[str]) -> str:
    """A few words for the panel, as the API has them. Only the bot interprets an order."""
    flags = [flag for flag in ("is_deleted", "is_merging", "is_processing") if order.get(flag)]
    counted = (f"{count} {status}" for status, count in statuses.items() if status != "None")
    return " · ".join([*flags, *counted]) or f"{sum(statuses.values()) or 'no'} photos"
