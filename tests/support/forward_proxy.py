"""A proxy on 127.0.0.1, as a company has one, that records its requests."""

import asyncio
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

USER, PASSWORD = "ana", "pa%40ss"  # its URL has the password percent-encoded
CREDENTIALS = "ana:pa@ss"


@dataclass
class ForwardProxy:
    """`asked` has the first line of each request with its credentials. `url` has user and password."""

    port: int
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{USER}:{PASSWORD}@127.0.0.1:{self.port}"

    def hosts(self) -> set[str]:
        """The hosts of all requests."""
        targets = [line.split()[1] for line, _ in self.asked]
        return {urlsplit(target if "//" in target else f"//{target}").hostname or "" for target in targets}


@asynccontextmanager
async def forward_proxy(routes: Mapping[str, str] | None = None) -> AsyncIterator[ForwardProxy]:
    """Forwards http:// to the servers of `routes`, by host, and refuses all other requests.

    So no traffic leaves the machine.
    """
    servers, tasks = routes or {}, set[asyncio.Task[None]]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            proxy.asked.append(_read(head.decode()))
            await _forward(head, reader, writer, servers)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    proxy = ForwardProxy(server.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)


def _read(head: str) -> tuple[str, str]:
    credentials = re.search(r"(?im)^proxy-authorization: basic (\S+)", head)
    return head.partition("\r\n")[0], b64decode(credentials[1]).decode() if credentials else ""


async def _forward(
    head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, servers: Mapping[str, str]
) -> None:
    server = servers.get(urlsplit(head.split()[1].decode()).hostname or "")
    if server is None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        return
    there, back = await asyncio.open_connection("127.0.0.1", urlsplit(server).port)
    back.write(_rewritten(head.decode(), urlsplit(server).netloc).encode())
    await asyncio.gather(_pipe(reader, back), _pipe(there, writer))


def _rewritten(head: str, host: str) -> str:
    """The request's head for that server, with one request per connection unless it is for a WebSocket."""
    head = re.sub(r"^(\S+) \w+://[^/]+", r"\1 ", head)
    head = re.sub(r"(?im)^host: .*?$", f"Host: {host}\r", head)
    if re.search(r"(?im)^connection: upgrade", head):
        return head
    head = re.sub(r"(?im)^connection: .*?\n", "", head)
    return head.removesuffix("\r\n") + "Connection: close\r\n\r\n"


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()
