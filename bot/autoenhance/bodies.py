"""Reads the bodies of answers: unpacked within limits, and few large ones at a time."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Self, TypeVar

import httpx

from bot.autoenhance.limits import Limits
from bot.core.errors import OrderTooLarge, Unavailable

_STEP_BYTES = 64 * 1024  # unpacked between two turns of the event loop
_GZIP = zlib.MAX_WBITS | 16  # zlib's word for it
_PACKINGS = {"gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd", "dcb", "dcz"}

T = TypeVar("T")


class LargeAnswers:
    """At most `Limits.large_at_once` large answers are in memory. The others wait, half read."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._free = asyncio.Semaphore(limits.large_at_once)

    def reading(self) -> "Reading":
        return Reading(self._limits, self._free)


class Reading:
    """Reads one answer and parses it, while no more than a few others do the same with a large one."""

    def __init__(self, limits: Limits, free: asyncio.Semaphore) -> None:
        self._limits = limits
        self._free = free
        self._is_large = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_large:
            self._free.release()

    async def body(self, reply: httpx.Response) -> bytearray:
        """At most `Limits.max_bytes` bytes, unpacked. Raises OrderTooLarge as soon as there are more.

        It may be called again for another attempt.
        """
        announced = reply.headers.get("content-length", "")
        if announced.isdecimal() and float(announced) > self._limits.max_bytes:
            raise OrderTooLarge("the answer's Content-Length is too large")
        read = bytearray()
        async with aclosing(_pieces(reply)) as pieces:
            async for piece in pieces:
                read += piece
                if len(read) > self._limits.max_bytes:
                    raise OrderTooLarge("the answer is too long")
                if len(read) > self._limits.large_bytes and not self._is_large:
                    await self._free.acquire()
                    self._is_large = True
        return read

    async def parsed(self, parse: Callable[[bytearray], T], body: bytearray) -> T:
        """Parses a large answer in a thread, so that the event loop goes on in between."""
        return await asyncio.to_thread(parse, body) if self._is_large else parse(body)


async def _pieces(reply: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The unpacked body. httpx would unpack each piece at once, up to a thousand times its size."""
    if not _is_packed(reply):
        async for piece in reply.aiter_raw():
            yield piece
        return
    gzip = zlib.decompressobj(_GZIP)
    try:
        async for packed in reply.aiter_raw():
            rest = packed
            while rest and not gzip.eof:
                yield gzip.decompress(rest, _STEP_BYTES)
                rest = gzip.unconsumed_tail
                await asyncio.sleep(0)
        yield gzip.flush(_STEP_BYTES)
    except zlib.error as error:
        raise Unavailable("Autoenhance's answer can't be unpacked") from error


def _is_packed(reply: httpx.Response) -> bool:
    """Some servers name what is no packing, such as `utf-8`.

    Another packing than gzip, or a second layer, is not unpacked: it grows a thousand times more.
    """
    named = reply.headers.get("content-encoding", "").lower().split(",")
    return any(each.strip() in _PACKINGS for each in named)
