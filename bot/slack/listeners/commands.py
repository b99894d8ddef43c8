"""What `/order …`, a mention or a direct message asks for. Pure: text in, a job or a sentence out."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from bot.jobs.models import (
    Broadcast,
    CardLine,
    Find,
    Job,
    ListWatches,
    LookUp,
    SendTestNotice,
    SetTimeZone,
    ShowLine,
    StartWatch,
    StopWatch,
    UnfurlLinks,
)
from bot.jobs.pictures import ChoosePictures
from bot.jobs.requests import Ephemeral, Place, Wanted
from bot.orders.ids_in_text import find_mentioned_ids, find_order_ids
from bot.orders.names import has_letters
from bot.slack.blocks import unescape
from bot.slack.constants import MAX_ORDERS_PER_ANSWER
from bot.slack.listeners import deadlines, names, words
from bot.slack.listeners.payloads import Command
from bot.slack.listeners.words import Typed
from bot.slack.text import deadlines as deadline_text
from bot.slack.text import refusals
from bot.slack.text import search as search_text
from bot.slack.text import watches as watch_text
from bot.slack.text.help import help_on
from bot.watches.models import Level

Reply = Job | str


def reply(command: Command, key: str) -> Reply:
    """The job to record, or the sentence that is the whole answer.

    The first word may be a subcommand. If a UUID or a link of an order follows, only `show`, `watch` and
    `unwatch` count as subcommands. A word that is nearly a subcommand is asked about. After any other word,
    the order is looked up.
    """
    typed = words.typed(command.text)
    if not typed.text:
        return _help(command, key, "")
    is_known = typed.word in _ALL_SUBCOMMANDS and not typed.marked
    if is_known and (typed.word in _ORDER_SUBCOMMANDS or not find_mentioned_ids(typed.rest)):
        return _ALL_SUBCOMMANDS[typed.word](command, key, typed.rest)
    text = typed.rest if is_known else typed.text
    return _ask_back(typed) or look_up_or_search(text, _request(command, key))


def is_subcommand(text: str) -> bool:
    return words.typed(text).word in _ALL_SUBCOMMANDS


def _ask_back(typed: Typed) -> Reply | None:
    """Whether the word was meant as a subcommand, if it nearly is one and an order follows, or nothing."""
    about_failures = typed.word in _FAILURES or words.nearest(typed.word, _FAILURES)
    meant = "watch" if about_failures else _nearest_subcommand(typed)
    if not meant:
        return None
    ids = find_order_ids(typed.rest)
    is_slip = not typed.rest or ids or typed.word == meant or _names_setting(meant, typed.rest)
    if not is_slip or (meant in _SUBCOMMANDS and find_mentioned_ids(typed.rest)):
        return None
    named = " ".join(ids) or unescape(typed.rest)
    if about_failures:
        named = f"{named or '[id]'} failures"
    suggested = meant if meant in _ALONE else f"{meant} {named}".strip()
    or_id = "" if typed.rest else typed.word
    return refusals.did_you_mean(typed.marked or typed.word, suggested, or_id=or_id)


def _nearest_subcommand(typed: Typed) -> str:
    """The word itself in `watch: …`. Also `watch` in `watch-order …`: alone that may be an order's id."""
    if typed.word in _ALL_SUBCOMMANDS:
        return typed.word if typed.marked else ""
    if typed.word in _OTHER_WORDS:
        return _OTHER_WORDS[typed.word]
    begins = typed.word.replace("_", "-").partition("-")[0]
    joined = begins if typed.rest and begins in _ORDER_SUBCOMMANDS else ""
    return joined or words.nearest(typed.word, _ALL_SUBCOMMANDS)


def _names_setting(meant: str, rest: str) -> bool:
    return meant == "settings" and words.bare(rest.split(maxsplit=1)[0]) in _SETTINGS


def look_up_or_search(text: str, request: dict[str, Any]) -> Reply:
    """For what was typed without a subcommand: the orders that it names. Without an ID, a search by name.

    `request` has the key, the asker and the place of the job. The sentences have no markup.
    """
    if ids := find_order_ids(text):
        return LookUp(
            **request,
            wanted=tuple(Wanted(order=order) for order in ids[:MAX_ORDERS_PER_ANSWER]),
            skipped=len(ids[MAX_ORDERS_PER_ANSWER:]),
        )
    return _search(names.asked_about(text), request, typed=names.sought(text))


def _search(name: str, request: dict[str, Any], typed: str = "") -> Reply:
    if len(name) > names.MAX_NAME_CHARACTERS:  # first: a long text of accents alone takes seconds to fold
        return search_text.TOO_LONG
    if not has_letters(name):
        return search_text.NO_NAME
    return Find(**request, words=name, typed=typed[: names.MAX_NAME_CHARACTERS])


def _show(command: Command, key: str, rest: str) -> Reply:
    return look_up_or_search(rest, _request(command, key))


