"""A tiny bot and a Slack around it, as real servers on free ports."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
from slack_sdk import signature
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.change_signal import ChangeSignal
from bot.sandbox.server import serving
from bot.sandbox.slack.app import SlackSandbox

SECRET, BOT_TOKEN, APP_TOKEN = "secret", "xoxb-sandbox", "xapp-sandbox"

Json = dict[str, Any]


@dataclass
class TinyBot:
    """Answers every delivery with `reply`, after `held` if that is set, and keeps the payloads.

    `reached` is set when the first one is there.
    """

    http: httpx.AsyncClient
    heard: list[Json] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    reply: Callable[[Json], Response] = lambda _: Response()
    held: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, request: Request) -> Response:
        payload = _payload(request, (await request.body()).decode())
        self.requests.append(request)
        self.heard.append(payload)
        self.reached.set()
        if self.held is not None:
            await self.held.wait()
        return self.reply(payload)

    async def call(self, method: str, **params: Any) -> Json:
        """Calls a method of the Web API with a JSON body."""
        headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
        answer: Json = (await self.http.post(f"/api/{method}", json=params, headers=headers)).json()
        return answer

    async def respond(self, **message: Any) -> httpx.Response:
        """Uses the response_url of the last payload."""
        return await self.http.post(self.heard[-1]["response_url"], json=message)


def _payload(request: Request, body: str) -> Json:
    if request.headers["content-type"] == "application/json":
        return dict(json.loads(body))
    form = {key: values[0] for key, values in parse_qs(body).items()}
    return dict(json.loads(form["payload"])) if "payload" in form else form


def answer(**body: Any) -> Callable[[Json], Response]:
    return lambda _: JSONResponse(body)


def button(text: str, **more: Any) -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": text}, **more}


def actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def modal(**more: Any) -> Json:
    """A modal that asks for an order."""
    field_ = {"type": "plain_text_input", "action_id": "typed"}
    label = {"type": "plain_text", "text": "Order"}
    return {
        "type": "modal",
        "callback_id": "look_up",
        "title": {"type": "plain_text", "text": "Look up"},
        "submit": {"type": "plain_text", "text": "Go"},
        "blocks": [{"type": "input", "block_id": "order", "label": label, "element": field_}],
        **more,
    }


def home(*elements: Json, **more: Any) -> Json:
    """A Home view with these buttons."""
    return {"type": "home", "blocks": actions(*elements), **more}


@dataclass
class Clock(signature.Clock):
    """A clock that a test moves."""

    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> float:
        return self.seconds


@dataclass
class Receiver:
    """Listens for a webhook at `url`, and keeps the calls and their `Authentication`."""

    url: str = ""
    heard: list[Json] = field(default_factory=list)
    proofs: list[str | None] = field(default_factory=list)
    status: int = 200
    change_signal: ChangeSignal = field(default_factory=ChangeSignal)

    async def hear(self, request: Request) -> Response:
        self.heard.append(await request.json())
        self.proofs.append(request.headers.get("authentication"))
        self.change_signal.ring()
        return Response(status_code=self.status)

    async def until(self, times: int) -> None:
        """Returns after so many calls in all."""
        await self.change_signal.until(lambda: len(self.heard) >= times, timeout=20)


@asynccontextmanager
async def open_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    async with serving(Starlette(routes=[Route("/hook", receiver.hear, methods=["POST"])])) as url:
        receiver.url = f"{url}/hook"
        yield receiver


@dataclass
class World:
    """A Slack with a tiny bot in it, on a clock that a test moves."""

    slack: SlackSandbox
    bot: TinyBot
    clock: Clock


@asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    clock = Clock()
    slack = SlackSandbox(
        signing_secret=SECRET, bot_token=BOT_TOKEN, app_token=APP_TOKEN, now=clock, patience=0.3
    )
    async with serving(slack.app) as slack.base_url, httpx.AsyncClient(base_url=slack.base_url) as http:
        bot = TinyBot(http)
        async with serving(Starlette(routes=[Route("/slack/events", bot.hear, methods=["POST"])])) as url:
            slack.events_url = f"{url}/slack/events"
            yield World(slack, bot, clock)
