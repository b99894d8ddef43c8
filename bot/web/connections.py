"""Limits for connections before anybody knows who calls: uvicorn's protocol with deadlines and a cap.

uvicorn itself limits nothing that httptools reads, and has a deadline only between two requests.
"""

import asyncio
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if sys.platform != "win32":
    import resource

MAX_HEAD_BYTES = 32 * 1024  # as much as nginx passes on; Slack's heads have about 1 kB
MAX_HEADERS = 100  # as in Apache; Slack sends about ten, and each proxy adds a few
MAX_REQUEST_BYTES = 2 * 1024 * 1024  # head, body and chunk sizes; the longest body is 1 MiB
MAX_UNFINISHED_BYTES = 32 * 1024 * 1024  # of all unfinished requests together; Slack's are whole at once
SHARE_OF_DESCRIPTORS = 2  # so connections take at most one in two; the database and calls need the rest


def descriptor_limit() -> int | None:
    """How many files and sockets this process may open. None where there is no limit."""
    if sys.platform == "win32":
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if limit == resource.RLIM_INFINITY else limit


def max_connections(wanted: int, descriptors: int | None) -> int:
    """`wanted`, or half of the descriptors if that is less."""
    return wanted if descriptors is None else min(wanted, descriptors // SHARE_OF_DESCRIPTORS)


class Connections:
    """The open connections of one server. Ends those that take too long or are too many.

    A connection waits while its peer must do something: begin a request, finish it, or read its answer. It
    does not wait while the bot works for it.
    """

    def __init__(self, limit: int, seconds: float, refused: Callable[[str], None]) -> None:
        """At most `limit` at once. Each wait may take `seconds`. `refused` is told why one was ended."""
        self.refused = refused
        self._limit = limit
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._open: set[LimitedProtocol] = set()
        self._waiting: dict[LimitedProtocol, float] = {}  # until when; in this order, as all may take as long
        self._unfinished_bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def protocol(self) -> "type[LimitedProtocol]":
        """The class to give to uvicorn."""
        return type("Limited", (LimitedProtocol,), {"among": self})

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def add(self, connection: "LimitedProtocol") -> None:
        """If there are too many, ends the one that waits longest. If no other waits, that is this one."""
        self._open.add(connection)
        self.waits(connection)
        if len(self._open) > self._limit:
            self._end(next(iter(self._waiting)), "crowded")

    def remove(self, connection: "LimitedProtocol") -> None:
        self._open.discard(connection)
        self.works(connection)

    def waits(self, connection: "LimitedProtocol") -> None:
        """From now on the bot waits for this peer."""
        self._waiting.pop(connection, None)
        self._waiting[connection] = until = self._loop.time() + self._seconds
        if self._timer is None:
            self._timer = self._loop.call_at(until, self._expire)

    def works(self, connection: "LimitedProtocol") -> None:
        """From now on this peer waits for the bot."""
        self._waiting.pop(connection, None)

    def holds(self, more: int) -> None:
        """So many more bytes of unfinished requests, or fewer. Too many end the ones that wait longest."""
        self._unfinished_bytes += more
        for connection in [*self._waiting] if self._unfinished_bytes > MAX_UNFINISHED_BYTES else ():
            if connection.received and self._unfinished_bytes > MAX_UNFINISHED_BYTES:
                self._end(connection, "memory")

    def _end(self, connection: "LimitedProtocol", reason: str) -> None:
        self.refused(reason)
        self.remove(connection)
        connection.abort()

    def _expire(self) -> None:
        now = self._loop.time()
        for connection in [each for each, until in self._waiting.items() if until <= now]:
            connection.expired()
        first = next(iter(self._waiting.values()), None)
        self._timer = None if first is None else self._loop.call_at(first, self._expire)


class _Refused(Exception):
    """Raised to the parser, which then stops."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        self.status = status
        self.reason = reason


class _Pipelined(Exception):
    """A second request came before the first was answered."""


class LimitedProtocol(HttpToolsProtocol):
    """One connection. It takes one request at a time."""

    among: Connections  # set by `Connections.protocol`

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.received = 0  # bytes of a request that is not whole
        self._in_head = True
        self._deaf = False  # reads nothing more

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.among.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget()
        self.among.remove(self)

    def data_received(self, data: bytes) -> None:
        """As uvicorn's, but each byte counts, and a malformed request is counted rather than logged."""
        if self._deaf:
            return
        self._unset_keepalive_if_required()
        self.received += len(data)
        self.among.holds(len(data))
        if self.transport.is_closing():  # ended, as all of them hold too many bytes
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # only HTTP/1.1 is spoken here
        except httptools.HttpParserError as error:
            self._stop(error.__context__)
            return
        if self._in_head and self.received > MAX_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head")
        elif self.received > MAX_REQUEST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "size")

    def on_message_begin(self) -> None:
        if self._is_answering:
            raise _Pipelined
        super().on_message_begin()
        self.among.waits(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) >= MAX_HEADERS:
            raise _Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.received > MAX_HEAD_BYTES:  # perhaps with some of the body
            head = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if head > MAX_HEAD_BYTES:
                raise _Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head")
        super().on_headers_complete()  # raises on an address that cannot be read, such as CONNECT's
        self._in_head = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True
        self._forget()
        if self._is_answering and not self.flow.write_paused:  # then it has to read older answers first
            self.among.works(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.among.waits(self)
        if self.expect_100_continue and self.cycle.more_body:
            self.transport.close()  # the peer waits for a word to send the body, and will not get it

    def pause_writing(self) -> None:
        super().pause_writing()
        self.among.waits(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._is_answering and not self.cycle.more_body:
            self.among.works(self)

    def expired(self) -> None:
        """The peer has taken too long."""
        unread = self.transport.is_closing() or self.transport.get_write_buffer_size() > 0
        if self.received and not unread:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "slow")
        else:
            self.among.refused("unread" if unread else "idle")
            self.abort()

    def abort(self) -> None:
        self._deaf = True
        self.among.works(self)
        self._forget()
        self.transport.abort()

    @property
    def _is_answering(self) -> bool:
        return not getattr(self.cycle, "response_complete", True)  # there is none before the first request

    def _forget(self) -> None:
        self.among.holds(-self.received)
        self.received = 0

    def _stop(self, why: BaseException | None) -> None:
        if isinstance(why, _Pipelined):
            self.among.refused("pipelined")
            self._deaf, self.cycle.keep_alive = True, False  # the first one gets its answer
        elif isinstance(why, _Refused):
            self._refuse(why.status, why.reason)
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "malformed")

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self.among.refused(reason)
        in_body = not self._in_head
        if self.cycle.response_started if in_body else self._is_answering:
            self.abort()  # an answer here would come in the middle of another, or after it
            return
        self._deaf = True
        self._forget()
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain\r\nconnection: close\r\n"
        body = f"content-length: {len(status.phrase)}\r\n\r\n{status.phrase}"
        self.transport.write(f"{head}{body}".encode())
        self.transport.close()
        self.among.waits(self)
