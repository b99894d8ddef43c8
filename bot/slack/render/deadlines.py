"""The question for a person's time zone, and what a card says of the time by which an order is wanted."""

import re
from typing import Self

from pydantic import TypeAdapter

from bot.core.errors import StaleButton
from bot.orders.base import frozen
from bot.orders.ids import OrderId
from bot.slack import blocks, constants
from bot.slack.render.buttons import block_id, order_of
from bot.slack.render.models import Card, OrderView
from bot.slack.text import deadlines as deadline_text
from bot.watches.deadlines import Deadline
from bot.watches.models import Level, is_finished

_DEADLINE = TypeAdapter(Deadline)
_SETTING = "time_zone:"
_ASKED = re.compile(
    r"order:[^@]+@(?P<user>\w+)/(?P<hour>\d\d?):(?P<minute>\d\d?)/(?P<day>\w*)/(?P<level>\w*)/"
    r"(?P<channel>\w*)/(?P<thread>[\d.]*)"
)


@frozen
class ZoneQuestion:
    """Who is asked for their time zone, and the watch that waits for the answer. Its block_id holds it.

    `order` and `due` are None where the person only changes the setting.
    """

    user: str
    order: OrderId | None = None
    due: Deadline | None = None
    level: Level | None = None
    channel: str = ""  # where it was asked for. A late question may be in a direct message
    thread_ts: str = ""  # of the thread for a new watch

    @property
    def block_id(self) -> str:
        if self.order is None or self.due is None:
            return _SETTING + self.user
        due = f"{self.due.hour}:{self.due.minute}/{self.due.day or ''}"
        return block_id(self.order, f"{self.user}/{due}/{self.level or ''}/{self.channel}/{self.thread_ts}")

    @classmethod
    def read(cls, block: str) -> Self:
        """Raises StaleButton."""
        if block.startswith(_SETTING):
            return cls(user=block.removeprefix(_SETTING))
        if not (found := _ASKED.fullmatch(block)):
            raise StaleButton
        try:
            due = {"hour": int(found["hour"]), "minute": int(found["minute"]), "day": found["day"] or None}
            level = Level(found["level"]) if found["level"] else None
            parsed = _DEADLINE.validate_python(due)
        except ValueError as error:
            raise StaleButton from error
        there = {"channel": found["channel"], "thread_ts": found["thread"]}
        return cls(user=found["user"], order=order_of(block), due=parsed, level=level, **there)


def zone_question(question: ZoneQuestion, *, known: str = "") -> Card:
    """A menu of cities. `known`: the person's time zone now, which they may change."""
    said = deadline_text.zone_is(known) if known else deadline_text.WHICH_ZONE
    menu = blocks.select(
        constants.TIME_ZONE, list(deadline_text.TIME_ZONES), placeholder=deadline_text.CHOOSE_ZONE
    )
    return Card(text=said, blocks=[blocks.section(said), blocks.actions(question.block_id, menu)])


def chosen_zone(value: str) -> str:
    """Raises StaleButton if it is none of the menu's."""
    if value not in {name for _, name in deadline_text.TIME_ZONES}:
        raise StaleButton
    return value


def due_note(view: OrderView) -> str:
    """For the card of a watch, until the order is finished."""
    watch = view.watch
    if watch is None or not watch.is_live or watch.due_by is None or is_finished(view.progress.tally):
        return ""
    return f"{deadline_text.due_by(watch.due_by, view.at)}."
