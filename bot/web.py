"""The HTTP doors."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

Ready = Callable[[], Awaitable[list[str]]]
Answer = Callable[[Request], Awaitable[Response]]


def build_web(slack: ASGIApp | None, webhook: Answer | None, ready: Ready) -> Starlette:
    """`slack` is None in Socket Mode, where Slack calls nobody, and `webhook` where no token is set.

    `ready` names what does not answer.
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
    return Starlette(routes=routes)
