"""The details of one exchange: what was sent and answered, shortened to be readable."""

import json
from typing import Any

from bot.sandbox.autoenhance.app import Asked, AutoenhanceSandbox
from bot.sandbox.autoenhance.webhook import WebhookCall
from bot.sandbox.page.inspector import BURST_SECONDS, secret_of
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.endpoints import Call

MAX_TEXT_LENGTH, MAX_LIST_ITEMS, MAX_SECRET_LENGTH = 400, 12, 12
ACK_SECONDS = 3.0
"""How long Slack waits for an ack."""
_SECRET = {"token", "authentication", "authorization", "x-api-key", "x-slack-signature", "cookie"}

ExchangeDetails = dict[str, Any]
"""`facts` are pairs of a name and a value. `parts` are pairs of a title and a text."""


def exchange_details(
    slack: SlackSandbox, autoenhance: AutoenhanceSandbox, row: str
) -> ExchangeDetails | None:
    """The details of the row with this ID. None when there is no such row."""
    number = int(row[1:]) if row[1:].isdecimal() else -1
    every: dict[str, list[Any]] = {
        "d": slack.exchanges,
        "c": slack.calls(),
        "a": autoenhance.requests,
        "w": autoenhance.webhook_calls,
    }
    held = every.get(row[:1], [])
    if not 0 <= number < len(held):
        return None
    match row[0]:
        case "d":
            return _delivery(slack, held[number])
        case "c":
            return _call(slack, held[number])
        case "a":
            return _request(held[number])
        case _:
            return _webhook(held[number:])


def _delivery(slack: SlackSandbox, exchange: Exchange) -> ExchangeDetails:
    late = exchange.seconds > ACK_SECONDS or exchange.error == "operation_timeout"
    acked = f"{1000 * exchange.seconds:.1f} ms{', too late. Slack waits 3 seconds' * late}"
    stamp = exchange.headers.get("X-Slack-Request-Timestamp")
    age = f"{exchange.at - float(stamp):.0f} seconds old when sent. Refused after 5 minutes" if stamp else ""
    facts = [
        ("Ack", acked if exchange.seconds else "None yet"),
        ("Sent over", "Socket Mode" if exchange.over_socket else "signed HTTP"),
        ("Signature", _short(exchange.headers.get("X-Slack-Signature", ""))),
        ("Timestamp", age),
        ("Retry", " ".join(v for k, v in exchange.headers.items() if k.startswith("X-Slack-Retry"))),
        ("response_url", _left(slack, secret_of(exchange.payload))),
    ]
    parts = [("Sent", _pretty(exchange.payload)), ("Response", _pretty(_read(exchange.reply)))]
    return _drawn(facts, parts)


def _call(slack: SlackSandbox, call: Call) -> ExchangeDetails:
    facts = [
        ("Status", str(call.status or "No response yet")),
        ("Took", f"{1000 * call.seconds:.1f} ms"),
        ("response_url", _left(slack, call.secret)),
    ]
    return _drawn(facts, [("Sent", _pretty(call.params)), ("Response", _pretty(call.answer))])


def _request(asked: Asked) -> ExchangeDetails:
    headers = {key: value for key, value in asked.headers.items() if key != "host"}
    facts = [
        ("Path", asked.path),
        ("Status", str(asked.status or "No response")),
        ("Took", f"{1000 * (asked.seconds or 0):.1f} ms"),
    ]
    return _drawn(facts, [("Headers", _pretty(headers)), ("Response", _pretty(_read(asked.answer)))])


def _webhook(calls: list[WebhookCall]) -> ExchangeDetails:
    """The burst of calls that begins with the first of `calls`."""
    burst = calls[:1]
    for call in calls[1:]:
        if call.body.get("order_id") != burst[0].body.get("order_id"):
            continue
        if call.at - burst[-1].at > BURST_SECONDS:
            break
        burst.append(call)
    lines = [
        f"{call.at - burst[0].at:5.1f} s  {call.error or call.status}  {1000 * call.seconds:.0f} ms  "
        f"{call.body.get('image_id')}{'  failed' * bool(call.body.get('error'))}"
        for call in burst
    ]
    facts = [("Calls", str(len(burst))), ("Order", str(burst[0].body.get("order_id")))]
    return _drawn(facts, [("Each call", "\n".join(lines)), ("Last call", _pretty(burst[-1].body))])


def _drawn(facts: list[tuple[str, str]], parts: list[tuple[str, str]]) -> ExchangeDetails:
    return {"facts": [fact for fact in facts if fact[1]], "parts": parts}


def _left(slack: SlackSandbox, secret: str) -> str:
    left = slack.uses_left(secret) if secret else None
    return f"{left[0]} of 5 uses and {left[1] / 60:.0f} minutes left" if left else ""


def _read(body: bytes) -> Any:
    text = body.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _pretty(value: Any) -> str:
    if value in ("", None):
        return "(empty)"
    return value if isinstance(value, str) else json.dumps(_fit(value), indent=2, ensure_ascii=False)


def _fit(value: Any, key: str = "") -> Any:
    """The value with long texts, long lists and secrets cut."""
    match value:
        case dict():
            return {name: _fit(held, str(name)) for name, held in value.items()}
        case list() if len(value) > MAX_LIST_ITEMS:
            kept = value[: MAX_LIST_ITEMS // 4]
            return [*(_fit(each) for each in kept), f"… and {len(value) - len(kept)} more"]
        case list():
            return [_fit(each) for each in value]
        case str() if key.lower() in _SECRET:
            return _short(value)
        case str() if len(value) > MAX_TEXT_LENGTH:
            return f"{value[:MAX_TEXT_LENGTH]}… ({len(value):,} characters)"
        case _:
            return value


def _short(secret: str) -> str:
    return f"{secret[:10]}…" if len(secret) > MAX_SECRET_LENGTH else secret
