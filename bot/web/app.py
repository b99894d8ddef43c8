"""The HTTP endpoints."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

Ready = Callable[[], Awaitable[list[str]]]
Answer = Callable[[Request], Awaitable[Response]]


def build_web(
    ready: Ready,
    *,
    slack: ASGIApp | None = None,
    webhook: Answer | None = None,
    metrics: Answer | None = None,
) -> Starlette:
    """`ready` returns the names of what does not answer. An argument that is None has no endpoint.

    `slack` is None in Socket Mode, where Slack makes no calls. The others are None without a token.
    """

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(_: Request) -> Response:
        missing = await ready()
        return JSONResponse({"ready": not missing, "missing": missing}, 503 if missing else 200)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
    if slack is not None:
        routes.append(Route("/slack/events", slack, methods=["POST"]))
    if webhook is not None:
        routes.append(Route("/autoenhance/webhook", webhook, methods=["POST"]))
    if metrics is not None:
        routes.append(Route("/metrics", metrics))
    return Starlette(routes=routes)
