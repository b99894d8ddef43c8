"""A stand-in for Autoenhance's API. It only reads, as the bot only reads from the real one."""

import asyncio
import base64
import bisect
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_args

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from bot.sandbox.autoenhance.order_book import MAIN, SECOND, created
from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.autoenhance.previews import PreviewFiles
from bot.sandbox.autoenhance.webhook import Webhook
from bot.sandbox.errors import Unknown
from bot.sandbox.failures import ApiFailure, FailureName, answer

DEFAULT_PER_PAGE, MAX_PER_PAGE = 5, 15
MAX_PHOTOS_PER_PAGE = 300  # the vendor names no number
SORTS = ("name", "-name", "date", "-date")
MAX_KEPT_ANSWERS, MAX_ANSWER_BYTES = 100, 200_000
"""How many of the latest requests keep their answer, and how many bytes of each answer are kept."""
API_KEY = "Zq3sandboxonlyKey0000000000000000000000x"
SECOND_KEY = "Wb7sandboxonlySecondKey0000000000000000y"


@dataclass
class Asked:
    """One request, and the first bytes of its answer. `status` is 0 while there is no answer."""

    path: str
    query: str
    headers: Headers = field(repr=False)
    at: float = 0.0
    status: int = 0
    seconds: float | None = None
    answer: bytes = field(default=b"", repr=False)

    @property
    def of_brackets(self) -> bool:
        return self.path.endswith("/brackets")


