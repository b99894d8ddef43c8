"""What a search of orders has found, and where it goes on."""

from dataclasses import dataclass

from bot.orders.base import frozen
from bot.orders.models import Order


@frozen
class Cursor:
    """Where a search goes on. A new search begins with an empty one."""

    asked: str = ""  # the word that Autoenhance itself searches for. Empty: it lists all orders
    offset: str = ""  # Autoenhance's name of a page
    skip: int = 0  # orders of that page that were read before
    hits: int = 0  # found before
    looked: int = 0  # orders read before


@dataclass(frozen=True)
class Found:
    """A part of a search's hits, newest first."""

    orders: tuple[Order, ...]
    before: int  # hits of the parts before this one
    total: int  # hits seen until now. There may be more if the search is not `complete`
    looked: int  # orders read until now
    asked: str  # the word that all of these have in their names. Empty: they are the newest orders
    complete: bool  # all orders of the list were read
    next: Cursor | None = None  # None: there is no more to see
