"""Many who ask the same at once are one request."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")


@dataclass
class _Flight(Generic[_T]):
    task: asyncio.Task[_T]
    passengers: int = 0


class SingleFlight(Generic[_T]):
    """One call for each key at a time; what it brings is shared for `fresh_for` seconds after it landed.

    A failure reaches those who wait for it, and no later caller.
    """

    def __init__(self, fresh_for: float) -> None:
        self._fresh_for = fresh_for
        self._flights: dict[str, _Flight[_T]] = {}

    async def join(self, key: str, start: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """The result of `start()`, or of the call for `key` that another caller started.

        A passenger who is cancelled leaves alone; when the last one leaves, the call is cancelled too.
        """
        flight = self._flights.get(key) or self._take_off(key, start)
        flight.passengers += 1
        try:
            # Unlike `await task`, this does not pass a cancellation on to the others' call.
            await asyncio.wait([flight.task])
        finally:
            flight.passengers -= 1
            if not flight.passengers and not flight.task.done():
                flight.task.cancel()
                self._forget(key, flight)
        return flight.task.result()

    def _take_off(self, key: str, start: Callable[[], Coroutine[Any, Any, _T]]) -> _Flight[_T]:
        flight = self._flights[key] = _Flight(asyncio.create_task(start()))
        flight.task.add_done_callback(lambda _: self._land(key, flight))
        return flight

    def _land(self, key: str, flight: _Flight[_T]) -> None:
        # Asking for the exception also tells asyncio that it was seen, should all callers have left.
        if flight.task.cancelled() or flight.task.exception() or not self._fresh_for:
            self._forget(key, flight)
        else:
            asyncio.get_running_loop().call_later(self._fresh_for, self._forget, key, flight)

    def _forget(self, key: str, flight: _Flight[_T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
