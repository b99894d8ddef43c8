"""Serves an ASGI app on a port of 127.0.0.1, in the running event loop, and reads what is sent there."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Literal

import uvicorn
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive

HOSTS = ("127.0.0.1", "localhost")  # with any port
STOP_GRACE_SECONDS = 0.5
"""How long requests may take to end when the server stops. An event stream never ends by itself."""


@asynccontextmanager
async def serving(
    app: ASGIApp, *, port: int = 0, http: type[asyncio.Protocol] | Literal["auto"] = "auto"
) -> AsyncIterator[str]:
    """Serve `app` and run its lifespan while the block runs. Yields the base URL, which answers requests.

    Only HOSTS are accepted as host names: a page of another site could make its own name mean this machine.
    `http` is uvicorn's protocol, or another.

    uvicorn's own `serve()` replaces the signal handlers of the process and checks ten times a second whether
    to stop. Here the block decides how long the server runs. So this uses only uvicorn's startup, and closes
    what it opened.
    """
    local = TrustedHostMiddleware(app, allowed_hosts=HOSTS)
    config = uvicorn.Config(
        local, http=http, ws="websockets-sansio", log_config=None, access_log=False, date_header=False
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        # asyncio sets this only on a socket that names its protocol. Without it, the second part of an
        # answer may wait for the client's delayed ACK: 40 ms.
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
    await _requests_ended(server)
    for connection in list(server.server_state.connections):
        connection.transport.abort()
    await _requests_ended(server)
    await server.lifespan.shutdown()


async def _requests_ended(server: uvicorn.Server) -> None:
    if server.server_state.tasks:
        await asyncio.wait(set(server.server_state.tasks), timeout=STOP_GRACE_SECONDS)


def json_object(body: bytes | str) -> dict[str, Any]:
    """What a caller sent as JSON. Anything else but an object is answered with 400 and a sentence."""
    try:
        found = json.loads(body)
    except ValueError:  # also of bytes that are no text
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from None
    if not isinstance(found, dict):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is JSON, but not an object.")
    return found


async def hang_up(receive: Receive) -> None:
    """Close the connection of this request at once, even in the middle of an answer.

    ASGI has no message for this, and uvicorn answers 500 when an app returns without a response. `receive` is
    a method of uvicorn's request object, which has the transport.
    """
    receive.__self__.transport.close()  # type: ignore[attr-defined]
    await disconnected(receive)


async def disconnected(receive: Receive) -> None:
    """Return when the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass
