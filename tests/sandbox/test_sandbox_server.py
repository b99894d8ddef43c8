"""Apps on ports of this machine, in the running event loop."""

import socket
from typing import Any

import httpx

from bot.sandbox.server import serving


async def test_no_answer_waits_for_an_acknowledgement() -> None:
    """The pieces of an answer leave at once. With Nagle's algorithm the last one would come 40 ms later."""
    at_once = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            connection = receive.__self__.transport.get_extra_info("socket")
            at_once.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

    async with serving(app) as url, httpx.AsyncClient() as http:
        await http.get(url)

    assert at_once == [1]
