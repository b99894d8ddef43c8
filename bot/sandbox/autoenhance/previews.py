"""The files of photos: `GET /v3/images/{id}/enhanced` and `…/original`, and the host that they are on.

The real API redirects to a host of its own, and that one to a store of files. Here, both are one more server
on this machine.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.change_signal import ChangeSignal
from bot.sandbox.failures import ApiFailure, answer

FORMATS = ("jpeg", "png", "webp", "avif", "jxl")
MAX_QUALITY = 90
FULL_WIDTH = 1280  # of the file that a request without `max_width` gets. A real one is up to 6,000 wide

Form = Literal["redirect", "json", "bytes"]

credits_spent: list[str] = []
"""What would have cost a credit, of all stand-ins in this process. Nothing of ours may: tests read it."""


@dataclass
class Fetched:
    """One request, and the headers that came with it."""

    path: str
    query: str
    headers: Headers = field(repr=False)


class PreviewFiles:
    """`asked` has the requests to the API, and `fetched` those to the host of the files."""

    def __init__(
        self,
        find: Callable[[str, str | None], Json | None],
        account_of: Callable[[str | None], str | None],
        released: asyncio.Event,
    ) -> None:
        self.change_signal = ChangeSignal()
        self.asked: list[Fetched] = []
        self.fetched: list[Fetched] = []
        self.most_at_once = 0
        self.form: Form = "redirect"
        """How the API answers. Some accounts get JSON with an `image_url`."""
        self.redirects = 2
        self.location = ""
        """Where the API redirects to, in place of its own host of files."""
        self.instead: tuple[bytes, str] | None = None
        """A body and its content type, in place of a drawn JPEG."""
        self.failure = ApiFailure("well")
        self.store_failure = ApiFailure("well")
        self.store_url = ""
        """Where `store` is served. Without it, the API sends the files itself."""
        self._find = find
        self._account_of = account_of
        self.released = released
        self._at_once = 0
        self.routes = [Route("/v3/images/{id}/{which}", _Answered(self.api_answer))]
        self.store = Starlette(routes=[Route("/files/{left:int}/{which}/{id}", _Answered(self.store_answer))])

    async def api_answer(self, request: Request, call: tuple[Scope, Receive, Send]) -> None:
        self.asked.append(Fetched(request.url.path, request.url.query, request.headers))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.change_signal.ring()
        try:
            failure = ApiFailure("well") if self.failure.spent() else self.failure
            await answer(failure, await self._api(request), self.released, call)
        finally:
            self._at_once -= 1

    async def store_answer(self, request: Request, call: tuple[Scope, Receive, Send]) -> None:
        self.fetched.append(Fetched(request.url.path, request.url.query, request.headers))
        failure = ApiFailure("well") if self.store_failure.spent() else self.store_failure
        await answer(failure, await self._store(request), self.released, call)

    async def _api(self, request: Request) -> Response:
        image_id, which, query = request.path_params["id"], request.path_params["which"], request.query_params
        if which not in {"enhanced", "original"}:
            return _error(404, "Not Found")
        account = self._account_of(request.headers.get("x-api-key"))
        if account is None:
            return _error(401, "Unauthorized")
        if problems := _problems(query):
            return _error(422, "Validation error", {"query": problems})
        if self._find(image_id, account) is None:
            return _error(404, "Not Found")
        if query.getlist("preview") != ["true"] or "false" in query.getlist("watermark"):
            credits_spent.append(f"{which}: {query}")
            return _error(402, "Payment Required")
        if self.form == "bytes" or not (self.store_url or self.location):
            return await self._file(image_id, which, query)
        left = self.redirects - 1
        url = self.location or f"{self.store_url}/files/{left}/{which}/{image_id}?{query}&signature=s3cret"
        return JSONResponse({"image_url": url}) if self.form == "json" else RedirectResponse(url, 302)

    async def _store(self, request: Request) -> Response:
        params = request.path_params
        if params["left"]:
            path = f"/files/{params['left'] - 1}/{params['which']}/{params['id']}"
            return RedirectResponse(f"{path}?{request.url.query}", 302)
        return await self._file(params["id"], params["which"], request.query_params)

    async def _file(self, image_id: str, which: str, query: QueryParams) -> Response:
        image, jpeg = self._find(image_id, None), _drawing()
        if self.instead is not None:
            body, kind = self.instead
            return Response(body, media_type=kind)
        if image is None or jpeg is None:
            return _error(404, "Not Found")
        width = min(int(query.get("max_width", FULL_WIDTH)), FULL_WIDTH)
        scene = str(image.get("scene") or "")
        drawn = await asyncio.to_thread(jpeg, image_id, scene, enhanced=which == "enhanced", width=width)
        return Response(drawn, media_type="image/jpeg")


class _Answered:
    """An ASGI endpoint, which can also break its connection."""

    def __init__(self, answered: Callable[[Request, tuple[Scope, Receive, Send]], Awaitable[None]]) -> None:
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answered(Request(scope), (scope, receive, send))


_says_so = [True]


def _drawing() -> Callable[..., bytes] | None:
    """The function that draws. None without Pillow, which is said once."""
    try:
        from bot.sandbox.autoenhance.drawn import jpeg  # noqa: PLC0415 - Pillow is an extra
    except ImportError:
        if _says_so:
            _says_so.clear()
            logging.getLogger(__name__).warning("no pictures in the sandbox: Pillow is not installed")
        return None
    return jpeg


def _problems(query: QueryParams) -> dict[str, list[str]]:
    """What the API refuses, by the limits of its specification."""
    found: dict[str, list[str]] = {}
    for name in ("preview", "watermark", "finetune"):
        if any(value not in {"true", "false"} for value in query.getlist(name)):
            found[name] = ["Not a valid boolean."]
    if query.get("format", "jpeg") not in FORMATS:
        found["format"] = [f"Must be one of: {', '.join(FORMATS)}."]
    width, quality = query.get("max_width", "1"), query.get("quality", "1")
    if not width.isdecimal() or int(width) < 1:
        found["max_width"] = ["Must be greater than or equal to 1."]
    if not quality.isdecimal() or not 1 <= int(quality) <= MAX_QUALITY:
        found["quality"] = [f"Must be greater than or equal to 1 and less than or equal to {MAX_QUALITY}."]
    return found


def _error(status: int, message: str, detail: dict[str, Any] | None = None) -> Response:
    return JSONResponse({"detail": detail or {}, "message": message}, status)
