"""What `/order …` asks for. Pure: text in; what to say at once and the job to do, if any, out."""

from collections.abc import Callable
from typing import Any

from bot.jobs.models import (
    Broadcast,
    Find,
    Job,
    ListWatches,
    LookUp,
    StartWatch,
    StopWatch,
    TryNotices,
    UnfurlLinks,
)
from bot.jobs.requests import Ephemeral, Place, Wanted
from bot.orders.ids import OrderId
from bot.orders.parsing import find_order_ids
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
    """The sentence for the reply to the command itself, and the job whose answer replaces it.

    The first word may be a sub-command; with an order's UUID or link behind it, the order is meant.
    """
    word, rest = (*command.text.split(maxsplit=1), "", "")[:2]
    ids = find_order_ids(command.text)
    if not command.text.strip():
        return HELP, None
    if word.lower() == "show":
        return _look_up(command, key, find_order_ids(rest), rest)
    if word.lower() in _ABOUT_ONE:
        return _ABOUT_ONE[word.lower()](command, key, rest)
    if word.lower() in _VERBS and not (rest and ids):
        return _VERBS[word.lower()](command, key, rest)
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
    sought = unescape(rest)[:200]
    return order_text.searching(sought), Find(
        key=key, asker=command.asker, place=_place(command), words=sought
    )


def _recent(command: Command, key: str, _rest: str) -> Reply:
    return order_text.searching(None), Find(key=key, asker=command.asker, place=_place(command))


def _watch(command: Command, key: str, rest: str) -> Reply:
    named, level = _level(rest)
    ids = find_order_ids(named)
    if not named:
        return watch_text.WATCH_WHAT, None
    if len(ids) != 1:
        return _not_one(named, ids), None
    return watch_text.starting(ids[0]), StartWatch(**_from(command, key), order=ids[0], level=level)


def _level(rest: str) -> tuple[str, Level | None]:
    """What is named, and the option beside it; an order may be called like an option, alone."""
    said = rest.split()
    levels = [_LEVELS[word.lower()] for word in said if word.lower() in _LEVELS]
    named = [word for word in said if word.lower() not in {*_LEVELS, "only"}]
    return (" ".join(named or said[:1]), levels[-1]) if levels and len(said) > 1 else (rest, None)


def _unwatch(command: Command, key: str, rest: str) -> Reply:
    ids = find_order_ids(rest)
    if not rest:
        return watch_text.UNWATCH_WHAT, None
    if len(ids) != 1:
        return _not_one(rest, ids), None
    return watch_text.STOPPING, StopWatch(**_from(command, key), order=ids[0])


def _not_one(typed: str, ids: tuple[OrderId, ...]) -> str:
    return watch_text.ONE_AT_A_TIME if ids else refusals.no_id(unescape(typed))


def _list(command: Command, key: str, _rest: str) -> Reply:
    return watch_text.LISTING, ListWatches(**_from(command, key))


def _test(command: Command, key: str, _rest: str) -> Reply:
    return watch_text.TRYING, TryNotices(**_from(command, key))


def _settings(command: Command, key: str, rest: str) -> Reply:
    """Bare, it says how they stand."""
    name, turned, *more = (*rest.lower().split(), "", "")
    if any(more) or name not in _SETTINGS or turned not in _TURNED:
        return watch_text.SETTINGS_WHAT, None
    return watch_text.SETTING, _SETTINGS[name](**_from(command, key), on=_TURNED[turned])


def _from(command: Command, key: str) -> dict[str, Any]:
    return {"key": key, "asker": command.asker, "place": _place(command)}


def _place(command: Command) -> Place:
    return Ephemeral(response_url=command.response_url, replace=True)


# The first word of what is typed. With an order behind it, a verb of the first table means that order …
_VERBS: dict[str, Callable[[Command, str, str], Reply]] = {
    "help": _help,
    "find": _find,
    "recent": _recent,
    "list": _list,
    "test": _test,
    "settings": _settings,
}
# … and one of the second does what it says with it.
_ABOUT_ONE: dict[str, Callable[[Command, str, str], Reply]] = {"watch": _watch, "unwatch": _unwatch}
_LEVELS = {"failures": Level.FAILURES, "failure": Level.FAILURES, "all": Level.ALL}
_SETTINGS: dict[str, type[Broadcast | UnfurlLinks]] = {
    "": Broadcast,  # it tells of the others too
    "broadcast": Broadcast,
    "unfurl": UnfurlLinks,
}
_TURNED = {"": None, "on": True, "off": False}
