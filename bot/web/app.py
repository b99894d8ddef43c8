"""The HTTP endpoints."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

Ready = Callable[[], Awaitable[list[str]]]
Answer = Callable[[Request], Awaitable[Response]]
SLACK_PATH = "/slack/events"
WEBHOOK_PATH = "/autoenhance/webhook"


def build_web(
    ready: Ready,
    *,
    slack: ASGIApp | None = None,
    webhook: Answer | None = None,
    account_webhook: Answer | None = None,
    metrics: Answer | None = None,
) -> ASGIApp:
    """`ready` returns the names of what does not answer. An argument that is None has no endpoint.

    `slack` is None in Socket Mode, where Slack makes no calls. `account_webhook` is None without
    ENCRYPTION_KEYS, and the others are None without a token.
    """

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(_: Request) -> Response:
        missing = await ready()
        return JSONResponse({"ready": not missing, "missing": missing}, 503 if missing else 200)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
    if slack is not None:
        routes.append(Route(SLACK_PATH, slack, methods=["POST"]))
    if webhook is not None:
        routes.append(Route(WEBHOOK_PATH, webhook, methods=["POST"]))
    if account_webhook is not None:
        routes.append(Route(WEBHOOK_PATH + "/{webhook_id}", account_webhook, methods=["POST"]))
    if metrics is not None:
        routes.append(Route("/metrics", metrics))
    web = Starlette(routes=routes)
    return web if slack is None else _quickly(slack, web)


def _quickly(slack: ASGIApp, web: ASGIApp) -> ASGIApp:
    """Slack's requests go to `slack` at once. Starlette's middleware and router would do nothing for them."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_slacks = scope.get("path") == SLACK_PATH and scope.get("method") == "POST"
        await (slack if is_slacks else web)(scope, receive, send)

    return app
