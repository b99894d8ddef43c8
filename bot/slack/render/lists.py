"""The watches of a channel."""

from collections.abc import Callable, Sequence

from bot.orders.progress import State
from bot.slack import blocks
from bot.slack.blocks import Block, fit_mrkdwn
from bot.slack.limits import LIMITS
from bot.slack.render.buttons import block_id
from bot.slack.render.models import Card
from bot.slack.render.notices import stop_button
from bot.slack.text import orders as order_text
from bot.slack.text import watches as watch_text
from bot.slack.text.notices import title
from bot.watches.models import CardLocation, Ending, Watch

MAX_WATCHES_LISTED = 20  # in one message: two blocks each, and a message has at most 50 blocks

Link = Callable[[CardLocation | None], str]


def watches(found: Sequence[Watch], link: Link) -> Card:
    """The answer to `/order list`."""
    if not found:
        nothing = watch_text.NOTHING_WATCHED
        return Card(text=nothing, blocks=[blocks.section(nothing)])
    newest = list(reversed(found))
    heading = watch_text.listed(len(found))
    drawn = [
        blocks.context(heading),
        *(block for watch in newest[:MAX_WATCHES_LISTED] for block in watch_row(watch, link)),
    ]
    if len(found) > MAX_WATCHES_LISTED:
        drawn.append(blocks.context(watch_text.more_watches(len(found) - MAX_WATCHES_LISTED)))
    text = "\n".join(
        [heading, *(f"{title(watch)}: {watch_text.status(watch)}" for watch in newest[:MAX_WATCHES_LISTED])]
    )
    return Card(text=fit_mrkdwn(text, LIMITS.text), blocks=drawn)


def watch_row(watch: Watch, link: Link, place: str = "") -> list[Block]:
    mark = order_text.mark(watch.seen.tally) if watch.seen else ":hourglass_flowing_sand:"
    mark = order_text.MARKS[State.DELETED] if watch.ending is Ending.DELETED else mark
    address = link(watch.home)
    there = f" · <{address}|thread>" if address else ""
    line = f"{mark} {title(watch)}{place}{there}\n{watch_text.status(watch)}"
    row = blocks.section(line)
    if not watch.is_live:
        return [row]
    return [row, blocks.actions(block_id(watch.order), stop_button(watch.order, "Stop watching"))]
