"""Callers that ask for the same key at the same time share one call."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")


@dataclass
class _Flight(Generic[_T]):
    task: asyncio.Task[_T]
    waiting: int = 0


class SingleFlight(Generic[_T]):
    """One call for each key at a time. Its result is shared for `fresh_for` seconds after it ended.

    An error reaches the callers that wait for it, and no later caller. So does a result that `is_kept`
    refuses.
    """

    def __init__(self, fresh_for: float, is_kept: Callable[[_T], bool] = lambda _: True) -> None:
        self._fresh_for = fresh_for
        self._is_kept = is_kept
        self._flights: dict[str, _Flight[_T]] = {}

    async def join(self, key: str, start: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """The result of `start()`, or of the call for `key` that another caller started.

        A caller that is cancelled does not cancel the call, unless no other caller waits for it.
        """
        flight = self._flights.get(key) or self._start(key, start)
        flight.waiting += 1
        try:
            # Unlike `await task`, this does not cancel the call when one caller is cancelled.
            await asyncio.wait([flight.task])
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                flight.task.cancel()
                self._forget(key, flight)
        return flight.task.result()

    def _start(self, key: str, start: Callable[[], Coroutine[Any, Any, _T]]) -> _Flight[_T]:
        flight = self._flights[key] = _Flight(asyncio.create_task(start()))
        flight.task.add_done_callback(lambda _: self._ended(key, flight))
        return flight

    def _ended(self, key: str, flight: _Flight[_T]) -> None:
        # Reading the exception marks it as retrieved for asyncio, in case all callers have left.
        failed = flight.task.cancelled() or flight.task.exception()
        if failed or not self._fresh_for or not self._is_kept(flight.task.result()):
            self._forget(key, flight)
        else:
            asyncio.get_running_loop().call_later(self._fresh_for, self._forget, key, flight)

    def _forget(self, key: str, flight: _Flight[_T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
