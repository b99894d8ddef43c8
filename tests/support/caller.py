"""One raw connection to a server, which may do what no HTTP client does."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65536
PATIENCE = 20.0  # seconds until a test gives up


class Caller:
    """A socket whose every byte the test chooses. A reset counts as an end."""

    def __init__(self, url: str, **options: int) -> None:
        parts = urlsplit(url)
        self._socket = socket.socket()
        for name, value in options.items():
            self._socket.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
        self._socket.setblocking(False)  # noqa: FBT003
        self._address = (parts.hostname, parts.port)

    async def connect(self) -> "Caller":
        await asyncio.get_running_loop().sock_connect(self._socket, self._address)
        return self

    async def send(self, data: bytes) -> bool:
        """False when the server has closed the connection."""
        with suppress(ConnectionError):
            await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(self._socket, data), PATIENCE)
            return True
        return False

    async def until_closed(self) -> bytes:
        """All that comes until the server closes the connection. Raises TimeoutError."""
        came = bytearray()
        async with asyncio.timeout(PATIENCE):
            while piece := await self._piece():
                came += piece
        return bytes(came)

    async def dripping(self, drop: bytes) -> bytes:
        """As `until_closed`, and keeps sending `drop` meanwhile, so that the connection is never idle."""
        closed = asyncio.create_task(self.until_closed())
        while not closed.done():
            await self.send(drop)
            await asyncio.wait([closed], timeout=0.02)
        return await closed

    async def answer(self, words: bytes) -> bytes:
        """What comes until these words are in it. Raises TimeoutError."""
        came = bytearray()
        async with asyncio.timeout(PATIENCE):
            while words not in came[-2 * CHUNK :]:
                piece = await self._piece()
                assert piece, f"closed after {bytes(came[-1000:])!r}"
                came += piece
        return bytes(came)

    def is_closed(self) -> bool:
        """Whether the server has closed the connection by now."""
        try:
            return not self._socket.recv(1)
        except BlockingIOError:
            return False
        except ConnectionError:
            return True

    def close(self) -> None:
        self._socket.close()

    async def _piece(self) -> bytes:
        with suppress(ConnectionError):
            return await asyncio.get_running_loop().sock_recv(self._socket, CHUNK)
        return b""


@contextmanager
def callers(url: str, number: int = 1, **options: int) -> Iterator[list[Caller]]:
    """So many, closed at the end of the block. They must `connect`."""
    opened = [Caller(url, **options) for _ in range(number)]
    try:
        yield opened
    finally:
        for each in opened:
            each.close()


def head(path: str, *lines: str, method: str = "POST", version: str = "1.1") -> bytes:
    """A whole head."""
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: 127.0.0.1", *lines, "", ""]).encode()
