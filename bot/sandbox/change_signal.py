"""Waiting for a change without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class ChangeSignal:
    """Wakes every waiting task, each time it rings.

    Unlike an `asyncio.Condition`, it can be rung from plain functions.
    """

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    async def rung(self) -> None:
        """Wait for the next ring."""
        await self._next.wait()

    async def until(self, seen: Callable[[], T], *, timeout: float) -> T:  # noqa: ASYNC109
        """Wait until `seen()` is true, and return what it returned; raises TimeoutError.

        `seen` is called now and after each ring. No change is missed: there is no await between the call and
        the wait that follows it.
        """
        async with asyncio.timeout(timeout):
            while not (found := seen()):
                await self.rung()
            return found
