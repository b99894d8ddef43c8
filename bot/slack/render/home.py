"""A person's Home tab: what they watch, what finished lately, and how to begin."""

from collections.abc import Sequence

from bot.slack import blocks, constants
from bot.slack.blocks import Block
from bot.slack.limits import LIMITS
from bot.slack.render.buttons import block_id
from bot.slack.render.lists import Link, watch_row
from bot.slack.render.notices import stop_button
from bot.slack.text import watches as watch_text
from bot.slack.text.help import HELP
from bot.slack.text.notices import where
from bot.watches.models import Ending, Watch

MAX_WATCHES_ON_HOME = 30
MAX_FINISHED_ON_HOME = 10


def home_tab(found: Sequence[Watch], link: Link, note: str = "") -> Block:
    """The Home tab: what this person watches, what finished lately, and how to start."""
    live = [watch for watch in reversed(found) if watch.is_live]
    ended = sorted(
        (watch for watch in found if watch.ended_at and watch.ending is not Ending.STOPPED),
        key=lambda watch: watch.ended_at.timestamp() if watch.ended_at else 0,
        reverse=True,
    )
    finished = [watch for watch in live if watch.is_finished]
    working = [watch for watch in live if not watch.is_finished]
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
    row, *buttons = watch_row(watch, link, f" in {where(watch.place)}")
    if not buttons:
        return [row]
    stop = stop_button(watch.order, "Stop watching", watch.place)
    return [row, blocks.actions(block_id(watch.order, watch.place), stop)]


def _begin() -> Block:
    return blocks.button("Look up an order", constants.LOOK_UP)
