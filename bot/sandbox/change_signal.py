"""Waiting for a change without looking again and again."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class ChangeSignal:
    """Wakes everybody who waits, each time it rings.

    Unlike an `asyncio.Condition` it can be rung from plain functions, so whatever changes state can ring it.
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

        It is called now and after each ring. Nothing can slip between a look and the wait that follows it,
        because there is no await between the two.
        """
        async with asyncio.timeout(timeout):
            while not (found := seen()):
                await self.rung()
            return found
