"""The ways in which an HTTP API can fail, each as an ASGI response."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
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
    "redirect",
    "huge",
    "hang",
    "close",
]
# `html` and `empty` answer 200. `cut` ends in the middle of the JSON. `huge` is 50 MB. `hang` waits until it
# is released. `close` closes the connection without an answer.

_MEGABYTE = b" " * 1_000_000
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
        case name:
            headers = {} if failure.retry_after is None else {"Retry-After": str(failure.retry_after)}
            return JSONResponse({"detail": {}, "message": _ERRORS[name]}, int(name), headers)


async def _huge() -> AsyncIterator[bytes]:
    yield b'{"order_id": "'
    for _ in range(50):
        yield _MEGABYTE
    yield b'"}'
