"""The answer to a search: a row for each order, and a way to the next ones. Data in, Card out."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from bot.core.errors import StaleButton
from bot.jobs.requests import Wanted
from bot.orders.search import Found, ListCursor
from bot.slack import blocks, constants
from bot.slack.blocks import Block, escape
from bot.slack.limits import LIMITS
from bot.slack.render.buttons import ButtonValue, pack
from bot.slack.render.models import Card, OrderView
from bot.slack.text import orders as order_text
from bot.slack.text import search as search_text

HITS_PER_PAGE = 10
MAX_NAME_CHARACTERS = 200
MAX_WORDS = 200


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid", hide_input_in_errors=True))
class PageValue:
    """What a button holds that shows another page: the words, and where the search goes on."""

    v: Literal[2]  # 1 was for one account
    words: Annotated[str, Field(max_length=MAX_WORDS)] = ""
    after: ListCursor | None = None


VALUE = TypeAdapter(PageValue)


def unpack(text: str) -> PageValue:
    """Raises StaleButton."""
    try:
        return VALUE.validate_json(text)
    except ValidationError as error:
        raise StaleButton from error


def hits(views: Sequence[OrderView], found: Found, words: str, *, typed: str = "", note: str = "") -> Card:
    """A row for each order. It never opens the first one by itself. `note` says what was typed instead."""
    heading = search_text.heading(found, words, typed)
    limits = search_text.limits(found) if words else ""
    buttons, narrow = _buttons(found, words)
    said = " ".join(filter(None, [note, heading]))
    below = "\n".join(filter(None, [*search_text.not_searched(found, words), f"{limits} {narrow}".strip()]))
    whose = found.whose or ((),) * len(views)
    rows = [(view, _status(view, accounts)) for view, accounts in zip(views, whose, strict=True)]
    lines = [f"{escape(view.title)}: {status}" for view, status in rows]
    text = "\n".join([said, *lines, *filter(None, [below])])
    return Card(
        text=blocks.fit_mrkdwn(text, LIMITS.text),
        blocks=[
            blocks.context(said) if views else blocks.section(said),
            *(block for view, status in rows for block in _row(view, status)),
            *([blocks.context(below)] if below else []),
            *([blocks.actions("search", *buttons)] if buttons else []),
        ],
    )


def show_button(view: OrderView) -> Block:
    value = pack(ButtonValue(wanted=(Wanted(order=view.order),)))
    says = f"{search_text.SHOW} {view.title}"
    return blocks.button(search_text.SHOW, constants.SHOW, value=value, says=says)


def _buttons(found: Found, words: str) -> tuple[list[Block], str]:
    """The buttons for other pages. Also a sentence in place of the one that would hold too much."""
    first = PageValue(v=2, words=words)
    others = [(search_text.FIRST_PAGE, constants.FIRST_HITS, first)] if found.before else []
    if found.next:
        label = search_text.next_label(found, HITS_PER_PAGE)
        others.insert(0, (label, constants.NEXT_HITS, PageValue(v=2, words=words, after=found.next)))
    packed = [
        (label, action, VALUE.dump_json(value, exclude_defaults=True).decode())
        for label, action, value in others
    ]
    drawn = [blocks.button(label, action, value=v) for label, action, v in packed if len(v) <= LIMITS.value]
    return drawn, "" if len(drawn) == len(packed) else search_text.NARROW


def _row(view: OrderView, status: str) -> list[Block]:
    """The name is plain_text, which Slack does not parse. The state is below it."""
    name = {
        "type": "section",
        "text": blocks.plain(f"{order_text.mark(view.progress.tally)} {view.title}", MAX_NAME_CHARACTERS),
    }
    return [name | {"accessory": show_button(view)}, blocks.context(status)]


def _status(view: OrderView, whose: Sequence[str]) -> str:
    tally = view.progress.tally
    created = [f"created {blocks.when(view.created, '{date_short_pretty}')}"] if view.created else []
    counted = [order_text.counted(tally)] if tally.total else []
    accounts = [search_text.whose(whose)] if whose else []
    return " · ".join([escape(order_text.state(tally)), *counted, *created, *accounts])
