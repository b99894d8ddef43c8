"""The HTTP doors."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

Ready = Callable[[], Awaitable[list[str]]]


def build_web(slack: ASGIApp | None, ready: Ready) -> Starlette:
    """`slack` is None in Socket Mode, where Slack calls nobody. `ready` names what does not answer."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(_: Request) -> Response:
        missing = await ready()
        return JSONResponse({"ready": not missing, "missing": missing}, 503 if missing else 200)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
    if slack is not None:
        routes.append(Route("/slack/events", slack, methods=["POST"]))
    return Starlette(routes=routes)
