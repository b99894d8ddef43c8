"""The ways in which an HTTP API can fail, each as an ASGI response."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.sandbox.server import disconnected, hang_up

FailureName = Literal[
    "well",
    "401",
    "404",
    "429",
    "500",
    "502",
    "503",
    "html",
    "empty",
    "cut",
    "not-an-order",
    "another-order",
    "redirect",
    "huge",
    "bomb",
    "misnamed",
    "hang",
    "close",
]
# `html` and `empty` answer 200. `another-order` is the right order under the id of another, as a cache in
# between may send it. `cut` ends in the middle of the JSON. `huge` is 50 MB. `bomb` is packed, and has
# 200 MB when it is unpacked. `misnamed` is the right answer with the encoding `utf-8`, which is none: a
# report of a proxy that put the charset there. `hang` waits until it is released. `close` closes the
# connection without an answer.

_MEGABYTE = b" " * 1_000_000
_ANOTHER_ORDER = "0d4f5a1b-7c33-4be8-9a20-6f1c84d7b9e2"
_GATEWAY = "<html><head><title>Bad gateway</title></head><body><h1>nginx</h1></body></html>"
_ERRORS = {
    "401": "Unauthorized",
    "404": "Not Found",
    "429": "Too Many Requests",
    "500": "Internal Server Error",
    "503": "Service Unavailable",
}


@dataclass
class ApiFailure:
    """`times` is how many more answers fail like this. None means all of them."""

    name: FailureName
    times: int | None = None
    retry_after: int | None = None
    location: str = ""

    def spent(self) -> bool:
        """Count one answer. True when the failure no longer applies."""
        if self.times is None:
            return False
        self.times -= 1
        return self.times < 0


async def answer(
    failure: ApiFailure, well: Response, released: asyncio.Event, call: tuple[Scope, Receive, Send]
) -> None:
    """Answer the call with this failure. `well` is the response without a failure."""
    _, receive, send = call
    match failure.name:
        case "well":
            await well(*call)
        case "hang":
            await _until_released(released, receive)
            await well(*call)
        case "close":
            await hang_up(receive)
        case "misnamed":
            well.headers["Content-Encoding"] = "utf-8"
            await well(*call)
        case "another-order":
            order = json.loads(bytes(well.body)) | {"order_id": _ANOTHER_ORDER}
            await JSONResponse(order)(*call)
        case "cut":
            await send({"type": "http.response.start", "status": 200, "headers": well.raw_headers})
            half = bytes(well.body)[: len(well.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            await hang_up(receive)
        case _:
            await failed_response(failure)(*call)


async def _until_released(released: asyncio.Event, receive: Receive) -> None:
    """Wait until `released` is set or the client disconnects."""
    waits: list[asyncio.Task[Any]] = [
        asyncio.create_task(released.wait()),
        asyncio.create_task(disconnected(receive)),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def failed_response(failure: ApiFailure) -> Response:
    """The response of a failure that is a complete response."""
    match failure.name:
        case "502":
            return HTMLResponse(_GATEWAY, 502)
        case "html":
            return HTMLResponse(_GATEWAY)
        case "empty":
            return Response(b"")
        case "not-an-order":
            return JSONResponse(["not", "an", "order"])
        case "redirect":
            return RedirectResponse(failure.location, 302)
        case "huge":
            return StreamingResponse(_huge(), media_type="application/json")
        case "bomb":
            packed = {"Content-Encoding": "gzip"}
            return Response(_bomb(), headers=packed, media_type="application/json")
        case name:
            headers = {} if failure.retry_after is None else {"Retry-After": str(failure.retry_after)}
            return JSONResponse({"detail": {}, "message": _ERRORS[name]}, int(name), headers)


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(wbits=31)
    pieces = [packer.compress(each) for each in [b'{"order_id": "', *[_MEGABYTE] * 200, b'"}']]
    return b"".join([*pieces, packer.flush()])


async def _huge() -> AsyncIterator[bytes]:
    yield b'{"order_id": "'
    for _ in range(50):
        yield _MEGABYTE
    yield b'"}'
