"""Slack having a bad day: answers that fail, and calls held at a gate."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response


class Gate:
    """Holds one call. `reached` is set when the call stands before it; `open()` lets the call go on."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._opened = asyncio.Event()

    def open(self) -> None:
        self._opened.set()

    async def passed(self) -> None:
        self.reached.set()
        await self._opened.wait()


@dataclass
class _Fault:
    """What goes wrong with the next `times` calls; `accepted` ones take effect before it does."""

    times: int
    accepted: bool
    answer: Callable[[], Response] | None = None
    gate: Gate | None = None


@dataclass
class Faults:
    """By method: `chat.postMessage` and its like, or `respond` for every response_url."""

    _next: dict[str, list[_Fault]] = field(default_factory=dict)

    def fail(
        self,
        method: str,
        *,
        error: str = "internal_error",
        status: int = 200,
        retry_after: int | None = None,
        times: int = 1,
        accepted: bool = False,
    ) -> None:
        """The next calls are answered with this error; `accepted` means that Slack did it all the same.

        `ratelimited` is always a 429, as it is in Slack.
        """
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        code = 429 if error == "ratelimited" else status
        body = {"ok": False, "error": error}
        fault = _Fault(times, accepted, lambda: JSONResponse(body, code, headers))
        self._next.setdefault(method, []).append(fault)

    def mend(self) -> None:
        """All goes well again; what is held stays held."""
        self._next.clear()

    def hold(self, method: str, *, accepted: bool = False) -> Gate:
        """Hold the next call: before it takes effect or, if `accepted`, after that and before its answer."""
        gate = Gate()
        self._next.setdefault(method, []).append(_Fault(1, accepted, gate=gate))
        return gate

    async def around(self, method: str, act: Callable[[], Response]) -> Response:
        """Do `act` as it goes today."""
        fault = self._take(method)
        if fault is None:
            return act()
        done = act() if fault.accepted else None
        if fault.gate is not None:
            await fault.gate.passed()
        if fault.answer is not None:
            return fault.answer()
        return done or act()

    def _take(self, method: str) -> _Fault | None:
        waiting = self._next.get(method)
        if not waiting:
            return None
        waiting[0].times -= 1
        return waiting[0] if waiting[0].times else waiting.pop(0)
