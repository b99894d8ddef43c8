"""Previews of photos: small pictures that cost nothing.

Some accounts get the file that costs a credit, unless `preview=true` asks for less. This is the only place
that asks for a photo's file, and it asks in one way.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from bot.autoenhance import responses
from bot.autoenhance.bodies import LargeAnswers
from bot.autoenhance.limits import Limits
from bot.autoenhance.redirects import allowed
from bot.autoenhance.requests import Requests
from bot.core.errors import NoPreview, OrderNotFound, Unavailable
from bot.orders.models import json_object

AT_ONCE = 4
MAX_REDIRECTS = 3
MAX_BYTES = 4 * 1024 * 1024  # thirty times what a preview of this width has
_QUERY = {"preview": "true", "format": "jpeg", "max_width": "640"}
_ACCEPT = "image/*"  # with `application/json`, some accounts get no picture

# A store of files says `octet-stream` where nobody told it what a file is. So the first bytes decide.
_TYPES = {"image/jpeg", "image/jpg", "image/png", "application/octet-stream", "binary/octet-stream"}
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"

ClientFor = Callable[[str], httpx.AsyncClient]


@dataclass(frozen=True)
class _Elsewhere:
    """The picture is at another address."""

    base: str = field(repr=False)
    location: str = field(repr=False)


class Previews:
    """Raises AutoenhanceError and its subclasses, and DatabaseFailed where the rate limiter is shared.

    OrderNotFound: there is no such photo, or no preview of it yet. KeyRefused: the key is not accepted.
    Limited and Unavailable: no preview now. NoPreview: not later either. OrderTooLarge: the
    answer is longer than a preview.

    At most AT_ONCE requests run at once. A call ends after `Limits.preview` seconds, with its wait for a
    place. So calls that begin together share that time. No error message has the key, an address or an ID.

    `client_for` gives the client for an address that Autoenhance names. It must connect to public addresses
    only. `local`: Autoenhance is a stand-in on this machine, and may name addresses there.
    """

    def __init__(
        self, requests: Requests, client_for: ClientFor, *, local: bool = False, limits: Limits
    ) -> None:
        self._requests = requests
        self._client_for = client_for
        self._local = local
        self._seconds = limits.preview
        self._timeout = httpx.Timeout(limits.read, connect=limits.connect)
        # None is large: a few short ones at once need no turns.
        self._answers = LargeAnswers(replace(limits, max_bytes=MAX_BYTES, large_bytes=MAX_BYTES))
        self._places = asyncio.Semaphore(AT_ONCE)

    async def enhanced(self, image_id: str, key: SecretStr) -> bytes:
        """A JPEG or PNG of the enhanced photo, about 640 pixels wide."""
        return await self._preview(image_id, "enhanced", key)

    async def original(self, image_id: str, key: SecretStr) -> bytes:
        """The same of the photo as it was shot."""
        return await self._preview(image_id, "original", key)

    async def _preview(self, image_id: str, which: str, key: SecretStr) -> bytes:
        if image_id in {"", ".", ".."}:  # in a URL, these name another path
            raise OrderNotFound("no photo has this ID")
        path = f"images/{quote(image_id, safe='')}/{which}"
        try:
            async with asyncio.timeout(self._seconds), self._places:
                found = await self._requests.read(self._of_autoenhance, path, _QUERY, key=key, accept=_ACCEPT)
                for _ in range(MAX_REDIRECTS):
                    if isinstance(found, bytes):
                        return found
                    found = await self._follow(found)
        except TimeoutError as error:
            raise Unavailable("no preview came in time") from error
        if isinstance(found, bytes):
            return found
        raise NoPreview("Autoenhance redirects too often")

    async def _of_autoenhance(self, reply: httpx.Response) -> bytes | _Elsewhere:
        return await self._taken(reply, self._check)

    def _check(self, reply: httpx.Response) -> None:
        try:
            self._requests.check(reply)
        except Unavailable as error:  # such as a 402: an account without a plan
            if _is_final(reply.status_code):
                raise NoPreview(str(error)) from None
            raise

    async def _follow(self, step: _Elsewhere) -> bytes | _Elsewhere:
        """Asks the address without the key. A failure is not repeated: another host has its own reasons."""
        url = allowed(step.base, step.location, local=self._local)
        try:
            async with self._client_for(str(url)).stream(
                "GET", url, headers={"accept": _ACCEPT}, timeout=self._timeout, follow_redirects=False
            ) as reply:
                return await self._taken(reply, _check_elsewhere)
        except httpx.HTTPError as error:
            failure = responses.no_answer(error)
            raise (failure.failure if isinstance(failure, responses.Transient) else failure) from None

    async def _taken(
        self, reply: httpx.Response, check: Callable[[httpx.Response], None]
    ) -> bytes | _Elsewhere:
        if reply.has_redirect_location:
            return _Elsewhere(str(reply.url), reply.headers["location"])
        check(reply)
        with self._answers.reading() as reading:
            body = await reading.body(reply)
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            return _Elsewhere(str(reply.url), _image_url(body))
        if kind not in _TYPES or not body.startswith((_JPEG, _PNG)):
            raise NoPreview("Autoenhance answered with something that is no picture")
        return bytes(body)


def _image_url(body: bytearray) -> str:
    """Some accounts get `{"image_url": …}` in place of the picture."""
    try:
        url = json_object(body).get("image_url")
    except Unavailable:
        url = None
    if not isinstance(url, str) or not url:
        raise NoPreview("Autoenhance answered with JSON that names no picture")
    return url


def _check_elsewhere(reply: httpx.Response) -> None:
    """Another host knows no key. So a 401 or 403 of it says nothing about ours."""
    if reply.status_code in {404, 410}:
        raise OrderNotFound("there is no such preview")
    if reply.status_code != 200:  # noqa: PLR2004
        kind = NoPreview if _is_final(reply.status_code) else Unavailable
        raise kind(f"the host of Autoenhance's previews answered {reply.status_code}")


def _is_final(status: int) -> bool:
    """The request was refused, and will be. A timeout and a rate limit pass."""
    return 400 <= status < 500 and status not in {408, 425, 429}  # noqa: PLR2004
