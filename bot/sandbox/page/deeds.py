"""What a visitor of the page did, and which cards the bot sent for it."""

from collections.abc import Iterable, Iterator, Sequence

from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.page.inspector import secret_of
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.endpoints import Call
from bot.sandbox.slack.sample_workspace import BOT
from bot.sandbox.slack.workspace import Message

RECHECK, SHOW, WATCH = "Re-check", "Show", "watch"
Key = tuple[str, ...]
"""What an exchange and the bot's answer to it have in common."""


def answered(exchanges: Sequence[Exchange], calls: Sequence[Call]) -> Iterator[tuple[Exchange, float]]:
    """Each exchange for which a card came, with the time of the card. `calls` are those that went well."""
    asked: dict[Key, Exchange] = {}
    both: list[Exchange | Call] = [*exchanges, *calls]
    both.sort(key=lambda each: each.at)  # stable, so at one time an answer is after its question
    for each in both:
        if isinstance(each, Exchange):
            asked |= dict.fromkeys(_keys(each), each)
            continue
        found = next((asked[key] for key in _answers(each) if key in asked), None)
        if found is None:
            continue
        if each.method == "views.open":
            asked["view", str(each.answer["view"]["id"])] = found
        if is_card(each.params):
            yield found, each.at


def _keys(exchange: Exchange) -> Iterator[Key]:
    payload, event = exchange.payload, exchange.payload.get("event", {})
    known = {
        "url": secret_of(payload),
        "trigger": payload.get("trigger_id"),
        "view": payload.get("view", {}).get("id"),
        "message": payload.get("container", {}).get("message_ts"),
    }
    yield from ((kind, str(value)) for kind, value in known.items() if value)
    if event.get("type") in {"app_mention", "message"}:
        yield "thread", str(event["channel"]), str(event.get("thread_ts") or event["ts"])
    if event.get("type") == "message":
        yield "thread", str(event["channel"]), str(event.get("thread_ts"))


def _answers(call: Call) -> list[Key]:
    params = call.params
    match call.method:
        case "respond":
            return [("url", call.secret)]
        case "chat.postMessage":
            return [("thread", str(params.get("channel")), str(params.get("thread_ts")))]
        case "chat.update":
            return [("message", str(params.get("ts")))]
        case _:
            return [("trigger", str(params.get("trigger_id"))), ("view", str(params.get("view_id")))]


def is_card(params: Json) -> bool:
    """Whether it is the card of an order. Of all that the bot sends, only cards have a header."""
    return bool(title(params))


def title(params: Json) -> str:
    """The words of the first header. Empty without one."""
    view: Json = params.get("view") or {}
    blocks = [*(params.get("blocks") or []), *(view.get("blocks") or [])]
    headers = [str(block["text"]["text"]) for block in blocks if block.get("type") == "header"]
    return headers[0] if headers else ""


def typed(exchange: Exchange) -> str:
    """What was typed to the app, without its name or command. Empty for all that was not typed."""
    payload, event = exchange.payload, exchange.payload.get("event", {})
    if "command" in payload:
        return str(payload["text"])
    if event.get("type") in {"app_mention", "message"}:
        return str(event.get("text", "")).replace(f"<@{BOT}>", "").strip()
    return ""


def pressed(exchange: Exchange) -> set[str]:
    """The words of the buttons that were pressed."""
    actions = exchange.payload.get("actions", [])
    return {str((action.get("text") or {}).get("text", "")) for action in actions}


def is_watch(exchange: Exchange) -> bool:
    """Whether the visitor asked for a watch: in words, by a button or by a shortcut."""
    payload = exchange.payload
    view: Json = payload.get("view", {}) if payload.get("type") == "view_submission" else {}
    said = [typed(exchange), *pressed(exchange), payload.get("callback_id"), view.get("callback_id")]
    return not exchange.error and any(WATCH in str(each).lower().replace("_", " ").split() for each in said)


def is_look_up(exchange: Exchange) -> bool:
    """Whether the visitor asked for an order. Buttons of a card do not ask for one, except *Show*."""
    clicked = pressed(exchange) if exchange.payload.get("type") == "block_actions" else {SHOW}
    return not exchange.error and SHOW in clicked and not is_watch(exchange)


def notices(messages: Iterable[Message], since: float) -> Iterator[str]:
    """The words of what the bot posted in threads by itself: no cards, and no answers to mentions there."""
    asked: dict[str, str] = {}
    for message in messages:
        thread, is_a_card = message.thread_ts or message.ts, is_card({"blocks": message.blocks})
        if message.user != BOT:
            asked |= {thread: message.text} if f"<@{BOT}>" in message.text else {}
        elif thread in asked:
            if not (is_a_card and WATCH in asked[thread].split()):  # to a watch a sentence comes too
                del asked[thread]
        elif message.thread_ts and not is_a_card and not message.ephemeral_to and float(message.ts) >= since:
            yield message.plain()
