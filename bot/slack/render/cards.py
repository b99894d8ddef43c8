"""An order's card: data in, Card(text, blocks) out. No I/O, no clock, no settings."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from bot.core.errors import (
    Archived,
    CannotPost,
    NotAllowed,
    NotInChannel,
    OrderHidden,
    OrderNotFound,
    SlackError,
)
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, Progress, State
from bot.slack import blocks, constants
from bot.slack.blocks import Block, escape, fit
from bot.slack.limits import LIMITS
from bot.slack.render.buttons import ButtonValue, block_id, pack, share_value
from bot.slack.render.facts import FACTS, NOTES, ends
from bot.slack.render.failures import failures_block, failures_text
from bot.slack.render.models import Card, FailedLookUp, OrderView, Placement
from bot.slack.render.pictures import picture_block
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from bot.slack.text import watches as watch_text
from bot.watches.models import DELETED_STATES, is_finished

WEB_APP = "https://app.autoenhance.ai/orders/"
BAR_CHARACTERS = 12  # the width of the progress bar
MAX_FAILURES_ON_CARD = 5  # file names
MAX_FAILURES_IN_MODAL = 30  # file names
MAX_SPOKEN_NAME = 50  # characters of an order's name in a label for screen readers
WORKING_STATES = frozenset({State.GROUPING, State.ENHANCING})

_MARK = re.compile(r"^:[a-z_]+: *")  # at the beginning of a line


def orders_card(views: Sequence[OrderView | FailedLookUp], placement: Placement, *, skipped: int = 0) -> Card:
    """One message for all orders of a request. `skipped` counts the IDs that it leaves out."""
    wanted = tuple(view.wanted for view in views)
    value = pack(ButtonValue(wanted=wanted, in_thread=placement.in_thread, shared_by=placement.shared_by))
    drawn = [
        _order(v, placement, value)
        if isinstance(v, OrderView)
        else _trouble(v, placement, value, among=len(views) > 1)
        for v in views
    ]
    between = [block for card in drawn for block in (*card["blocks"], blocks.divider())][:-1]
    card = Card(text=_text("\n\n".join(card["text"] for card in drawn)), blocks=between)
    notes = [order_text.skipped(skipped)] if skipped else []
    notes += [order_text.shared_by(placement.shared_by)] if placement.shared_by else []
    return with_note(card, " · ".join(notes)) if notes else card


def with_note(card: Card, note: str) -> Card:
    """The card with a small line below it, within Slack's limits for one message."""
    kept = card["blocks"][: LIMITS.message_blocks - 1]
    note = blocks.fit_mrkdwn(note, LIMITS.section)
    text = blocks.fit_mrkdwn(card["text"], LIMITS.text - len(note) - 2)
    return Card(text=f"{text}\n\n{note}", blocks=[*kept, blocks.context(note)])


def sentence_card(text: str, *buttons: Block) -> Card:
    """A card with one sentence, and the buttons below it, if any."""
    drawn = [blocks.section(text)] + ([blocks.actions("say", *buttons)] if buttons else [])
    return Card(text=_text(text), blocks=drawn)


def not_posted(error: CannotPost, order: OrderId) -> Card:
    """Why the order was not shared, and what to do instead."""
    if isinstance(error, Archived):
        return sentence_card(refusals.ARCHIVED)
    if not isinstance(error, NotInChannel):
        return sentence_card(refusals.cannot_post(error.code))
    button = blocks.button(order_text.SEND_ME_CARD, constants.SEND_TO_ME)
    drawn = [blocks.section(refusals.NOT_IN_CHANNEL), blocks.actions(block_id(order), button)]
    return Card(text=refusals.NOT_IN_CHANNEL, blocks=drawn)


def not_watched(error: SlackError, order: OrderId) -> Card:
    """Why the order is not watched here, and what to do instead."""
    sentence = refusals.cannot_watch(error)
    if isinstance(error, NotAllowed):
        return sentence_card(sentence)
    button = blocks.button(watch_text.SEND_ME_UPDATES, constants.WATCH_FOR_ME)
    return Card(text=sentence, blocks=[blocks.section(sentence), blocks.actions(block_id(order), button)])


def _text(text: str) -> str:
    return blocks.fit_mrkdwn(text, LIMITS.text)


def _trouble(view: FailedLookUp, placement: Placement, value: str, *, among: bool) -> Card:
    """`among`: the message has other orders too. A long ID is in no message that others see."""
    shows_id = placement.where != "message" or view.order.short == view.order
    hides_id = isinstance(view.error, OrderNotFound | OrderHidden) and not shows_id
    sentence = refusals.without_id(view.error) if hides_id else view.sentence
    sentence = refusals.about(view.order, sentence) if among else sentence
    recheck = [blocks.actions(block_id(view.order), recheck_button(view.order, value))]
    return Card(
        text=sentence,
        blocks=[blocks.section(sentence)] + (recheck if placement.where != "terminal" else []),
    )


