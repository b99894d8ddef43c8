"""Lists of watches: in a channel, and on a person's Home tab."""

from collections.abc import Callable, Sequence

from bot.orders.progress import State
from bot.slack import blocks, constants
from bot.slack.blocks import Block, fit_mrkdwn
from bot.slack.limits import LIMITS
from bot.slack.render.buttons import block_id
from bot.slack.render.models import Card
from bot.slack.render.notices import stop_button
from bot.slack.text import orders as order_text
from bot.slack.text import watches as watch_text
from bot.slack.text.help import HELP
from bot.slack.text.notices import title, where
from bot.watches.models import CardLocation, Ending, Watch

MAX_WATCHES_LISTED = 20  # in one message: two blocks each, and a message has at most 50 blocks
MAX_WATCHES_ON_HOME = 30
MAX_FINISHED_ON_HOME = 10

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
        *(block for watch in newest[:MAX_WATCHES_LISTED] for block in _watch(watch, link)),
    ]
    if len(found) > MAX_WATCHES_LISTED:
        drawn.append(blocks.context(watch_text.more_watches(len(found) - MAX_WATCHES_LISTED)))
    text = "\n".join(
        [heading, *(f"{title(watch)}: {watch_text.status(watch)}" for watch in newest[:MAX_WATCHES_LISTED])]
    )
    return Card(text=fit_mrkdwn(text, LIMITS.text), blocks=drawn)


def _watch(watch: Watch, link: Link, place: str = "") -> list[Block]:
    mark = order_text.mark(watch.seen.tally) if watch.seen else ":hourglass_flowing_sand:"
    mark = order_text.MARKS[State.DELETED] if watch.ending is Ending.DELETED else mark
    address = link(watch.home)
    there = f" · <{address}|thread>" if address else ""
    line = f"{mark} {title(watch)}{place}{there}\n{watch_text.status(watch)}"
    row = blocks.section(line)
    if not watch.is_live:
        return [row]
    return [row, blocks.actions(block_id(watch.order), stop_button(watch.order, "Stop watching"))]


def home(found: Sequence[Watch], link: Link, note: str = "") -> Block:
    """The Home tab: what this person watches, what finished lately, and how to start."""
    live = [watch for watch in reversed(found) if watch.is_live]
    ended = sorted(
        (watch for watch in found if watch.ended_at and watch.ending is not Ending.STOPPED),
        key=lambda watch: watch.ended_at.timestamp() if watch.ended_at else 0,
        reverse=True,
    )
    finished = [watch for watch in live if watch.is_over]
    working = [watch for watch in live if not watch.is_over]
    drawn = [blocks.section(note)] if note else []
    drawn.append(blocks.header("What you watch"))
    drawn += [block for watch in working[:MAX_WATCHES_ON_HOME] for block in _mine(watch, link)]
    if not working:
        drawn.append(blocks.section(watch_text.NOTHING_YOURS))
    if len(working) > MAX_WATCHES_ON_HOME:
        drawn.append(blocks.context(watch_text.more_watches(len(working) - MAX_WATCHES_ON_HOME)))
    if lately := [*finished, *ended][:MAX_FINISHED_ON_HOME]:
        drawn += [blocks.divider(), blocks.header("Finished lately")]
        drawn += [_mine(watch, link)[0] for watch in lately]  # without Stop: these watches end themselves
    drawn += [blocks.divider(), blocks.section(HELP), blocks.actions("begin", _begin())]
    return {"type": "home", "callback_id": constants.HOME, "blocks": drawn[: LIMITS.modal_blocks]}


def _mine(watch: Watch, link: Link) -> list[Block]:
    """A row with the watch's place in the button and in the block_id.

    Without the place, an order that is watched in several channels would have one block_id twice.
    """
    row, *buttons = _watch(watch, link, f" in {where(watch.place)}")
    if not buttons:
        return [row]
    stop = stop_button(watch.order, "Stop watching", watch.place)
    return [row, blocks.actions(block_id(watch.order, watch.place), stop)]


def _begin() -> Block:
    return blocks.button("Look up an order", constants.LOOK_UP)
