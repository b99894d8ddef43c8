"""What a watch posts: its notices, the card of a deleted order, and the message to a paused watch's owner."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from bot.jobs.requests import Wanted
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.slack import blocks, constants
from bot.slack.blocks import Block, fit_mrkdwn, one_line
from bot.slack.limits import LIMITS
from bot.slack.render import cards
from bot.slack.render.buttons import ButtonValue, block_id, pack
from bot.slack.render.failures import failures_block, failures_text
from bot.slack.render.models import Card, OrderView, Placement
from bot.slack.text import notices as notice_text
from bot.slack.text import orders as order_text
from bot.slack.text import watches as watch_text
from bot.watches.models import DELETED_STATES, Claim, ClaimNotice, Ending, Level, Notice, NoticeKind, Watch

MAX_MENTIONS = 100  # as many as fit beside the longest name
MAX_ORDERS_SHOWN = 10  # in one message to an owner
_CLAIMED = {NoticeKind.FAILURE, NoticeKind.STUCK}
_CLAIM_BLOCK = "claim"  # the block_id of the line that says who is on it
_MARKS = {
    NoticeKind.FINISHED: ":white_check_mark:",
    NoticeKind.FAILED: ":warning:",
    NoticeKind.FAILURE: ":warning:",
    NoticeKind.STUCK: ":hourglass:",
    NoticeKind.NOT_STARTED: ":hourglass:",
    NoticeKind.WILL_BE_LATE: ":stopwatch:",
    NoticeKind.BACK_ON_TIME: ":stopwatch:",
    NoticeKind.DELETED: ":wastebasket:",
    NoticeKind.EXPIRED: ":no_bell:",
}


def notice(
    watch: Watch, notice: Notice, view: OrderView | None, noticed: datetime, *, caused_by: str | None = None
) -> Card:
    """One message for all watchers. It does not mention `caused_by`, the user whose click led to it.

    `view` is None if the order is deleted. `noticed` is when the bot saw the change.
    """
    tally = view.progress.tally if view else None
    said, facts = _said(watch, notice, tally, caused_by), _facts(watch, notice, noticed)
    next_step = notice_text.next_step(notice, tally)
    only_expired = tally is not None and tally.only_expired
    shows_failures = notice.kind in {NoticeKind.FAILURE, NoticeKind.FAILED} or only_expired
    failures = view.progress.failures if view and shows_failures else ()
    mark = order_text.mark(tally) if tally and only_expired else _MARKS[notice.kind]
    drawn = [
        blocks.section(f"{mark} {said}"),
        *failures_block(failures, cards.MAX_FAILURES_ON_CARD, order_text.ON_THE_CARD),
        blocks.section(next_step),
        blocks.context(facts),
        *_claim(watch, notice.kind),
        _buttons(watch, notice.kind),
    ]
    spoken = (
        said,
        failures_text(failures, cards.MAX_FAILURES_ON_CARD, order_text.ON_THE_CARD),
        next_step,
        f"{facts}.",
    )
    text = fit_mrkdwn(" ".join(part for part in spoken if part), LIMITS.text)
    claims = watch.claimed_by if notice.kind in _CLAIMED else None
    return Card(text=_with_claim(text, claims), blocks=drawn)


def _said(watch: Watch, notice: Notice, tally: Counts | None, caused_by: str | None) -> str:
    """What happened, and the mentions of those whom it concerns."""
    concerned = [each for each in watch.watchers if notice.concerns(each)]
    mentioned = [each.user_id for each in concerned if each.user_id != caused_by][:MAX_MENTIONS]
    sentence = notice_text.what_happened(watch, notice, tally)
    return " ".join(part for part in (sentence, notice_text.mention(mentioned)) if part)


def _facts(watch: Watch, notice: Notice, noticed: datetime) -> str:
    return f"{notice_text.clock(notice, noticed)} · {notice_text.asked_by(watch.watchers)}"


def _buttons(watch: Watch, kind: NoticeKind) -> Block:
    """A finished order has no Stop, and nobody needs to be on it."""
    opens = _open_button(watch)
    if not _can_act(watch, kind):
        return blocks.actions(block_id(watch.order), opens)
    stops = _stop_button(watch, watch_text.STOP)
    return blocks.actions(block_id(watch.order), on_it_button(watch), opens, stops)


def _can_act(watch: Watch, kind: NoticeKind) -> bool:
    return watch.is_live and kind in _CLAIMED


def _open_button(watch: Watch) -> Block:
    address = cards.WEB_APP + quote(watch.order, safe="")
    says = watch_text.for_screen_readers(order_text.OPEN_IN_AUTOENHANCE, watch)
    return blocks.button(order_text.OPEN, constants.OPEN, url=address, says=says)


def claim_notice(
    watch: Watch,
    notice: Notice,
    view: OrderView | None,
    noticed: datetime,
    posted: tuple[str, str],
    *,
    caused_by: str | None = None,
) -> ClaimNotice | None:
    """What to keep of a posted notice until the order is finished. None if it has no button to lose.

    `posted` is its channel and its ts. The other arguments are those of `notice`.
    """
    if not _can_act(watch, notice.kind):
        return None
    said = _said(watch, notice, view.progress.tally if view else None, caused_by)
    facts, (channel, ts) = _facts(watch, notice, noticed), posted
    taken = watch.claimed_by
    return ClaimNotice(kind=notice.kind, channel_id=channel, ts=ts, said=said, facts=facts, taken=taken)


def closed_notice(watch: Watch, posted: ClaimNotice) -> Card:
    """A notice of a failure or a stall when the order is finished: without a next step and its buttons.

    The notice of the end has the photos that failed.
    """
    taken = [blocks.context(notice_text.taken(posted.taken))] if posted.taken else []
    drawn = [
        blocks.section(f"{_MARKS[posted.kind]} {posted.said}"),
        blocks.context(posted.facts),
        *taken,
        blocks.actions(block_id(watch.order), _open_button(watch)),
    ]
    return Card(text=_with_claim(f"{posted.said} {posted.facts}.", posted.taken), blocks=drawn)


def on_it_button(watch: Watch) -> Block:
    """Its value is who was on it when it was drawn: what the person saw decides what the click means."""
    claimed_by = watch.claimed_by.user_id if watch.claimed_by else ""
    says = watch_text.for_screen_readers(watch_text.ON_IT, watch)
    return blocks.button(watch_text.ON_IT, constants.ON_IT, value=claimed_by, says=says)


def _claim(watch: Watch, kind: NoticeKind) -> list[Block]:
    if not watch.claimed_by or kind not in _CLAIMED:
        return []
    return [blocks.context(notice_text.taken(watch.claimed_by)) | {"block_id": _CLAIM_BLOCK}]


def _with_claim(text: str, claim: Claim | None) -> str:
    """The claim is the only second line of a notice's text, so that another one can replace it."""
    said = f"\n{notice_text.taken(claim)}." if claim else ""
    return fit_mrkdwn(text.partition("\n")[0], LIMITS.text - len(said)) + said


