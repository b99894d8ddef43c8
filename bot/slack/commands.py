"""What `/order …` asks for. Pure: text in; what to say at once and the job to do, if any, out."""

from collections.abc import Callable

from bot.jobs.model import Find, Job, LookUp
from bot.jobs.request import Ephemeral, Place, Wanted
from bot.orders.finding import find_order_ids
from bot.orders.ids import OrderId
from bot.slack import refusals, words
from bot.slack.blocks import unescape
from bot.slack.help import HELP, help_on
from bot.slack.names import AT_ONCE
from bot.slack.payloads import Command

Reply = tuple[str, Job | None]


def reply(command: Command, key: str) -> Reply:
    """The sentence for the reply to the command itself, and the job whose answer replaces it.

    The first word may be a sub-command; with an order's UUID or link behind it, the order is meant.
    """
    word, _, rest = command.text.strip().partition(" ")
    ids = find_order_ids(command.text)
    if not command.text.strip():
        return HELP, None
    if word.lower() == "show":
        return _look_up(command, key, find_order_ids(rest), rest)
    if word.lower() in _VERBS and not (rest.strip() and ids):
        return _VERBS[word.lower()](command, key, rest.strip())
    return _look_up(command, key, ids, command.text)


def _look_up(command: Command, key: str, ids: tuple[OrderId, ...], typed: str) -> Reply:
    if not ids:
        return refusals.no_id(unescape(typed)), None
    return words.looking_up(ids[:AT_ONCE]), LookUp(
        key=key,
        asker=command.asker,
        place=_place(command),
        wanted=tuple(Wanted(order=order) for order in ids[:AT_ONCE]),
        skipped=len(ids[AT_ONCE:]),
    )


def _help(_command: Command, _key: str, rest: str) -> Reply:
    return help_on(rest), None


def _find(command: Command, key: str, rest: str) -> Reply:
    if not rest:
        return refusals.FIND_WHAT, None
    sought = unescape(rest)[:200]
    return words.searching(sought), Find(key=key, asker=command.asker, place=_place(command), words=sought)


def _recent(command: Command, key: str, _rest: str) -> Reply:
    return words.searching(None), Find(key=key, asker=command.asker, place=_place(command))


def _place(command: Command) -> Place:
    return Ephemeral(response_url=command.response_url, replace=True)


_VERBS: dict[str, Callable[[Command, str, str], Reply]] = {"help": _help, "find": _find, "recent": _recent}