def _help(command: Command, _key: str, rest: str) -> Reply:
    return help_on(words.bare(unescape(rest)), in_conversation=command.place is not None)


def _find(command: Command, key: str, rest: str) -> Reply:
    return _search(names.sought(rest), _request(command, key)) if rest else search_text.FIND_WHAT


def _recent(command: Command, key: str, _rest: str) -> Reply:
    return Find(**_request(command, key))


def _watch(command: Command, key: str, rest: str) -> Reply:
    typed, level = _level(rest)
    named, due = deadlines.taken_from(typed)
    ids = find_order_ids(named)
    if not named:
        return watch_text.WATCH_WHAT if due is None else deadline_text.WITHOUT_ORDER
    if slip := _slip_of_a_level(named):
        meant = find_mentioned_ids(named) or ("[id]",)
        return refusals.did_you_mean(slip, f"watch {' '.join(meant)} failures")
    if len(ids) != 1:
        return watch_text.ONE_AT_A_TIME if ids else refusals.no_id_to_watch(unescape(typed))
    if isinstance(due, str):
        return due
    return StartWatch(**_request(command, key), order=ids[0], level=level, adopt=command.thread, due=due)


def _level(rest: str) -> tuple[str, Level | None]:
    """What is named, and the level beside it. A word such as `all` is an order ID if it stands alone."""
    typed = rest.split()
    levels = [_LEVELS[words.bare(word)] for word in typed if words.bare(word) in _LEVELS]
    named = [word for word in typed if words.bare(word) not in {*_LEVELS, "only"}]
    return (" ".join(named or typed[:1]), levels[-1]) if levels and len(typed) > 1 else (rest, None)


def _slip_of_a_level(named: str) -> str:
    """A word such as `failures-only` or `failed`, which would be ignored beside an order."""
    typed = list(map(words.bare, named.split()))
    slips = [word for word in typed if "failure" in word and word.isascii() and not re.search(r"[\d/]", word)]
    if len(typed) > 1:  # a word alone may be an order's id
        slips += [word for word in typed if word in _OTHER_FORMS or words.nearest(word, _FAILURES)]
    return next((word for word in slips if word not in _FAILURES), "")


def _unwatch(command: Command, key: str, rest: str) -> Reply:
    ids = find_order_ids(rest)
    if not rest:
        return watch_text.UNWATCH_WHAT
    if len(ids) != 1:
        return watch_text.ONE_TO_STOP if ids else refusals.no_id_to_unwatch(unescape(rest))
    return StopWatch(**_request(command, key), order=ids[0])


def _list(command: Command, key: str, _rest: str) -> Reply:
    return ListWatches(**_request(command, key))


def _test(command: Command, key: str, _rest: str) -> Reply:
    return SendTestNotice(**_request(command, key))


def _settings(command: Command, key: str, rest: str) -> Reply:
    """Without words, the answer says what all settings are."""
    name, switch, *more = (*map(words.bare, rest.split()), "", "")
    if any(more) or name not in _SETTINGS or switch not in _SWITCHES:
        return watch_text.SETTINGS_WHAT
    return _SETTINGS[name](**_request(command, key), on=_SWITCHES[switch])


def _request(command: Command, key: str) -> dict[str, Any]:
    return {"key": key, "asker": command.asker, "place": _place(command)}


def _place(command: Command) -> Place:
    return command.place or Ephemeral(response_url=command.response_url)


# Subcommands. If a UUID or a link of an order follows one of these, the order is looked up instead.
_SUBCOMMANDS: dict[str, Callable[[Command, str, str], Reply]] = {
    "help": _help,
    "find": _find,
    "recent": _recent,
    "list": _list,
    "test": _test,
    "settings": _settings,
}
_ALONE = {"recent", "list", "test"}  # nothing follows these
# These take an order.
_ORDER_SUBCOMMANDS: dict[str, Callable[[Command, str, str], Reply]] = {
    "show": _show,
    "watch": _watch,
    "unwatch": _unwatch,
}
_ALL_SUBCOMMANDS = _SUBCOMMANDS | _ORDER_SUBCOMMANDS
_OTHER_WORDS = {"stop": "unwatch"}  # what people say instead, as in "stop watching …"
_LEVELS = {"failures": Level.FAILURES, "failure": Level.FAILURES, "all": Level.ALL}
_FAILURES = {word for word, level in _LEVELS.items() if level is Level.FAILURES}
_OTHER_FORMS = {"fail", "fails", "failed", "failing"}
_SETTINGS: dict[str, Callable[..., Job]] = {
    "": Broadcast,  # its answer names all settings
    "broadcast": Broadcast,
    "unfurl": UnfurlLinks,
    "pictures": ChoosePictures,
    **{line: partial(ShowLine, line=line) for line in CardLine},
    "timezone": SetTimeZone,  # of the asker alone
}
_SWITCHES = {"": None, "on": True, "off": False}
