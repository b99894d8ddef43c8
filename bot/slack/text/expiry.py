"""Sentences about photos that nobody has downloaded. When they are deleted is never certain."""

from datetime import datetime

from bot.orders.expiry import Expiry
from bot.slack.blocks import day
from bot.slack.constants import COMMAND
from bot.slack.text.notices import EXPIRED_NEXT, NEXT
from bot.slack.text.orders import photos
from bot.watches.models import NoticeKind


def not_downloaded(expiry: Expiry) -> str:
    """The line of a card."""
    return f"{photos(expiry.photos)} not downloaded yet. {_deleted(expiry)}"


def _deleted(expiry: Expiry) -> str:
    them = "it" if expiry.photos == 1 else "them"
    return f"Autoenhance may delete {them} {f'about {day(expiry.at)}' if expiry.at else 'after a while'}."


def last_call(title: str, left: int, lost: int, at: datetime) -> str:
    """`left` photos can still be downloaded, until about `at`. `lost` ones have expired."""
    expired = f"{photos(lost)} {'has' if lost == 1 else 'have'} expired"
    if not left:
        return f"{title}: {expired}."
    still = f"still {'isn' if left == 1 else 'aren'}'t downloaded"
    said = f"{expired}, and {left:,} {still}" if lost else f"{photos(left)} {still}"
    return f"{title}: {said}. {_deleted(Expiry(left, at))}"


def next_step(left: int) -> str:
    return NEXT[NoticeKind.FINISHED] if left else EXPIRED_NEXT


WHY = f"For everyone who watched it here. To turn this off, type `{COMMAND} settings expiry off`."
