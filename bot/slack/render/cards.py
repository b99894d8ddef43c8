"""An order's card: data in, Card(text, blocks) out. No I/O, no clock, no settings."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import quote

from bot.core.errors import Archived, CannotPost, NotAllowed, NotInChannel, SlackError
from bot.orders.changes import changes
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, Progress, State
from bot.slack import blocks, constants
from bot.slack.blocks import Block, code, escape, when
from bot.slack.limits import LIMITS
from bot.slack.render.buttons import ButtonValue, block_id, pack, share_value
from bot.slack.render.failures import failures_block, failures_text, odd_settings
from bot.slack.render.models import Card, FailedLookUp, OrderView, Placement
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from bot.slack.text import watches as watch_text
from bot.watches.models import DELETED_STATES, is_finished

WEB_APP = "https://app.autoenhance.ai/orders/"
OLD_CARD_AGE = timedelta(hours=12)
BAR_CHARACTERS = 12  # the width of the progress bar
MAX_FAILURES_ON_CARD = 5  # file names
MAX_FAILURES_IN_MODAL = 30  # file names

# A new field on the card is a new row here: its label, and its value, or None to leave it out.
FIELDS: tuple[tuple[str, Callable[[Progress], str | None]], ...] = (
    ("Photos", lambda p: _photos(p.tally) if p.tally.total else None),
    ("Failed", lambda p: f"{p.tally.failed:,}" if p.tally.failed else None),
    ("Waiting", lambda p: f"{p.tally.waiting:,}" if p.tally.waiting else None),
    ("Paid downloads", lambda p: f"{p.downloaded:,} of {p.listed:,}" if p.listed else None),
)


def orders_card(views: Sequence[OrderView | FailedLookUp], placement: Placement, *, skipped: int = 0) -> Card:
    """One message for all orders of a request. `skipped` counts the IDs that it leaves out."""
    wanted = tuple(view.wanted for view in views)
    value = pack(ButtonValue(wanted=wanted, in_thread=placement.in_thread, shared_by=placement.shared_by))
    drawn = [
        _order(v, placement, value) if isinstance(v, OrderView) else _trouble(v, placement, value)
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
    return Card(text=_text(f"{note}\n\n{card['text']}"), blocks=[*kept, blocks.context(note)])


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
    button = blocks.button("Send it to me instead", constants.SEND_TO_ME)
    drawn = [blocks.section(refusals.NOT_IN_CHANNEL), blocks.actions(block_id(order), button)]
    return Card(text=refusals.NOT_IN_CHANNEL, blocks=drawn)


def not_watched(error: SlackError, order: OrderId) -> Card:
    """Why the order is not watched here, and what to do instead."""
    sentence = refusals.cannot_watch(error)
    if isinstance(error, NotAllowed):
        return sentence_card(sentence)
    button = blocks.button("Send them to me instead", constants.WATCH_FOR_ME)
    return Card(text=sentence, blocks=[blocks.section(sentence), blocks.actions(block_id(order), button)])


def _text(text: str) -> str:
    return blocks.fit_mrkdwn(text, LIMITS.text)


def _trouble(view: FailedLookUp, placement: Placement, value: str) -> Card:
    recheck = [blocks.actions(block_id(view.order), recheck_button(view.order, value))]
    return Card(
        text=view.sentence,
        blocks=[blocks.section(view.sentence)] + (recheck if placement.where != "terminal" else []),
    )


def _order(view: OrderView, placement: Placement, value: str) -> Card:
    progress, tally = view.progress, view.progress.tally
    shown = MAX_FAILURES_IN_MODAL if placement.where == "view" else MAX_FAILURES_ON_CARD
    rest = order_text.UNDER_SHOW_PHOTOS if placement.where in {"ephemeral", "message"} else ""
    title = f"{order_text.state(tally)} · {view.title}"
    sentence = order_text.situation(tally)
    notes = _watch_notes(view)
    if progress.announced not in {None, progress.listed} and progress.listed and not _says_difference(tally):
        sentence += f" {order_text.disagreement(progress.announced or 0, progress.listed)}"
    odd = odd_settings(progress.odd)
    parts = [
        blocks.header(f"{order_text.mark(tally)} {title}"),
        blocks.section("\n".join(line for line in (sentence, _bar(view)) if line)),
        *_fields(progress),
        *failures_block(progress.failures, shown, rest),
        *([blocks.section(odd)] if odd else []),
        *([blocks.context(*notes)] if notes else []),
        blocks.context(" · ".join(_facts(view))),
        *([blocks.context(" · ".join(_last_check(view)))] if placement.where != "terminal" else []),
        *([_buttons(view, placement, value)] if placement.where != "terminal" else []),
    ]
    counted = order_text.counted(tally)
    says_count = tally.total and not sentence.startswith(counted)
    spoken = [f"{escape(title)}.", f"{counted}." if says_count else "", sentence]
    spoken += [failures_text(progress.failures, shown, rest), odd, f"{'. '.join(_last_check(view))}."]
    spoken += [f"{note.rstrip('.')}." for note in notes]
    return Card(text=" ".join(part for part in spoken if part), blocks=parts)


def _says_difference(tally: Counts) -> bool:
    """Whether `situation` already says that Autoenhance lists fewer photos than it counts."""
    return tally.state is State.READY and tally.done < tally.total and not tally.unstated


def _photos(tally: Counts) -> str:
    return f"{tally.total:,}" if tally.unstated else order_text.done(tally)


def _fields(progress: Progress) -> list[Block]:
    rows = [(label, value) for label, show in FIELDS if (value := show(progress)) is not None]
    return [blocks.fields(rows)] if rows else []


def _bar(view: OrderView) -> str:
    """The progress bar. Rounded down, so that 100 % means all photos.

    Empty if nothing is in progress, or if Autoenhance does not say how many photos are done.
    """
    tally = view.progress.tally
    if tally.state not in {State.GROUPING, State.ENHANCING} or not tally.total or tally.unstated:
        return ""
    full = BAR_CHARACTERS * tally.done // tally.total
    return f"{'█' * full}{'░' * (BAR_CHARACTERS - full)} {100 * tally.done // tally.total} %"


def _facts(view: OrderView) -> list[str]:
    dated = (("Created", view.created), ("Updated", view.updated))
    return [code(view.order), *(f"{label} {when(at)}" for label, at in dated if at)]


def _last_check(view: OrderView) -> list[str]:
    parts = [order_text.checked(view.at, view.by)]
    if view.before is None:
        return parts
    if view.at - view.before.at > OLD_CARD_AGE:
        parts.append(order_text.stale(view.before.at))
    now = view.progress.tally
    return [*parts, order_text.changed(changes(view.before.tally, now), now, view.before.at)]


def _watch_notes(view: OrderView) -> list[str]:
    """That the order is watched here, that nothing moves, or that the watch has ended."""
    if view.watch is None:
        return []
    if not view.watch.is_live:
        return [watch_text.ended(view.watch)]
    still = [watch_text.stuck(view.watch)] if view.watch.shown_stuck else []
    return [*still, watch_text.watched(view.watch)]


def recheck_button(order: OrderId, value: str) -> Block:
    return blocks.button("Re-check", constants.RECHECK, value=value, says=f"Re-check order {order.short}")


def _buttons(view: OrderView, placement: Placement, value: str) -> Block:
    """Only buttons that can do something. An order cannot be shared from a modal or in a direct message."""
    address = WEB_APP + quote(view.order, safe="")
    visible = [recheck_button(view.order, value), *_watch_button(view, placement)]
    visible.append(blocks.button("Open in Autoenhance", constants.OPEN, url=address))
    watched = view.watch is not None and view.watch.is_live
    menu = [
        ("Tell me too", constants.WATCH, watched and placement.where == "message"),
        ("Share in channel", share_value(placement.in_thread), placement.can_share),
        ("Show photos", constants.SHOW_PHOTOS, view.progress.listed > 0 and placement.where != "view"),
        ("Copy id", constants.COPY_ID, placement.where != "view"),
    ]
    if options := [(label, name) for label, name, can_act in menu if can_act]:
        visible.append(blocks.overflow(constants.MORE, options))
    return blocks.actions(block_id(view.order), *visible)


def _watch_button(view: OrderView, placement: Placement) -> list[Block]:
    """Stop watching or Watch, in messages only. Neither for an order that is finished or deleted."""
    tally = view.progress.tally
    if view.watch is not None and view.watch.is_live:
        label, action, says = (
            "Stop watching",
            constants.STOP_WATCHING,
            f"Stop watching order {view.order.short}",
        )
    elif not is_finished(tally) and tally.state not in DELETED_STATES:
        label, action, says = "Watch", constants.WATCH, f"Watch order {view.order.short} here"
    else:
        return []
    return [blocks.button(label, action, says=says)] if placement.where in {"ephemeral", "message"} else []
