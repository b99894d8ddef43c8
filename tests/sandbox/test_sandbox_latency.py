"""A stand-in as over a network."""

from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from bot.sandbox.latency import delayed, jitter


async def test_a_request_takes_effect_between_two_delays() -> None:
    """So a test sees it done before the bot has the answer, as with the real ones."""
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append("takes effect")
        await PlainTextResponse("ok")(scope, receive, send)

    def latency() -> float:
        seen.append("is on its way")
        return 0.0

    async def receive() -> Any:
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.append("is answered")

    await delayed(app, latency)({"type": "http"}, receive, send)

    assert seen == ["is on its way", "takes effect", "is on its way", "is answered"]


def test_the_jitter_is_short() -> None:
    """No request waits so long that the bot would call it a failure."""
    drawn = [jitter() for _ in range(1000)]

    assert 0.0 in drawn
    assert 0 < max(drawn) <= 0.25
