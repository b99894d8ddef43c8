"""Searches the list of orders. Autoenhance's own search is asked for one plain word, and we do the rest.

What Autoenhance's `q` forgives is not documented, and accounts with an older API version may ignore it.
So it is only used to read fewer orders: `bot/orders/names.py` says what is a hit.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.orders.ids import as_order_id
from bot.orders.models import Order, OrderPage
from bot.orders.names import is_named, plainest_word
from bot.orders.search import Cursor, Part

MAX_PAGES = 5  # of one account, for one answer. Each takes a request, and orders come with all their photos
MAX_PER_PAGE = 15  # the vendor's SDK 1.1.0 refuses more, though its docs show 16

List = Callable[[Mapping[str, str]], Awaitable[OrderPage]]


async def search(
    listed: List, sought: str, after: Cursor | None, limit: int, max_pages: int = MAX_PAGES
) -> Part:
    """At most `limit` orders whose names have all words of `sought`, newest first.

    If Autoenhance finds nothing, the newest orders are read as well: a name may have accents or quotes that
    its search does not forgive. Reads at most `max_pages` pages, and says if that was not all.
    """
    start = after or Cursor(asked=plainest_word(sought))
    found, pages = await _read(listed, sought, start, limit, max_pages)
    if after or found.orders or not found.asked or pages == max_pages:
        return found
    found, _ = await _read(listed, sought, Cursor(), limit, max_pages - pages)
    return found


async def _read(listed: List, sought: str, start: Cursor, limit: int, max_pages: int) -> tuple[Part, int]:
    """What is found from `start` on, and the number of pages read.

    With words, it reads on behind the last hit that is shown, to count the others.
    """
    at, hits, cuts, pages, more, ignored = start, list[Order](), list[Cursor](), 0, True, False
    while more and pages < max_pages and (sought or len(hits) < limit):
        page = await listed(_query(at, MAX_PER_PAGE if sought else min(limit, MAX_PER_PAGE)))
        pages += 1
        for order in page.orders[at.skip :]:
            at = replace(at, skip=at.skip + 1, looked=at.looked + 1)
            ignored = ignored or not is_named(order.name, at.asked)
            if is_named(order.name, sought) and as_order_id(order.order_id):
                at = replace(at, hits=at.hits + 1)
                hits.append(order)
                cuts.append(at)
        more = bool(page.orders) and page.next_offset not in {"", at.offset}
        if more:
            at = replace(at, offset=page.next_offset, skip=0)
    part = Part(
        orders=tuple(hits[:limit]),
        cuts=tuple(cuts[:limit]),
        ids=frozenset(order.order_id or "" for order in hits),
        start=start,
        end=at if more else None,
        total=at.hits,
        looked=at.looked,
        asked="" if ignored else at.asked,
    )
    return part, pages


def _query(at: Cursor, size: int) -> dict[str, str]:
    asked = {"q": at.asked} if at.asked else {}
    return {"per_page": str(size), "sort": "-date"} | asked | ({"offset": at.offset} if at.offset else {})
