"""The optional lines of an order's card: when it ends, what to look at, and the small line of facts."""

from collections.abc import Callable
from datetime import UTC, timedelta

from bot.orders.changes import changes
from bot.slack.blocks import code
from bot.slack.render.brackets import bracket_count, bracket_lines
from bot.slack.render.deadlines import due_note
from bot.slack.render.failures import odd_settings
from bot.slack.render.models import OrderView, Placement
from bot.slack.text import expiry as expiry_text
from bot.slack.text import forecast as forecast_text
from bot.slack.text import orders as order_text
from bot.slack.text import watches as watch_text

OLD_CARD_AGE = timedelta(hours=12)


def ends(view: OrderView) -> str:
    """When the order will be done, and when it is due. Its own pace is known only where it is watched."""
    own_pace = view.watch is not None
    done = forecast_text.done_about(view.forecast, own_pace=own_pace) if view.forecast else ""
    return " ".join(filter(None, (done, due_note(view))))


def _about_brackets(view: OrderView) -> str:
    return bracket_lines(view.known_brackets)


def _odd(view: OrderView) -> str:
    return odd_settings(view.progress.odd)


def _not_downloaded(view: OrderView) -> str:
    return expiry_text.not_downloaded(view.expiry) if view.expiry and view.expiry.photos else ""


# The lines below the failures, in this order. A new one is a new row: it returns "" to be left out.
NOTES: tuple[Callable[[OrderView], str], ...] = (_about_brackets, _not_downloaded, _odd)


def _changed(view: OrderView, placement: Placement) -> str:
    """What changed since the card's last check."""
    if view.before is None or placement.where == "terminal":
        return ""
    old = view.at - view.before.at > OLD_CARD_AGE
    return order_text.changed(changes(view.before.tally, view.progress.tally), view.before.at, old=old)


def _checked(view: OrderView, placement: Placement) -> str:
    """A message stays for days, so it has the day too."""
    if placement.where == "terminal":
        return ""
    return order_text.checked(view.at, view.by, dated=placement.where == "message")


def _id(view: OrderView, placement: Placement) -> str:
    """Only in a terminal, which has no menu to ask for it and no other readers."""
    return code(view.order) if placement.where == "terminal" else ""


def _downloaded(view: OrderView, _placement: Placement) -> str:
    count = view.progress.downloaded
    return order_text.downloaded(count) if count else ""


def _brackets(view: OrderView, _placement: Placement) -> str:
    return bracket_count(view.known_brackets)


def _created(view: OrderView, _placement: Placement) -> str:
    """The day, if it is not the day of the check."""
    if view.created is None or view.created.astimezone(UTC).date() == view.at.astimezone(UTC).date():
        return ""
    return order_text.created(view.created)


def _stuck(view: OrderView, _placement: Placement) -> str:
    watch = view.watch
    return watch_text.stuck(watch).rstrip(".") if watch and watch.is_live and watch.shown_stuck else ""


def _watched(view: OrderView, _placement: Placement) -> str:
    """Who watches the order here, or why the watch ended."""
    if view.watch is None:
        return ""
    return (watch_text.watched(view.watch) if view.watch.is_live else watch_text.ended(view.watch)).rstrip(
        "."
    )


def _on_it(view: OrderView, _placement: Placement) -> str:
    return watch_text.on_it(view.watch).rstrip(".") if view.watch and view.watch.claimed_by else ""


# The parts of the card's small line, in this order. A new one is a new row: it returns "" to be left out.
FACTS: tuple[Callable[[OrderView, Placement], str], ...] = (
    _stuck,
    _on_it,
    _changed,
    _checked,
    _brackets,
    _downloaded,
    _created,
    _watched,
    _id,
)
