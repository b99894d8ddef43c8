"""What a search of orders has found, and where it goes on. Several accounts are one list."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.errors import AutoenhanceError
from bot.orders.base import frozen
from bot.orders.models import Order


@frozen
class Cursor:
    """Where a search of one account goes on. A new search begins with an empty one."""

    asked: str = ""  # the word that Autoenhance itself searches for. Empty: it lists all orders
    offset: str = ""  # Autoenhance's name of a page
    skip: int = 0  # orders of that page that were read before
    hits: int = 0  # found before
    looked: int = 0  # orders read before


@frozen
class ListCursor:
    """Where a list goes on. An account that is not in it has no more, or is not searched any more."""

    accounts: dict[str, Cursor]  # by their IDs
    before: int = 0  # hits of the parts before
    looked: int = 0  # orders read in accounts that have no more
    is_part: bool = False  # an account could not be searched


@dataclass(frozen=True)
class Part:
    """A part of the hits in one account, newest first."""

    orders: tuple[Order, ...]
    cuts: tuple[Cursor, ...]  # where the search goes on behind each of these
    ids: frozenset[str]  # of all hits that were read, also of those behind `orders`
    start: Cursor
    end: Cursor | None  # behind all that was read. None: all orders of the list were read
    total: int  # hits seen until now. There may be more if the search is not `complete`
    looked: int  # orders read until now
    asked: str  # the word that all of these have in their names. Empty: they are the newest orders

    @property
    def before(self) -> int:
        """Hits of the parts before this one."""
        return self.start.hits

    @property
    def complete(self) -> bool:
        return self.end is None

    @property
    def next(self) -> Cursor | None:
        """Behind `orders`. None: there is no more to see."""
        return self.behind(len(self.orders))

    def behind(self, shown: int) -> Cursor | None:
        """Where the search goes on if so many of `orders` were shown."""
        if shown == self.total - self.before:
            return self.end
        return self.cuts[shown - 1] if shown else self.start


@dataclass(frozen=True)
class FailedAccount:
    """An account that could not be searched. The default one has no name."""

    name: str
    error: AutoenhanceError


@dataclass(frozen=True)
class Found:
    """A part of the hits in all accounts, newest first."""

    orders: tuple[Order, ...]
    before: int  # hits of the parts before this one
    total: int  # hits seen until now. There may be more if the search is not `complete`
    looked: int  # orders read until now
    asked: str  # the word that all of these have in their names. Empty: they are the newest orders
    complete: bool  # all orders of the accounts that answered were read
    next: ListCursor | None = None  # None: there is no more to see
    several: bool = False  # several accounts are searched there
    whose: tuple[tuple[str, ...], ...] = ()  # the names of each order's accounts, if several are searched
    failed: tuple[FailedAccount, ...] = ()
    left_out: int = 0  # accounts that were too many for one answer
    is_part: bool = False  # an account could not be searched, now or in a part before

    @property
    def is_all(self) -> bool:
        """Whether there is no hit beyond `total`."""
        return self.complete and not self.is_part


@dataclass
class _Merging:
    """The hits that are shown, by their IDs, and how many of each part's orders are among them."""

    parts: Mapping[str, Part]
    shown: dict[str, Order] = field(default_factory=dict)
    whose: dict[str, list[str]] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)

    def head(self, account: str) -> Order | None:
        orders, taken = self.parts[account].orders, self.taken.get(account, 0)
        return orders[taken] if taken < len(orders) else None

    def take(self, account: str, order: Order) -> None:
        id_ = order.order_id or ""
        self.shown.setdefault(id_, order)
        self.whose.setdefault(id_, []).append(account)
        self.taken[account] = self.taken.get(account, 0) + 1


def merged(parts: Mapping[str, Part], limit: int, after: ListCursor | None = None) -> Found:
    """The newest of all parts, which are named by their accounts' IDs. `whose` has these IDs.

    Each part keeps its own order. An order that is in two accounts is one hit.
    """
    merging = _Merging(parts)
    while heads := [(account, order) for account in parts if (order := merging.head(account))]:
        account, order = max(heads, key=lambda head: (head[1].order_id in merging.shown, _age_key(head[1])))
        if order.order_id not in merging.shown and len(merging.shown) == limit:
            break
        merging.take(account, order)
    after = after or ListCursor(accounts={})
    on = {account: part.behind(merging.taken.get(account, 0)) for account, part in parts.items()}
    cursors = {account: cursor for account, cursor in on.items() if cursor}
    done = after.looked + sum(part.looked for account, part in parts.items() if account not in cursors)
    before = after.before + len(merging.shown)
    going_on = ListCursor(accounts=cursors, before=before, looked=done, is_part=after.is_part)
    return Found(
        orders=tuple(merging.shown.values()),
        before=after.before,
        total=after.before + len(frozenset[str]().union(*(part.ids for part in parts.values()))),
        looked=after.looked + sum(part.looked for part in parts.values()),
        asked=_common_word([part.asked for part in parts.values() if not part.complete]),
        complete=all(part.complete for part in parts.values()),
        next=going_on if cursors else None,
        whose=tuple(tuple(merging.whose[id_]) for id_ in merging.shown),
        is_part=after.is_part,
    )


def _age_key(order: Order) -> float:
    """Larger for a newer order. One without a date must not hold up the newer ones behind it."""
    return order.created_at.timestamp() if order.created_at else math.inf


def _common_word(words: Sequence[str]) -> str:
    return words[0] if len(set(words)) == 1 else ""