def _order(view: OrderView, placement: Placement, value: str) -> Card:
    progress, tally = view.progress, view.progress.tally
    shown = MAX_FAILURES_IN_MODAL if placement.where == "view" else MAX_FAILURES_ON_CARD
    rest = order_text.UNDER_SHOW_PHOTOS if placement.where in {"ephemeral", "message"} else ""
    sentence = " ".join(filter(None, (order_text.situation(tally), _disagreement(progress))))
    expected = ends(view)
    notes = "\n".join(filter(None, (show(view) for show in NOTES)))
    facts = [fact for show in FACTS if (fact := show(view, placement))]
    parts = [
        blocks.header(f"{order_text.mark(tally)} {view.title}"),
        blocks.section("\n".join(filter(None, (_status(tally), _bar(tally), expected, sentence)))),
        *(picture_block(view) if placement.where == "message" else []),
        *failures_block(progress.failures, shown, rest),
        *([blocks.section(notes)] if notes else []),
        *([blocks.context(" · ".join(facts))] if facts else []),
        *([_buttons(view, placement, value)] if placement.where != "terminal" else []),
    ]
    counts = [order_text.state_in_words(tally), *_counts(tally)]
    spoken = [f"{escape(view.title)}: {', '.join([escape(counts[0]), *counts[1:]])}.", expected, sentence]
    spoken.append(failures_text(progress.failures, shown, rest))
    spoken += [f"\n{notes}\n"] if notes else []
    spoken += [f"{_MARK.sub('', fact)}." for fact in facts]
    return Card(text=" ".join(part for part in spoken if part), blocks=parts)


def _counts(tally: Counts) -> list[str]:
    """How many photos are done, failed, expired and still to come. Empty for an order without photos."""
    if not tally.total:
        return []
    return [part for part in (*order_text.counts(tally), order_text.to_go(tally)) if part]


def _status(tally: Counts) -> str:
    """The line below the name. The state and the failures stand out."""
    failed = order_text.failures(tally.failed)
    counts = [f"*{part}*" if part == failed else part for part in _counts(tally)]
    return " · ".join([f"*{escape(order_text.state(tally))}*", *counts])


def _disagreement(progress: Progress) -> str:
    """That Autoenhance announces another number of photos than it lists, if nothing else says so."""
    said = progress.tally.state in {State.READY, State.WAITING} and progress.tally.waiting
    if said or not progress.listed or progress.announced in {None, progress.listed}:
        return ""
    return order_text.disagreement(progress.announced or 0, progress.listed)


def _bar(tally: Counts) -> str:
    """The progress bar: of all photos those that are done, failed or expired. It is full, and says 100%,
    only when that is all of them.

    Empty if nothing is in progress, or if Autoenhance does not say how many photos are done.
    """
    if tally.state not in WORKING_STATES or not tally.total or tally.unstated:
        return ""
    full = round(BAR_CHARACTERS * tally.settled / tally.total)
    full = min(full, BAR_CHARACTERS - (tally.settled < tally.total))
    return f"{'▓' * full}{'░' * (BAR_CHARACTERS - full)} {100 * tally.settled // tally.total}%"


def recheck_button(order: OrderId, value: str, name: str = "") -> Block:
    """`name`: the order's name, where it is known."""
    says = order_text.rechecks(name, order.short)
    return blocks.button(order_text.RECHECK, constants.RECHECK, value=value, says=says)


def _buttons(view: OrderView, placement: Placement, value: str) -> Block:
    """Only buttons that can do something. An order cannot be shared from a modal or in a direct message.

    They fit one row on a phone. "Stop watching" is long, so beside it "Open" goes to the menu.
    """
    address = WEB_APP + quote(view.order, safe="")
    name = fit(view.title, MAX_SPOKEN_NAME)
    is_message = placement.where in {"ephemeral", "message"}
    opens = blocks.button(order_text.OPEN, constants.OPEN, url=address, says=order_text.opens(name))
    can_stop = is_message and _is_watched(view) and not _has_ended(view)
    visible = _watch_button(view, name) if is_message else []
    visible.append(recheck_button(view.order, value, view.title))
    visible += [] if can_stop else [opens]
    menu = [
        (order_text.MENTION_ME_TOO, constants.WATCH, "", can_stop and placement.where == "message"),
        (order_text.SHARE, share_value(placement.in_thread), "", placement.can_share),
        (order_text.OPEN_IN_AUTOENHANCE, constants.OPEN, address, can_stop),
        (
            order_text.SHOW_PICTURES,
            constants.SHOW_PICTURES,
            "",
            placement.where == "message" and _can_be_drawn(view),
        ),
        (order_text.ALL_PHOTOS, constants.SHOW_PHOTOS, "", view.progress.listed > 0 and is_message),
        (order_text.SHOW_ID, constants.COPY_ID, "", is_message),
    ]
    if options := [(label, chosen, url) for label, chosen, url, can_act in menu if can_act]:
        visible.append(blocks.overflow(constants.MORE, options))
    return blocks.actions(block_id(view.order), *visible)


def _can_be_drawn(view: OrderView) -> bool:
    """Whether a new picture of the photos can be asked for. One of an order that has ended stays right."""
    return view.offers_pictures and view.progress.listed > 0 and not (view.picture and _has_ended(view))


def _is_watched(view: OrderView) -> bool:
    return view.watch is not None and view.watch.is_live


def _has_ended(view: OrderView) -> bool:
    """Nothing will happen to the order that is worth a watch."""
    return is_finished(view.progress.tally) or view.progress.tally.state in DELETED_STATES


def _watch_button(view: OrderView, name: str) -> list[Block]:
    """Stop watching or Watch. Neither for an order that is finished or deleted."""
    if _has_ended(view):
        return []
    if _is_watched(view):
        label = order_text.STOP_WATCHING
        return [blocks.button(label, constants.STOP_WATCHING, says=f"{label} {name}")]
    style = "primary" if view.progress.tally.state in WORKING_STATES else ""
    return [blocks.button(order_text.WATCH, constants.WATCH, says=order_text.watches(name), style=style)]
