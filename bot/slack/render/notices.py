"""What a watch posts: its notices, the card of an order that is gone, and the word to the owner."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from bot.core.errors import OrderNotFound
from bot.jobs.requests import Wanted
from bot.orders.ids import OrderId
from bot.orders.progress import State
from bot.slack import blocks
from bot.slack import constants as names
from bot.slack.blocks import Block, escape, fit_mrkdwn
from bot.slack.limits import LIMITS
from bot.slack.render import cards
from bot.slack.render.buttons import Value, block_id, pack
from bot.slack.render.failures import failures_block, failures_text
from bot.slack.render.models import Card, OrderView, Placement, TroubleView
from bot.slack.text import notices as notice_words
from bot.slack.text import orders as words
from bot.slack.text import watches as watch_words
from bot.watches.models import Ending, Kind, Level, Notice, Watch

MOST_MENTIONED = 100  # what fits beside the longest name
SHOWN = 10  # orders in one message to an owner
_MARKS = {
    Kind.FINISHED: ":white_check_mark:",
    Kind.FAILED: ":warning:",
    Kind.FAILURE: ":warning:",
    Kind.STUCK: ":hourglass:",
    Kind.DELETED: ":wastebasket:",
    Kind.EXPIRED: ":no_bell:",
}


def notice(
    watch: Watch, told: Notice, view: OrderView | None, noticed: datetime, *, caused_by: str | None = None
) -> Card:
    """One message for everybody who watches; whoever's click brought it out is not mentioned.

    `view` is None when the order is gone.
    """
    concerned = [each for each in watch.watchers if told.concerns(each)]
    mentioned = [each.user_id for each in concerned if each.user_id != caused_by][:MOST_MENTIONED]
    said = notice_words.told(watch, told, view.progress.tally if view else None)
    next_step = notice_words.NEXT[told.kind]
    facts = f"{notice_words.clock(told, noticed)} · {notice_words.asked_by(watch.watchers)}"
    shows_failures = view is not None and told.kind in {Kind.FAILURE, Kind.FAILED}
    failures = view.progress.failures if view and shows_failures else ()
    opening = " ".join(part for part in (_MARKS[told.kind], said, notice_words.mention(mentioned)) if part)
    drawn = [
        blocks.section(opening),
        *failures_block(failures, cards.FEW, words.ON_THE_CARD),
        blocks.section(next_step),
        blocks.context(facts),
        _buttons(watch),
    ]
    spoken = (
        said,
        notice_words.mention(mentioned),
        failures_text(failures, cards.FEW, words.ON_THE_CARD),
        next_step,
        f"{facts}.",
    )
    return Card(text=fit_mrkdwn(" ".join(part for part in spoken if part), LIMITS.text), blocks=drawn)


def _buttons(watch: Watch) -> Block:
    drawn = []
    if watch.is_live:
        drawn.append(stop_button(watch.order, "Stop"))
    address = cards.WEB_APP + quote(watch.order, safe="")
    opening = blocks.button("Open in Autoenhance", names.OPEN, url=address)
    return blocks.actions(block_id(watch.order), opening, *drawn)


def stop_button(order: OrderId, label: str, value: str = "") -> Block:
    """`value` is the place of the watch, where it is not the one in which the button stands."""
    return blocks.button(label, names.STOP_WATCHING, value=value, says=f"Stop watching order {order.short}")


def begun(said: str, order: OrderId, level: Level, *, choice: bool) -> Card:
    """To whoever began a watch; who wants less than everything says so now, where there is a `choice`."""
    drawn = cards.say(said)
    if choice and level is Level.ALL:
        button = blocks.button("Failures only", names.WATCH_FAILURES)
        drawn["blocks"].append(blocks.actions(block_id(order), button))
    return drawn


def nothing_to_wait_for(view: OrderView, placement: Placement) -> Card:
    """To whoever wants to watch an order that is over."""
    return cards.with_note(cards.orders_card([view], placement), watch_words.NOTHING_TO_WAIT_FOR)


def watch_card(watch: Watch, view: OrderView | None) -> Card:
    """With what is known of the watch alone, where there is no `view` of its order."""
    if view is None:
        return gone_card(watch) if watch.ending is Ending.DELETED else brief_card(watch)
    return cards.orders_card([replace(view, watch=watch, before=watch.shown)], Placement("message"))


def gone_card(watch: Watch) -> Card:
    """The card of a watched order that Autoenhance does not know any more."""
    lost = cards.orders_card(
        [TroubleView(watch.order, OrderNotFound(), last=watch.seen)], Placement("message")
    )
    drawn = [_header(words.MARKS[State.DELETED], watch), *lost["blocks"]]
    said = f"{notice_words.title(watch)}. {lost['text']}"
    return cards.with_note(Card(text=said, blocks=drawn), watch_words.over(watch))


def _header(mark: str, watch: Watch) -> Block:
    return blocks.header(f"{mark} {watch.name or f'Order {watch.order.short}'}")


def brief_card(watch: Watch) -> Card:
    """A watch's card from what is known of it alone: the last look's counts, without the order."""
    said = watch_words.standing(watch)
    value = pack(Value(wanted=(Wanted(order=watch.order, before=watch.seen),)))
    buttons = [cards.recheck_button(watch.order, value)]
    if watch.is_live:
        buttons.append(stop_button(watch.order, "Stop watching"))
    mark = words.mark(watch.seen.tally) if watch.seen else ""
    counted = words.counted(watch.seen.tally) if watch.seen else ""
    told = said if said.startswith(counted) else f"{counted}.\n{said}"
    drawn = [_header(mark, watch), blocks.section(told), blocks.actions(block_id(watch.order), *buttons)]
    return Card(text=fit_mrkdwn(f"{notice_words.title(watch)}. {told}", LIMITS.text), blocks=drawn)


def parked(place: str, why: str, watches: Sequence[Watch]) -> Card:
    """To the owner, once: what rests, and why."""
    said = notice_words.parked(place, why, len(watches))
    drawn: list[Block] = [blocks.section(said)]
    for watch in watches[:SHOWN]:
        button = blocks.button("Watch for me here", names.WATCH, says=f"Watch order {watch.order.short} here")
        drawn += [blocks.section(_known(watch)), blocks.actions(block_id(watch.order), button)]
    if len(watches) > SHOWN:
        drawn.append(blocks.context(watch_words.more_watches(len(watches) - SHOWN)))
    named = "; ".join(_known(watch) for watch in watches[:SHOWN])
    return Card(text=fit_mrkdwn(f"{said} {named}", LIMITS.text), blocks=drawn)


def _known(watch: Watch) -> str:
    """As it was seen last: what could not be said there is said here."""
    if watch.seen is None:
        return notice_words.title(watch)
    tally = watch.seen.tally
    counted = f", {words.counted(tally)}" if tally.total else ""
    return f"{words.mark(tally)} {notice_words.title(watch)}: {escape(words.state(tally))}{counted}"
