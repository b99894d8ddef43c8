"""Runs an ASGI app on a port of 127.0.0.1, inside the event loop that is already there."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp, Receive

GRACE = 0.5
"""Seconds that requests have to end when the server stops; an event stream never ends by itself."""


@asynccontextmanager
async def serving(app: ASGIApp, *, port: int = 0) -> AsyncIterator[str]:
    """Serve `app` and run its lifespan while the block runs; yields the base URL, which answers from then on.

    uvicorn's own `serve()` takes over the signals of the process and looks ten times a second whether to
    stop. Here the block is the lifetime, so we take only its start and close what it opened ourselves.
    """
    config = uvicorn.Config(app, ws="websockets-sansio", log_config=None, access_log=False, date_header=False)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        # asyncio does this only where the socket names its protocol; without, an answer's second piece
        # may wait for the other side's delayed ACK: 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await server.startup(sockets=[listener])
        except SystemExit as exit_:
            raise RuntimeError("the app did not start; the log says why") from exit_
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            await _stop(server)


async def _stop(server: uvicorn.Server) -> None:
    for listening in server.servers:
        listening.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    await _ended(server)
    for connection in list(server.server_state.connections):
        connection.transport.abort()
    await _ended(server)
    await server.lifespan.shutdown()


async def _ended(server: uvicorn.Server) -> None:
    if server.server_state.tasks:
        await asyncio.wait(set(server.server_state.tasks), timeout=GRACE)


async def hang_up(receive: Receive) -> None:
    """Close the connection of this request at once, whatever was answered so far.

    ASGI has no word for it, and an app that simply returns makes uvicorn answer 500. `receive` is a method of
    uvicorn's request, which knows its transport.
    """
    receive.__self__.transport.close()  # type: ignore[attr-defined]
    await gone(receive)


async def gone(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