class AutoenhanceSandbox(Webhook):
    """Answers `GET /v3/orders/{id}` and `…/brackets` without an API key, as the real one does.

    `GET /v3/orders/` needs a key, and lists the orders of its account only.
    """

    def __init__(self, *, api_key: str = API_KEY, now: Callable[[], float] = time.time) -> None:
        super().__init__(now=now)
        self.api_key = api_key  # of the account MAIN
        self.second_key = SECOND_KEY
        self.demands_key = False
        """Single orders and brackets need a key too: 401 without one, 404 with that of another account.

        No program was seen to which the real one answered so. What it would answer then is unknown.
        """
        self.heeds_keys = False
        """A key that is sent counts where none is needed too: then an order is shown to its account alone."""
        self.requests: list[Asked] = []
        self.released = asyncio.Event()
        """Set it to answer the requests that the failure `hang` keeps waiting."""
        self.ignores_search = False
        """`q` is documented only since 2026. An account with an older API version gets all orders."""
        self._failures: dict[str | None, ApiFailure] = {}
        self.brackets_failure: ApiFailure | None = None
        """The failure of the brackets alone. None: they fail as their order does."""
        self.routes = [
            Route("/v3/orders/{id}", _Endpoint(self, self._one)),
            Route("/v3/orders/{id}/brackets", _Endpoint(self, self._brackets_of)),
            Route("/v3/orders/", _Endpoint(self, self._list)),
        ]
        self.previews = PreviewFiles(self.image, self.account_of, self.released)
        self.routes += self.previews.routes
        self.app = Starlette(routes=self.routes)

    def set_failure(
        self,
        name: FailureName,
        *,
        order: str | None = None,
        times: int | None = None,
        retry_after: int | None = None,
        location: str = "",
    ) -> None:
        """Fail like this for one order, or for all of them. After `times` answers the failure ends.

        `order` may be an account: then its list fails. Raises Unknown.
        """
        if name not in get_args(FailureName):
            raise Unknown("mood", name, get_args(FailureName))
        self._failures[order] = ApiFailure(name, times, retry_after, location)
        self.change_signal.ring()

    def clear_failure(self, order: str) -> None:
        """Remove the failure of this order. The general one applies to it again."""
        self._failures.pop(order, None)
        self.change_signal.ring()

    def own_failure(self, order: str) -> FailureName | None:
        """The failure set for this order alone. None when there is none."""
        failure = self._failures.get(order)
        return failure.name if failure else None

    def failure(self, order: str | None = None) -> FailureName:
        """The failure of this order if it has one, else the general one."""
        return (self._failure(order) or ApiFailure("well")).name

    def _failure(self, order: str | None) -> ApiFailure | None:
        return self._failures.get(order) or self._failures.get(None)

    @property
    def looks(self) -> list[Asked]:
        """The requests for orders and lists, without those for brackets."""
        return [asked for asked in self.requests if not asked.of_brackets]

    async def asked(self, times: int, *, timeout: float = 20) -> None:  # noqa: ASYNC109
        """Wait until there are `times` looks, counted from the start. Raises TimeoutError."""
        await self.change_signal.until(lambda: len(self.looks) >= times, timeout=timeout)

    def forget(self) -> list[Asked]:
        """Return the requests so far and drop them, so that a long run does not fill the memory."""
        asked, self.requests = self.requests, []
        return asked

    def clock(self) -> float:
        return self._now()

    def keep(self, asked: Asked) -> None:
        """Record a request. Older requests lose their answer."""
        self.requests.append(asked)
        for old in self.requests[-MAX_KEPT_ANSWERS - 1 : -MAX_KEPT_ANSWERS]:
            old.answer = b""
        self.change_signal.ring()

    def next_failure(self, order: str | None, *, of_brackets: bool = False) -> ApiFailure:
        """The failure to answer with. Counts one answer of it, unless it is about brackets.

        An order and its brackets are asked for at once: which comes first, nobody knows.
        """
        if of_brackets:
            failure = self.brackets_failure or self._failure(order)
            return failure if failure and failure.times != 0 else ApiFailure("well")
        about = order if order in self._failures else None
        failure = self._failures.get(about)
        if failure is not None and failure.spent():
            del self._failures[about]
            failure = None
        return failure or ApiFailure("well")

    def _one(self, request: Request) -> Response:
        order_id = request.path_params["id"]
        if refusal := self._refusal(request):
            return refusal
        if self.can_run(order_id) and self._runs[order_id] is None:
            self.restart(order_id)
        return JSONResponse(self.order(order_id))

    def _brackets_of(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        return JSONResponse({"brackets": self.brackets(request.path_params["id"])})

    def account_of(self, key: str | None) -> str | None:
        """The account that has this key."""
        return {self.second_key: SECOND, self.api_key: MAIN}.get(key or "")

    def _refusal(self, request: Request) -> Response | None:
        """Why this single order, or its brackets, is not shown."""
        order_id, key = request.path_params["id"], request.headers.get("x-api-key")
        account = self.account_of(key)
        is_hidden = self.demands_key or (self.heeds_keys and key is not None)
        if is_hidden and account is None:
            return _error(401, "Unauthorized")
        known = order_id in self._orders
        if known and (not is_hidden or self.account(order_id) == account):
            return None
        return _error(404, "Not Found")

    def _list(self, request: Request) -> Response:
        query = request.query_params
        account = self.account_of(request.headers.get("x-api-key"))
        if account is None:
            return _error(401, "Unauthorized")
        per_page, offset = query.get("per_page", str(DEFAULT_PER_PAGE)), query.get("offset", "")
        sort = query.get("sort", "-date")
        if not per_page.isdecimal() or not 1 <= int(per_page) <= MAX_PER_PAGE:
            return _invalid(
                "per_page", f"Must be greater than or equal to 1 and less than or equal to {MAX_PER_PAGE}."
            )
        if sort not in SORTS:
            return _invalid("sort", f"Must be one of: {', '.join(SORTS)}.")
        if (start := _position(offset)) is None:
            return _invalid("offset", "Not a valid offset.")
        sought = "" if self.ignores_search else query.get("q", "")
        found = _sorted([each for each in self.orders(account) if _matches(each, sought)], sort)
        page = _page(found[start : start + int(per_page)])
        end = start + len(page)
        pagination = {
            "next_offset": _token(end) if end < len(found) else None,
            "per_page": int(per_page),
        }
        return JSONResponse({"orders": page, "pagination": pagination})


class _Endpoint:
    """Records a request and answers it with the current failure."""

    def __init__(self, sandbox: AutoenhanceSandbox, well: Callable[[Request], Response]) -> None:
        self._sandbox = sandbox
        self._well = well

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, sandbox = Request(scope), self._sandbox
        asked = Asked(request.url.path, request.url.query, request.headers, sandbox.clock())
        sandbox.keep(asked)
        begun = time.perf_counter()

        async def noted(message: Message) -> None:
            asked.status = message.get("status", asked.status)
            asked.answer = (asked.answer + message.get("body", b""))[:MAX_ANSWER_BYTES]
            await send(message)

        about = request.path_params.get("id") or sandbox.account_of(request.headers.get("x-api-key"))
        failure = sandbox.next_failure(about, of_brackets=asked.of_brackets)
        try:
            await answer(failure, self._well(request), sandbox.released, (scope, receive, noted))
        finally:
            asked.seconds = time.perf_counter() - begun
            sandbox.change_signal.ring()


def _matches(order: Json, words: str) -> bool:
    """Only case does not count. Nobody has said that the real search forgives more."""
    return words.casefold() in (order["name"] or "").casefold()


def _sorted(orders: list[Json], sort: str) -> list[Json]:
    key = (lambda order: order["name"] or "") if sort.endswith("name") else created
    return sorted(orders, key=key, reverse=sort.startswith("-"))


def _page(orders: list[Json]) -> list[Json]:
    """The first of the orders. A page is shorter than asked where its answer would be large."""
    photos = list(itertools.accumulate(len(order["images"] or ()) for order in orders))
    return orders[: max(1, bisect.bisect_right(photos, MAX_PHOTOS_PER_PAGE))]


def _token(position: int) -> str:
    """The documentation calls `offset` a text. It says nothing of what is in it."""
    return base64.urlsafe_b64encode(f"from:{position}".encode()).decode()


def _position(token: str) -> int | None:
    """0 without a token. None for a text that is no token of ours."""
    try:
        given = base64.urlsafe_b64decode(token).decode() if token else "from:0"
    except ValueError:
        return None
    begins, _, position = given.partition(":")
    return int(position) if begins == "from" and position.isdecimal() else None


def _invalid(field_name: str, problem: str) -> Response:
    return _error(422, "Validation error", {"query": {field_name: [problem]}})


def _error(status: int, message: str, detail: dict[str, Any] | None = None) -> Response:
    return JSONResponse({"detail": detail or {}, "message": message}, status)