def claimed_notice(watch: Watch | None, text: str, posted: Sequence[Block]) -> Card:
    """A notice as Slack has it, with who is on it now.

    Without a watch that goes on, nobody can be on it any more: its buttons go, and the last claim stays.
    """
    goes_on = watch if watch and watch.is_live and not watch.is_finished else None
    dropped = {constants.ON_IT} if goes_on else {constants.ON_IT, constants.STOP_WATCHING}
    drawn: list[Block] = []
    for block in posted:
        elements = block.get("elements") if block.get("type") == "actions" else None
        if elements is None:
            drawn += [] if goes_on and block.get("block_id") == _CLAIM_BLOCK else [block]
            continue
        buttons = [each for each in elements if each.get("action_id") not in dropped]
        if goes_on:
            drawn += _claim(goes_on, NoticeKind.FAILURE)
            buttons = [on_it_button(goes_on), *buttons]
        drawn.append(block | {"elements": buttons})
    return Card(text=_with_claim(text, goes_on.claimed_by) if goes_on else text, blocks=drawn)


def _stop_button(watch: Watch, label: str) -> Block:
    says = watch_text.for_screen_readers(order_text.STOP_WATCHING, watch)
    return blocks.button(label, constants.STOP_WATCHING, says=says)


def started_card(sentence: str, order: OrderId, level: Level, *, choice: bool) -> Card:
    """For the person who started a watch. `choice` adds a button for notices of failures only."""
    drawn = cards.sentence_card(sentence)
    if choice and level is Level.ALL:
        button = blocks.button(watch_text.FAILURES_ONLY, constants.WATCH_FAILURES)
        drawn["blocks"].append(blocks.actions(block_id(order), button))
    return drawn


