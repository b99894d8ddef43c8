"""The client of Autoenhance's orders. It only sends GET to three paths, so it cannot cost a credit."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from pydantic import SecretStr

from bot.autoenhance.bodies import Reading
from bot.autoenhance.keys import KeyDemand, Keys, OnlyKey, UsableKey
from bot.autoenhance.limits import Limits
from bot.autoenhance.requests import Requests
from bot.autoenhance.search import MAX_PAGES, search
from bot.autoenhance.single_flight import SingleFlight
from bot.core.errors import (
    AutoenhanceError,
    DatabaseFailed,
    KeyMissing,
    OrderNotFound,
    StaleButton,
    Unavailable,
)
from bot.core.logging import Outage
from bot.orders.brackets import Bracket, parse_brackets
from bot.orders.ids import OrderId, as_order_id
from bot.orders.models import Order, OrderPage, parse_order, parse_orders
from bot.orders.search import Cursor, Part

_MAX_SHARED_PHOTOS = 1_000  # an order with more is not kept for later callers
_MAX_SHARED_BRACKETS = 5_000  # the same of its brackets
_UNKNOWN_ORDER_ID = OrderId("00000000-0000-4000-8000-000000000000")


@dataclass(frozen=True)
class FetchedOrder:
    """An order, and when Autoenhance answered. `brackets` is None where nobody asked, or had no answer.

    `photo_days` is after how many days Autoenhance may delete its photos. None if that is not known.
    `with_key`: it is what one account sees, and not for people who may not use that account.
    """

    order: Order
    at: datetime
    brackets: Sequence[Bracket] | None = None
    photo_days: int | None = None
    with_key: bool = False


class Autoenhance:
    """Raises AutoenhanceError and its subclasses, and DatabaseFailed where the rate limiter is shared.

    Single orders and brackets are asked for without a key: the vendor needs none there
    (docs.autoenhance.ai/api/orders). If it demands one, `keys` are tried, or `key` where a caller gives none.
    """

    def __init__(
        self,
        requests: Requests,
        *,
        key: SecretStr | None = None,
        photo_days: int | None = None,
        now: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        self._requests = requests
        self._key = key
        self._own_key = OnlyKey(key)
        self._photo_days = photo_days
        self._now = now
        self._limits = limits
        self._outage = Outage("autoenhance")
        self._no_brackets = Outage("autoenhance's list of brackets")
        self._demand, self._bracket_demand = KeyDemand(now), KeyDemand(now)
        self._flights = SingleFlight[FetchedOrder](limits.fresh_for, _is_small)
        self._bracket_flights = SingleFlight[tuple[Bracket, ...]](limits.fresh_for, _are_few)

    @property
    def demands_keys(self) -> bool:
        """Whether single orders were refused without a key lately."""
        return self._demand.is_on

    async def order(
        self, order_id: OrderId, *, fresh: bool = False, keys: Keys | None = None
    ) -> FetchedOrder:
        """The order as it is now, or was up to `Limits.fresh_for` seconds ago.

        Callers share one request, if it has no key or that of the same account. With `fresh`, makes a new
        request that is not shared.
        """

        def ask(key: UsableKey | None) -> Awaitable[FetchedOrder]:
            if fresh:
                return self._fetch(order_id, key)
            return self._flights.join(_flight(order_id, key), lambda: self._fetch(order_id, key))

        return await self._demand.ask(keys or self._own_key, ask)

    async def brackets(self, order_id: OrderId, *, keys: Keys | None = None) -> tuple[Bracket, ...]:
        """The order's brackets. Callers share a request as in `order`. It is not tried again."""

        def ask(key: UsableKey | None) -> Awaitable[tuple[Bracket, ...]]:
            flight = _flight(order_id, key)
            return self._bracket_flights.join(flight, lambda: self._fetch_brackets(order_id, key))

        return await self._bracket_demand.ask(keys or self._own_key, ask)

    async def order_with_brackets(
        self, order_id: OrderId, *, fresh: bool = False, keys: Keys | None = None
    ) -> FetchedOrder:
        """As `order`. Asks for both at once, and waits little longer for the brackets than for the order."""
        asking = asyncio.create_task(self._brackets_if_any(order_id, keys))
        try:
            fetched = await self.order(order_id, fresh=fresh, keys=keys)
            await asyncio.wait([asking], timeout=self._limits.brackets_after)
            return replace(fetched, brackets=asking.result()) if asking.done() else fetched
        finally:
            asking.cancel()

    async def brackets_soon(
        self, order_id: OrderId, *, keys: Keys | None = None
    ) -> tuple[Bracket, ...] | None:
        """The brackets of an order that is here already. None where they cannot be had soon."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.brackets_after):
                return await self._brackets_if_any(order_id, keys)
        return None

    async def orders(
        self,
        words: str = "",
        *,
        after: Cursor | None = None,
        limit: int = 10,
        max_pages: int = MAX_PAGES,
        key: SecretStr | None = None,
    ) -> Part:
        """At most `limit` orders, newest first, whose names have all of `words`. `after` continues a search.

        The orders are those of the account with this `key`. Raises KeyMissing when there is none, and
        StaleButton when Autoenhance no longer takes `after`.
        """
        used = key or self._key

        async def listed(query: Mapping[str, str]) -> OrderPage:
            return await self._listed(query, used)

        return await search(listed, words, after, limit, max_pages)

    async def probe(self) -> None:
        """Returns when Autoenhance answers, and accepts the key if there is one. Otherwise raises.

        With a key it asks for the list, because single orders are answered with a wrong key too.
        """
        if self._key:
            await self._listed({"per_page": "1"}, self._key)
            return
        try:
            await self._fetch(_UNKNOWN_ORDER_ID, None)
        except OrderNotFound:
            return

    async def _fetch(self, order_id: OrderId, key: UsableKey | None) -> FetchedOrder:
        with self._requests.reading() as reading:
            body = await self._get(reading, quote(order_id, safe=""), key=key.key if key else None)
            order = await reading.parsed(parse_order, body)
        if order.order_id and as_order_id(order.order_id) != order_id:
            raise Unavailable("Autoenhance answered with another order")
        return FetchedOrder(order, self._now(), photo_days=self._photo_days, with_key=key is not None)

    async def _brackets_if_any(self, order_id: OrderId, keys: Keys | None) -> tuple[Bracket, ...] | None:
        """None for any failure: a card is complete without them."""
        with suppress(AutoenhanceError, DatabaseFailed):
            return await self.brackets(order_id, keys=keys)
        return None

    async def _fetch_brackets(self, order_id: OrderId, key: UsableKey | None) -> tuple[Bracket, ...]:
        """One attempt. Its failures are no outage of the orders: the log says so once, in its own words."""
        try:
            with self._requests.reading() as reading:
                path = f"orders/{quote(order_id, safe='')}/brackets"
                body = await self._requests.get(reading, path, key=key.key if key else None, again=False)
                brackets = _of_order(order_id, await reading.parsed(parse_brackets, body))
        except Unavailable as error:
            self._no_brackets.begins(str(error))
            raise
        self._no_brackets.ends()
        return brackets

    async def _listed(self, query: Mapping[str, str], key: SecretStr | None) -> OrderPage:
        if not key:
            raise KeyMissing("listing orders needs an API key")
        try:
            with self._requests.reading() as reading:
                return await reading.parsed(parse_orders, await self._get(reading, "", query, key=key))
        except OrderNotFound as error:
            if "offset" in query:
                raise StaleButton from error
            raise Unavailable("Autoenhance doesn't allow listing orders") from error

    async def _get(
        self,
        reading: Reading,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        key: SecretStr | None,
    ) -> bytearray:
        """Logs an outage once when it begins and once when it ends, however many requests fail."""
        try:
            body = await self._requests.get(reading, f"orders/{path}", query, key=key)
        except Unavailable as error:
            self._outage.begins(str(error))
            raise
        self._outage.ends()
        return body

    async def check_key(self, key: SecretStr) -> None:
        """Returns if Autoenhance accepts this key of another account. Raises KeyRefused if it does not."""
        with self._requests.reading() as reading:
            await self._requests.get(reading, "orders/", {"per_page": "1"}, key=key)


def _flight(order_id: OrderId, key: UsableKey | None) -> str:
    """An answer to a key is shared only by callers who may use its account."""
    return key.flight(order_id) if key else order_id


def _is_small(fetched: FetchedOrder) -> bool:
    return len(fetched.order.photos) <= _MAX_SHARED_PHOTOS


def _of_order(order_id: OrderId, brackets: tuple[Bracket, ...]) -> tuple[Bracket, ...]:
    if any(each.order_id and as_order_id(each.order_id) != order_id for each in brackets):
        raise Unavailable("Autoenhance answered with the brackets of another order")
    return brackets


def _are_few(brackets: Sequence[Bracket]) -> bool:
    return len(brackets) <= _MAX_SHARED_BRACKETS
