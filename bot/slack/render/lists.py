"""The watches of a channel."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.orders.progress import State
from bot.slack import blocks, constants
from bot.slack.blocks import Block, fit_mrkdwn
from bot.slack.limits import LIMITS
from bot.slack.render.buttons import block_id
from bot.slack.render.models import Card
from bot.slack.text import orders as order_text
from bot.slack.text import watches as watch_text
from bot.slack.text.notices import linked_title, where
from bot.watches.models import CardLocation, Condition, Ending, Watch

MAX_WATCHES_LISTED = 40  # in one message, which has at most 50 blocks
PAUSED_MARK = ":double_vertical_bar:"

Link = Callable[[CardLocation | None], str]


def watches(found: Sequence[Watch], link: Link) -> Card:
    """The answer to `/order list`: what is in progress, and below it what has finished."""
    if not found:
        nothing = watch_text.NOTHING_WATCHED
        return Card(text=nothing, blocks=[blocks.section(nothing)])
    newest = list(reversed(found))
    working = [watch for watch in newest if not watch.is_finished]
    shown = [*working, *(watch for watch in newest if watch.is_finished)][:MAX_WATCHES_LISTED]
    heading = (
        watch_text.listed(len(working), found[0].place, _as_of(working))
        if working
        else watch_text.ALL_FINISHED
    )
    finished = shown[len(working) :]
    drawn = [blocks.context(heading), *(watch_row(watch, link) for watch in shown[: len(working)])]
    spoken = [heading, *map(watch_text.spoken, shown[: len(working)])]
    if finished:
        drawn += [blocks.context(f"*{watch_text.FINISHED}*"), *(watch_row(watch, link) for watch in finished)]
        spoken += [f"{watch_text.FINISHED}:", *map(watch_text.spoken, finished)]
    if left := len(found) - len(shown):
        drawn.append(blocks.context(watch_text.more_watches(left)))
        spoken.append(watch_text.more_watches(left))
    return Card(text=fit_mrkdwn("\n".join(spoken), LIMITS.text), blocks=drawn)


def _as_of(working: Sequence[Watch]) -> datetime | None:
    """The oldest of the last checks, so that it is true of every row. A paused row has its own."""
    seen = [watch.seen.at for watch in working if watch.seen and watch.condition is not Condition.PAUSED]
    return min(seen, default=None)


def watch_row(watch: Watch, link: Link, place: str = "") -> Block:
    """One section, with a menu. `place`: said after the name, and kept in the menu.

    The block_id has the place too: an order that is watched in several channels has several rows.
    """
    title = linked_title(watch, link(watch.home)) + (f" in {where(place)}" if place else "")
    row = blocks.section(f"{_mark(watch)} {title}\n{watch_text.status(watch)}", accessory=_menu(watch, place))
    return row | {"block_id": block_id(watch.order, place)}


def _mark(watch: Watch) -> str:
    if watch.condition is Condition.PAUSED:
        return PAUSED_MARK
    if watch.ending is Ending.DELETED:
        return order_text.MARKS[State.DELETED]
    return order_text.mark(watch.seen.tally) if watch.seen else order_text.MARKS[State.WAITING]


def _menu(watch: Watch, place: str) -> Block:
    """A finished order has no Stop watching: its watch ends by itself."""
    options = [(watch_text.SHOW_CARD, constants.SHOW_CARD, "")]
    if watch.is_live and not watch.is_finished:
        options.append((order_text.STOP_WATCHING, f"{constants.STOP_ROW}:{place}", ""))
    return blocks.overflow(constants.ROW_MENU, options)
