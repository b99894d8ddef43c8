"""A person's Home tab: what they watch, what finished lately, the accounts, and how to begin."""

from collections.abc import Sequence

from bot.slack import blocks, constants
from bot.slack.blocks import Block
from bot.slack.limits import LIMITS
from bot.slack.render.lists import Link, watch_row
from bot.slack.text import orders as order_text
from bot.slack.text import watches as watch_text
from bot.slack.text.help import HELP
from bot.watches.models import Ending, Watch

MAX_WATCHES_ON_HOME = 30
MAX_FINISHED_ON_HOME = 10


def home_tab(found: Sequence[Watch], link: Link, note: str = "", accounts: Sequence[Block] = ()) -> Block:
    """The Home tab: what this person watches, what finished lately, `accounts`, and how to start."""
    live = [watch for watch in reversed(found) if watch.is_live]
    ended = sorted(
        (watch for watch in found if watch.ended_at and watch.ending is not Ending.STOPPED),
        key=lambda watch: watch.ended_at.timestamp() if watch.ended_at else 0,
        reverse=True,
    )
    finished = [watch for watch in live if watch.is_finished]
    working = [watch for watch in live if not watch.is_finished]
    drawn = [blocks.section(note)] if note else []
    drawn.append(blocks.header(watch_text.YOUR_WATCHES))
    drawn += [watch_row(watch, link, watch.place) for watch in working[:MAX_WATCHES_ON_HOME]]
    if not working:
        drawn.append(blocks.section(watch_text.NOTHING_YOURS))
    if len(working) > MAX_WATCHES_ON_HOME:
        drawn.append(blocks.context(watch_text.more_watches(len(working) - MAX_WATCHES_ON_HOME)))
    if lately := [*finished, *ended][:MAX_FINISHED_ON_HOME]:
        drawn += [blocks.divider(), blocks.header(watch_text.FINISHED)]
        drawn += [watch_row(watch, link, watch.place) for watch in lately]
    drawn += [*accounts, blocks.divider(), blocks.section(HELP), blocks.actions("begin", _begin())]
    return {"type": "home", "callback_id": constants.HOME, "blocks": drawn[: LIMITS.modal_blocks]}


def _begin() -> Block:
    return blocks.button(order_text.LOOK_UP_AN_ORDER, constants.LOOK_UP)
