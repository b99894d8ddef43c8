"""The HTTP endpoints that a bot calls: `/api/<method>` and response_urls. Every call is recorded."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.server import json_object
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.files import Files, NoFilesHere
from bot.sandbox.slack.response_urls import Responder
from bot.sandbox.slack.triggers import Refused
from bot.sandbox.slack.web_api import Answer, Method, Params, WebApi

RESPOND, UPLOAD = "respond", "upload"
_JSON_IN_FORMS = ("blocks", "view", "metadata", "attachments", "files")


@dataclass
class Call:
    """One call by the bot. `status`, `answer` and `seconds` are set when Slack has answered.

    `secret` is the last part of the response_url. It is empty for a Web API method.
    """

    method: str
    params: Params
    at: float
    status: int = 0
    answer: Any = None
    seconds: float = 0.0
    secret: str = field(default="", repr=False)


@dataclass
class Endpoints:
    """`scopes` are granted to the bot token."""

    web_api: WebApi
    responder: Responder
    files: Files
    faults: Faults
    bot_token: str
    app_token: str
    open_link: Callable[[], str]
    now: Callable[[], float]
    ring: Callable[[], None]
    scopes: set[str]
    calls: list[Call] = field(default_factory=list)

    def routes(self) -> list[Route]:
        return [
            Route("/api/{method}", self._api, methods=["GET", "POST"]),
            Route("/respond/{secret}", self._respond, methods=["POST"]),
            Route("/upload/{secret}", self._upload, methods=["POST"]),
            *self.files.routes(),
        ]

    async def _api(self, request: Request) -> Response:
        method, params = request.path_params["method"], await _params(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or params.pop("token", "")
        call = Call(method, params, self.now())
        return await self._recorded(call, lambda: self._answered(method, token, params))

    async def _respond(self, request: Request) -> Response:
        secret, params = request.path_params["secret"], await _params(request)
        await self.responder.ready(secret)
        call = Call(RESPOND, params, self.now(), secret=secret)
        return await self._recorded(call, lambda: self._responded(secret, params))

    async def _upload(self, request: Request) -> Response:
        secret, content = request.path_params["secret"], await request.body()

        def received() -> Response:
            status, said = self.files.receive(secret, content)
            return PlainTextResponse(said, status)

        return await self._recorded(Call(UPLOAD, {"bytes": len(content)}, self.now()), received)

    async def _recorded(self, call: Call, act: Callable[[], Response]) -> Response:
        begun = time.perf_counter()
        self.calls.append(call)
        self.ring()
        response = await self.faults.around(call.method, call.params.get("channel"), act)
        response.headers["x-oauth-scopes"] = ",".join(sorted(self.scopes))
        call.status, call.answer = response.status_code, _read(response)
        call.seconds = time.perf_counter() - begun
        self.ring()
        return response

    def _answered(self, method: str, token: str, params: Params) -> Response:
        """Slack answers 200 to nearly every call. `ok` says whether it succeeded."""
        try:
            answer = self._called(method, token, params)
        except Refused as no:
            return JSONResponse({"ok": False, "error": no.error, **no.details})
        return JSONResponse({"ok": True, **answer})

    def _called(self, method: str, token: str, params: Params) -> Answer:
        wants_app_token = method == "apps.connections.open"
        if not wants_app_token and method not in self.web_api.methods:
            raise Refused("unknown_method", req_method=method)
        self._authenticate(token, app=wants_app_token)
        if wants_app_token:
            return {"url": self.open_link()}
        return self._granted(self.web_api.methods[method], params).do(params)

    def _authenticate(self, token: str, *, app: bool) -> None:
        if not token:
            raise Refused("not_authed")
        if token not in {self.bot_token, self.app_token}:
            raise Refused("invalid_auth")
        if token != (self.app_token if app else self.bot_token):
            raise Refused("not_allowed_token_type")

    def _granted(self, method: Method, params: Params) -> Method:
        if (scope := method.needs(params)) and scope not in self.scopes:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))
        return method

    def _responded(self, secret: str, params: Params) -> Response:
        """A response_url answers `ok` in plain text. A refusal has the status 400 or 404."""
        try:
            self.responder.respond(secret, params)
        except Refused as no:
            gone = no.error in {"used_url", "expired_url"} or isinstance(no, NoFilesHere)
            status = 404 if gone else 400
            return JSONResponse({"ok": False, "error": no.error, **no.details}, status)
        return PlainTextResponse("ok")


async def _params(request: Request) -> Params:
    """The parameters of a call. slack_sdk sends JSON bodies, forms or query strings, by method.

    In a form, a value that should be JSON but is not stays a text.
    """
    if request.headers.get("content-type", "").startswith("application/json"):
        return {**request.query_params, **json_object(await request.body())}
    try:
        form = (await request.body()).decode()
    except UnicodeDecodeError:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is not UTF-8.") from None
    params: Params = {**request.query_params, **dict(parse_qsl(form))}
    for key in _JSON_IN_FORMS:
        if isinstance(params.get(key), str):
            with suppress(ValueError):
                params[key] = json.loads(params[key])
    return params


def _read(response: Response) -> Any:
    body = bytes(response.body)
    return json.loads(body) if body.startswith(b"{") else body.decode()
