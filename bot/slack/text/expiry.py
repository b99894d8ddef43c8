"""Sentences about photos that nobody has downloaded. When they are deleted is never certain."""

from bot.orders.expiry import Expiry
from bot.slack.blocks import day
from bot.slack.text.orders import photos


def not_downloaded(expiry: Expiry) -> str:
    """The line of a card."""
    return f"{photos(expiry.photos)} not downloaded yet. {_deleted(expiry)}"


def _deleted(expiry: Expiry) -> str:
    them = "it" if expiry.photos == 1 else "them"
    return f"Autoenhance may delete {them} {f'about {day(expiry.at)}' if expiry.at else 'after a while'}."
