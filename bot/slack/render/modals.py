"""The modals and the card below a link. Data in, dicts out."""

import json
from collections import Counter
from collections.abc import Sequence

from bot.orders.ids import OrderId
from bot.orders.progress import Photo
from bot.slack import blocks, constants
from bot.slack.blocks import Block, code, escape, fit, one_line
from bot.slack.limits import LIMITS
from bot.slack.render.hits import show_button
from bot.slack.render.models import Card, OrderView
from bot.slack.render.pairs import before_and_after
from bot.slack.text import orders as order_text
from bot.slack.text import watches as watch_text

MAX_PHOTO_SECTIONS = 90  # a modal may have 100 blocks
# A view's JSON may have 250 kB, and a unit of UTF-16 takes six bytes in some scripts.
MAX_PHOTO_UNITS, BYTES_OF_UNIT = 40_000, 6
MAX_NAME_CHARACTERS = 200  # of an order's name in a list
_STATE_ORDER = {"failed": 0, "expired": 1, "waiting": 2, "processing": 3, "done": 9}


def ask_to_watch(note: str, thread: str) -> Block:
    """The modal with one field, for a watch that posts in a thread. `thread` goes to `private_metadata`."""
    field = blocks.text_input(
        constants.ASK_BLOCK,
        constants.ASK_INPUT,
        watch_text.ORDER_FIELD,
        hint=watch_text.ORDER_HINT,
        placeholder=order_text.EXAMPLE_ID,
    )
    return _to_watch(note, field, thread)


def choose_to_watch(named: Sequence[tuple[OrderId, str]], count: int, thread: str) -> Block:
    """The modal with a menu of the orders that a message names.

    `named`: each with its name, "" if it is not known. Orders of one name have their short ID too.
    """
    names = Counter(one_line(name) for _, name in named)
    options = [
        (watch_text.option(one_line(name), order.short, alone=names[one_line(name)] == 1), order)
        for order, name in named
    ]
    field = blocks.select_input(
        constants.ASK_BLOCK,
        constants.CHOOSE_ORDER,
        watch_text.WHICH_ORDER,
        [(label, str(order)) for label, order in options],
        placeholder=watch_text.CHOOSE,
    )
    return _to_watch(watch_text.which(count, len(named)), field, thread)


def _to_watch(note: str, field: Block, thread: str) -> Block:
    drawn = [blocks.section(note), field]
    view = blocks.modal(
        _title(constants.ASK_TO_WATCH),
        drawn,
        callback_id=constants.ASK_TO_WATCH,
        submit=order_text.WATCH,
        close=order_text.CANCEL,
    )
    return view | {"private_metadata": thread}


def ask(note: str = "") -> Block:
    """The modal with one field. `note` says why it opened, if the person did not ask for it."""
    field = blocks.text_input(
        constants.ASK_BLOCK,
        constants.ASK_INPUT,
        order_text.FIELD,
        hint=order_text.HINT,
        placeholder=order_text.EXAMPLE_ID,
    )
    drawn = [blocks.section(note), field] if note else [field]
    return blocks.modal(
        order_text.LOOK_UP_AN_ORDER,
        drawn,
        callback_id=constants.ASK,
        submit=order_text.LOOK_UP,
        close=order_text.CANCEL,
    )


def busy(sentence: str, *, callback_id: str = constants.ANSWER) -> Block:
    """What a modal shows until its answer is ready."""
    return blocks.modal(_title(callback_id), [blocks.section(sentence)], callback_id=callback_id)


def answer(card: Card, *, callback_id: str = constants.ANSWER) -> Block:
    return blocks.modal(_title(callback_id), card["blocks"], callback_id=callback_id)


def photos(view: OrderView, thread: tuple[str, str] | None = None) -> Card:
    """The photos of an order by state, failed ones first, as many as a modal can hold.

    `thread`: a channel and the `ts` of a thread in it, in which a photo may be posted before and after.
    """
    ordered = sorted(view.progress.photos, key=lambda photo: (_STATE_ORDER.get(photo.word, 5), photo.word))
    menu = before_and_after(view, *thread) if thread else []
    sections, shown = _sections(ordered, MAX_PHOTO_UNITS - len(json.dumps(menu)) // BYTES_OF_UNIT)
    drawn = [blocks.header(view.title), *menu, *map(blocks.section, sections)]
    if left := len(ordered) - shown:
        drawn.append(blocks.context(order_text.more_photos(left)))
    return Card(text=f"{escape(view.title)}: {order_text.counted(view.progress.tally)}.", blocks=drawn)


def _sections(ordered: Sequence[Photo], units_left: int) -> tuple[list[str], int]:
    """The texts of the sections, each within Slack's limit, and the number of photos in them."""
    counts = Counter(photo.word for photo in ordered)
    sections: list[str] = []
    last = None
    for shown, photo in enumerate(ordered):
        line = _line(photo)
        if photo.word != last:
            line = f"{_heading(photo.word, counts[photo.word])}\n{line}"
        new = photo.word != last or len(sections[-1]) + len(line) >= LIMITS.section
        units_left -= len(line.encode("utf-16-le")) // 2
        if units_left < 0 or (new and len(sections) == MAX_PHOTO_SECTIONS):
            return sections, shown
        if new:
            sections.append(line)
        else:
            sections[-1] += f"\n{line}"
        last = photo.word
    return sections, len(ordered)


def _heading(word: str, count: int) -> str:
    name = order_text.NO_STATUS if word == "unknown" else escape(fit(one_line(word), 60)).capitalize()
    return f"*{name}* ({count:,})"


def _line(photo: Photo) -> str:
    reason = f" {escape(fit(one_line(photo.reason), 60))}" if photo.reason else ""
    return f"{code(photo.name, 60)}{reason}"


def unfurl(view: OrderView) -> Block:
    """The small card below a pasted link, for `chat.unfurl`. Without the ID, because everyone can read it."""
    tally = view.progress.tally
    counted = [order_text.counted(tally)] if tally.total else []
    facts = " · ".join([escape(order_text.state(tally)), *counted, order_text.checked(view.at, None)])
    name = {
        "type": "section",
        "text": blocks.plain(f"{order_text.mark(tally)} {view.title}", MAX_NAME_CHARACTERS),
    }
    return {"blocks": [name | {"accessory": show_button(view)}, blocks.context(facts)]}


def _title(callback_id: str) -> str:
    titles = {constants.PHOTOS: order_text.ALL_PHOTOS, constants.ASK_TO_WATCH: watch_text.WATCH_AN_ORDER}
    return titles.get(callback_id, order_text.ORDERS)
