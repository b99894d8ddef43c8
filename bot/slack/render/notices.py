"""What a watch posts: its notices, the card of a deleted order, and the message to a paused watch's owner."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from bot.core.errors import OrderNotFound
from bot.jobs.requests import Wanted
from bot.orders.ids import OrderId
from bot.orders.progress import State
from bot.slack import blocks, constants
from bot.slack.blocks import Block, escape, fit_mrkdwn, one_line
from bot.slack.limits import LIMITS
from bot.slack.render import cards
from bot.slack.render.buttons import ButtonValue, block_id, pack
from bot.slack.render.failures import failures_block, failures_text
from bot.slack.render.models import Card, FailedLookUp, OrderView, Placement
from bot.slack.text import notices as notice_text
from bot.slack.text import orders as order_text
from bot.slack.text import watches as watch_text
from bot.watches.models import Ending, Level, Notice, NoticeKind, Watch

MAX_MENTIONS = 100  # as many as fit beside the longest name
MAX_ORDERS_SHOWN = 10  # in one message to an owner
_MARKS = {
    NoticeKind.FINISHED: ":white_check_mark:",
    NoticeKind.FAILED: ":warning:",
    NoticeKind.FAILURE: ":warning:",
    NoticeKind.STUCK: ":hourglass:",
    NoticeKind.DELETED: ":wastebasket:",
    NoticeKind.EXPIRED: ":no_bell:",
}


def notice(
    watch: Watch, notice: Notice, view: OrderView | None, noticed: datetime, *, caused_by: str | None = None
) -> Card:
    """One message for all watchers. It does not mention `caused_by`, the user whose click led to it.

    `view` is None if the order is deleted. `noticed` is when the bot saw the change.
    """
    concerned = [each for each in watch.watchers if notice.concerns(each)]
    mentioned = [each.user_id for each in concerned if each.user_id != caused_by][:MAX_MENTIONS]
    sentence = notice_text.what_happened(watch, notice, view.progress.tally if view else None)
    next_step = notice_text.NEXT[notice.kind]
    facts = f"{notice_text.clock(notice, noticed)} · {notice_text.asked_by(watch.watchers)}"
    shows_failures = view is not None and notice.kind in {NoticeKind.FAILURE, NoticeKind.FAILED}
    failures = view.progress.failures if view and shows_failures else ()
    opening = " ".join(
        part for part in (_MARKS[notice.kind], sentence, notice_text.mention(mentioned)) if part
    )
    drawn = [
        blocks.section(opening),
        *failures_block(failures, cards.MAX_FAILURES_ON_CARD, order_text.ON_THE_CARD),
        blocks.section(next_step),
        blocks.context(facts),
        _buttons(watch),
    ]
    spoken = (
        sentence,
        notice_text.mention(mentioned),
        failures_text(failures, cards.MAX_FAILURES_ON_CARD, order_text.ON_THE_CARD),
        next_step,
        f"{facts}.",
    )
    return Card(text=fit_mrkdwn(" ".join(part for part in spoken if part), LIMITS.text), blocks=drawn)


def _buttons(watch: Watch) -> Block:
    drawn = []
    if watch.is_live:
        drawn.append(stop_button(watch.order, "Stop"))
    address = cards.WEB_APP + quote(watch.order, safe="")
    opening = blocks.button("Open in Autoenhance", constants.OPEN, url=address)
    return blocks.actions(block_id(watch.order), opening, *drawn)


def stop_button(order: OrderId, label: str, value: str = "") -> Block:
    """`value` is the place of the watch, if the button is in another place."""
    return blocks.button(
        label, constants.STOP_WATCHING, value=value, says=f"Stop watching order {order.short}"
    )


def started_card(sentence: str, order: OrderId, level: Level, *, choice: bool) -> Card:
    """For the person who started a watch. `choice` adds a button for notices of failures only."""
    drawn = cards.sentence_card(sentence)
    if choice and level is Level.ALL:
        button = blocks.button("Failures only", constants.WATCH_FAILURES)
        drawn["blocks"].append(blocks.actions(block_id(order), button))
    return drawn


def nothing_to_wait_for(view: OrderView, placement: Placement) -> Card:
    """For a person who wants to watch an order that is finished."""
    return cards.with_note(cards.orders_card([view], placement), watch_text.NOTHING_TO_WAIT_FOR)


def watch_card(watch: Watch, view: OrderView | None) -> Card:
    """The card of a watched order. Without a `view`, it is drawn from the watch alone."""
    if view is None:
        return deleted_card(watch) if watch.ending is Ending.DELETED else brief_card(watch)
    return cards.orders_card([replace(view, watch=watch, before=watch.shown)], Placement("message"))


def deleted_card(watch: Watch) -> Card:
    """The card of a watched order that Autoenhance no longer finds."""
    lost = cards.orders_card(
        [FailedLookUp(watch.order, OrderNotFound(), last=watch.seen)], Placement("message")
    )
    drawn = [_header(order_text.MARKS[State.DELETED], watch), *lost["blocks"]]
    text = f"{notice_text.title(watch)}. {lost['text']}"
    return cards.with_note(Card(text=text, blocks=drawn), watch_text.ended(watch))


def _header(mark: str, watch: Watch) -> Block:
    return blocks.header(f"{mark} {one_line(watch.name) or f'Order {watch.order.short}'}")


def brief_card(watch: Watch) -> Card:
    """A watch's card, drawn from the watch alone: the counts of the last check, without the order."""
    sentence = watch_text.status(watch)
    value = pack(ButtonValue(wanted=(Wanted(order=watch.order, before=watch.seen),)))
    buttons = [cards.recheck_button(watch.order, value)]
    if watch.is_live:
        buttons.append(stop_button(watch.order, "Stop watching"))
    mark = order_text.mark(watch.seen.tally) if watch.seen else ""
    counted = order_text.counted(watch.seen.tally) if watch.seen else ""
    body = sentence if sentence.startswith(counted) else f"{counted}.\n{sentence}"
    drawn = [_header(mark, watch), blocks.section(body), blocks.actions(block_id(watch.order), *buttons)]
    return Card(text=fit_mrkdwn(f"{notice_text.title(watch)}. {body}", LIMITS.text), blocks=drawn)


def paused_card(place: str, why: str, watches: Sequence[Watch]) -> Card:
    """For the owner, once: which watches are paused, and why."""
    sentence = notice_text.paused(place, why, len(watches))
    drawn: list[Block] = [blocks.section(sentence)]
    for watch in watches[:MAX_ORDERS_SHOWN]:
        button = blocks.button(
            "Watch for me here", constants.WATCH, says=f"Watch order {watch.order.short} here"
        )
        drawn += [blocks.section(_last_state(watch)), blocks.actions(block_id(watch.order), button)]
    if len(watches) > MAX_ORDERS_SHOWN:
        drawn.append(blocks.context(watch_text.more_watches(len(watches) - MAX_ORDERS_SHOWN)))
    named = "; ".join(_last_state(watch) for watch in watches[:MAX_ORDERS_SHOWN])
    return Card(text=fit_mrkdwn(f"{sentence} {named}", LIMITS.text), blocks=drawn)


def _last_state(watch: Watch) -> str:
    """The state at the last check, because the paused place could not show it."""
    if watch.seen is None:
        return notice_text.title(watch)
    tally = watch.seen.tally
    counted = f", {order_text.counted(tally)}" if tally.total else ""
    return f"{order_text.mark(tally)} {notice_text.title(watch)}: {escape(order_text.state(tally))}{counted}"
