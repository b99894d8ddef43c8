"""What `/order …` asks for. Pure: text in, the sentence for the ack and the job, if any, out."""

from collections.abc import Callable
from typing import Any

from bot.jobs.models import (
    Broadcast,
    Find,
    Job,
    ListWatches,
    LookUp,
    SendTestNotice,
    StartWatch,
    StopWatch,
    UnfurlLinks,
)
from bot.jobs.requests import Ephemeral, Place, Wanted
from bot.orders.ids import OrderId
from bot.orders.ids_in_text import find_order_ids
from bot.slack.blocks import unescape
from bot.slack.constants import MAX_ORDERS_PER_ANSWER
from bot.slack.listeners.payloads import Command
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from bot.slack.text import watches as watch_text
from bot.slack.text.help import HELP, help_on
from bot.watches.models import Level

Reply = tuple[str, Job | None]


def reply(command: Command, key: str) -> Reply:
    """The sentence for the ack, and the job whose answer replaces it. None if there is nothing to do.

    The first word may be a subcommand. If a UUID or a link of an order follows, only `show`, `watch` and
    `unwatch` count as subcommands. After any other word, the order is looked up.
    """
    word, rest = (*command.text.split(maxsplit=1), "", "")[:2]
    ids = find_order_ids(command.text)
    if not command.text.strip():
        return HELP, None
    if word.lower() == "show":
        return _look_up(command, key, find_order_ids(rest), rest)
    if word.lower() in _ORDER_SUBCOMMANDS:
        return _ORDER_SUBCOMMANDS[word.lower()](command, key, rest)
    if word.lower() in _SUBCOMMANDS and not (rest and ids):
        return _SUBCOMMANDS[word.lower()](command, key, rest)
    return _look_up(command, key, ids, command.text)


def _look_up(command: Command, key: str, ids: tuple[OrderId, ...], typed: str) -> Reply:
    if not ids:
        return refusals.no_id(unescape(typed)), None
    return order_text.looking_up(ids[:MAX_ORDERS_PER_ANSWER]), LookUp(
        key=key,
        asker=command.asker,
        place=_place(command),
        wanted=tuple(Wanted(order=order) for order in ids[:MAX_ORDERS_PER_ANSWER]),
        skipped=len(ids[MAX_ORDERS_PER_ANSWER:]),
    )


def _help(_command: Command, _key: str, rest: str) -> Reply:
    return help_on(rest), None


def _find(command: Command, key: str, rest: str) -> Reply:
    if not rest:
        return refusals.FIND_WHAT, None
    words = unescape(rest)[:200]
    return order_text.searching(words), Find(key=key, asker=command.asker, place=_place(command), words=words)


def _recent(command: Command, key: str, _rest: str) -> Reply:
    return order_text.searching(None), Find(key=key, asker=command.asker, place=_place(command))


def _watch(command: Command, key: str, rest: str) -> Reply:
    named, level = _level(rest)
    ids = find_order_ids(named)
    if not named:
        return watch_text.WATCH_WHAT, None
    if len(ids) != 1:
        return _not_one(named, ids), None
    return watch_text.starting(ids[0]), StartWatch(**_request(command, key), order=ids[0], level=level)


def _level(rest: str) -> tuple[str, Level | None]:
    """What is named, and the level beside it. A word such as `all` is an order ID if it stands alone."""
    typed = rest.split()
    levels = [_LEVELS[word.lower()] for word in typed if word.lower() in _LEVELS]
    named = [word for word in typed if word.lower() not in {*_LEVELS, "only"}]
    return (" ".join(named or typed[:1]), levels[-1]) if levels and len(typed) > 1 else (rest, None)


def _unwatch(command: Command, key: str, rest: str) -> Reply:
    ids = find_order_ids(rest)
    if not rest:
        return watch_text.UNWATCH_WHAT, None
    if len(ids) != 1:
        return _not_one(rest, ids), None
    return watch_text.STOPPING, StopWatch(**_request(command, key), order=ids[0])


def _not_one(typed: str, ids: tuple[OrderId, ...]) -> str:
    return watch_text.ONE_AT_A_TIME if ids else refusals.no_id(unescape(typed))


def _list(command: Command, key: str, _rest: str) -> Reply:
    return watch_text.LISTING, ListWatches(**_request(command, key))


def _test(command: Command, key: str, _rest: str) -> Reply:
    return watch_text.TRYING, SendTestNotice(**_request(command, key))


def _settings(command: Command, key: str, rest: str) -> Reply:
    """Without words, the answer says what both settings are."""
    name, switch, *more = (*rest.lower().split(), "", "")
    if any(more) or name not in _SETTINGS or switch not in _SWITCHES:
        return watch_text.SETTINGS_WHAT, None
    return watch_text.SETTING, _SETTINGS[name](**_request(command, key), on=_SWITCHES[switch])


def _request(command: Command, key: str) -> dict[str, Any]:
    return {"key": key, "asker": command.asker, "place": _place(command)}


def _place(command: Command) -> Place:
    return Ephemeral(response_url=command.response_url, replace=True)


# Subcommands. If a UUID or a link of an order follows one of these, the order is looked up instead.
_SUBCOMMANDS: dict[str, Callable[[Command, str, str], Reply]] = {
    "help": _help,
    "find": _find,
    "recent": _recent,
    "list": _list,
    "test": _test,
    "settings": _settings,
}
# These take an order.
_ORDER_SUBCOMMANDS: dict[str, Callable[[Command, str, str], Reply]] = {"watch": _watch, "unwatch": _unwatch}
_LEVELS = {"failures": Level.FAILURES, "failure": Level.FAILURES, "all": Level.ALL}
_SETTINGS: dict[str, type[Broadcast | UnfurlLinks]] = {
    "": Broadcast,  # its answer names both settings
    "broadcast": Broadcast,
    "unfurl": UnfurlLinks,
}
_SWITCHES = {"": None, "on": True, "off": False}
