"""The time that requests to a stand-in, and its answers, take on a network."""

import asyncio
import random
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Latency = Callable[[], float]
"""How many seconds the next request, or the next answer, is on its way."""


def jitter() -> float:
    """Mostly nothing, often up to 30 ms, sometimes a quarter of a second: requests overtake each other."""
    most, often, seldom = 0.0, random.uniform(0, 0.03), random.uniform(0.03, 0.25)  # noqa: S311 - no secrets
    return random.choices((most, often, seldom), weights=(70, 25, 5))[0]  # noqa: S311


def delayed(app: ASGIApp, latency: Latency | None) -> ASGIApp:
    """The app as it is over a network. None: as it is on one machine."""
    if latency is None:
        return app

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(latency())
            await send(message)

        if scope["type"] == "http":
            await asyncio.sleep(latency())
        await app(scope, receive, answer)

    return call
