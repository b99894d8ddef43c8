"""Makes Slack fail: answers with errors, slow answers, and calls that are held."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response


class Gate:
    """Holds one call. `reached` is set when the call waits at the gate. `open()` lets it continue."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._opened = asyncio.Event()

    def open(self) -> None:
        self._opened.set()

    async def passed(self) -> None:
        self.reached.set()
        await self._opened.wait()


@dataclass(eq=False)
class _Fault:
    """What fails in the next `times` calls, or in all for None. An `accepted` call takes effect first.

    With a `channel`, only calls for it fail.
    """

    name: str
    times: int | None
    channel: str | None = None
    accepted: bool = False
    answer: Callable[[], Response] | None = None
    gate: Gate | None = None
    delay: float = 0.0


@dataclass
class Faults:
    """The faults of each method: a Web API method, or `respond` for every response_url."""

    _next: dict[str, list[_Fault]] = field(default_factory=dict)

    def fail(
        self,
        method: str,
        *,
        error: str = "internal_error",
        status: int = 200,
        retry_after: int | None = None,
        times: int | None = 1,
        accepted: bool = False,
        channel: str | None = None,
        body: str | None = None,
        media_type: str = "text/html",
    ) -> None:
        """Answer the next `times` calls with this error. None means until `clear`.

        `accepted` calls take effect all the same. `ratelimited` always has the status 429, as in Slack.
        With a `channel`, only calls for it fail. `body` is sent instead of JSON, as by a proxy that answers
        in Slack's place.
        """
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        code = 429 if error == "ratelimited" else status
        refusal = {"ok": False, "error": error}

        def answer() -> Response:
            if body is not None:
                return Response(body, code, headers, media_type)
            return JSONResponse(refusal, code, headers)

        fault = _Fault(error, times, channel, accepted, answer)
        self._next.setdefault(method, []).append(fault)

    def mend(self) -> None:
        """Remove all faults. A call that is held stays held."""
        self._next.clear()

    def slow(self, method: str, seconds: float, *, times: int | None = 1) -> None:
        """Answer the next `times` calls correctly, but this much later. None means until `clear`."""
        self._next.setdefault(method, []).append(_Fault("slow", times, delay=seconds))

    def clear(self, method: str) -> None:
        """Remove the faults of this method. A call that is held stays held."""
        self._next.pop(method, None)

    def standing(self) -> dict[str, str]:
        """The name of the next fault, by method."""
        return {method: faults[0].name for method, faults in self._next.items() if faults}

    def hold(self, method: str, *, accepted: bool = False) -> Gate:
        """Hold the next call before it takes effect. If `accepted`, hold it after that, before its answer."""
        gate = Gate()
        self._next.setdefault(method, []).append(_Fault("held", 1, accepted=accepted, gate=gate))
        return gate

    async def around(self, method: str, channel: str | None, act: Callable[[], Response]) -> Response:
        """Do `act` with the next fault of the method for this channel. Returns the response."""
        fault = self._take(method, channel)
        if fault is None:
            return act()
        done = act() if fault.accepted else None
        await asyncio.sleep(fault.delay)
        if fault.gate is not None:
            await fault.gate.passed()
        if fault.answer is not None:
            return fault.answer()
        return done or act()

    def _take(self, method: str, channel: str | None) -> _Fault | None:
        waiting = self._next.get(method, [])
        fault = next((each for each in waiting if each.channel in {None, channel}), None)
        if fault is None or fault.times is None:
            return fault
        fault.times -= 1
        if not fault.times:
            waiting.remove(fault)
        return fault