def nothing_to_wait_for(view: OrderView, placement: Placement) -> Card:
    """For a person who wants to watch an order that is finished."""
    deleted = view.progress.tally.state in DELETED_STATES
    note = watch_text.DELETED_SO_NOT_WATCHED if deleted else watch_text.NOTHING_TO_WAIT_FOR
    return cards.with_note(cards.orders_card([view], placement), note)


def watch_card(watch: Watch, view: OrderView | None) -> Card:
    """The card of a watched order. Without a `view`, it is drawn from the watch alone."""
    if view is None:
        return deleted_card(watch) if watch.ending is Ending.DELETED else brief_card(watch)
    return cards.orders_card([replace(view, watch=watch, before=watch.shown)], Placement("message"))


def deleted_card(watch: Watch) -> Card:
    """The card of a watched order that Autoenhance no longer finds."""
    value = pack(ButtonValue(wanted=(Wanted(order=watch.order),)))
    button = cards.recheck_button(watch.order, value, one_line(watch.name))
    drawn = [
        _header(order_text.MARKS[State.DELETED], watch),
        blocks.section(watch_text.NO_LONGER_AVAILABLE),
        blocks.actions(block_id(watch.order), button),
    ]
    text = f"{notice_text.title(watch)}. {watch_text.NO_LONGER_AVAILABLE}"
    return cards.with_note(Card(text=text, blocks=drawn), watch_text.ended(watch))


def _header(mark: str, watch: Watch) -> Block:
    return blocks.header(f"{mark} {one_line(watch.name) or order_text.unnamed(watch.order.short)}")


def brief_card(watch: Watch) -> Card:
    """A watch's card, drawn from the watch alone: the counts of the last check, without the order."""
    value = pack(ButtonValue(wanted=(Wanted(order=watch.order, before=watch.seen),)))
    buttons = [cards.recheck_button(watch.order, value, one_line(watch.name))]
    if watch.is_live and not watch.is_finished:
        buttons.append(_stop_button(watch, order_text.STOP_WATCHING))
    mark = order_text.mark(watch.seen.tally) if watch.seen else ""
    if watch.is_live:
        body = f"{watch_text.status(watch)}\n{watch_text.watched(watch)}"
    else:  # its end is said once
        body = f"{watch_text.last_seen(watch)}\n{watch_text.ended(watch)}"
    drawn = [_header(mark, watch), blocks.section(body), blocks.actions(block_id(watch.order), *buttons)]
    return Card(text=fit_mrkdwn(f"{notice_text.title(watch)}. {body}", LIMITS.text), blocks=drawn)


def paused_card(place: str, why: str, watches: Sequence[Watch]) -> Card:
    """For the owner, once: which watches are paused, and why."""
    sentence = notice_text.paused(place, why, len(watches))
    drawn: list[Block] = [blocks.section(sentence)]
    for watch in watches[:MAX_ORDERS_SHOWN]:
        label = watch_text.SEND_UPDATES_HERE
        says = watch_text.for_screen_readers(label, watch)
        button = blocks.button(label, constants.WATCH, says=says)
        mark = f"{order_text.mark(watch.seen.tally)} " if watch.seen else ""
        drawn.append(blocks.section(f"{mark}{_last_state(watch)}"))
        drawn.append(blocks.actions(block_id(watch.order), button))
    if len(watches) > MAX_ORDERS_SHOWN:
        drawn.append(blocks.context(watch_text.more_watches(len(watches) - MAX_ORDERS_SHOWN)))
    named = "\n".join(_last_state(watch) for watch in watches[:MAX_ORDERS_SHOWN])
    return Card(text=fit_mrkdwn(f"{sentence}\n{named}", LIMITS.text), blocks=drawn)


def _last_state(watch: Watch) -> str:
    """The state at the last check, because the paused place could not show it."""
    if watch.seen is None:
        return notice_text.title(watch)
    return f"{notice_text.title(watch)}: {watch_text.progress(watch.seen.tally)}"
