"""The page to type in: one more client of the sandbox, which speaks to it through `/page/…`."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.errors import NotOffered
from bot.sandbox.page.controls import Controls
from bot.sandbox.page.exchange import exchange_details
from bot.sandbox.page.inspector import inspector
from bot.sandbox.page.snapshot import ACTORS, snapshot
from bot.sandbox.page.tour import Tour
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.blocks import Control, Drawn
from bot.sandbox.slack.sample_workspace import ANA
from bot.sandbox.slack.workspace import Message, View

Wish = dict[str, Any]

STATIC = Path(__file__).parent / "static"
REFRESH = 1.0
"""Seconds after which we look again although nothing rang: orders come along by themselves."""

_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def demo_app(
    slack: SlackSandbox,
    autoenhance: AutoenhanceSandbox,
    *,
    subcommands: Sequence[Wish] = (),
    apart: float = 0.0,
) -> Starlette:
    """The page and both stand-ins on one port, for names of this machine only.

    `subcommands` are offered behind the app's command while one types: `word`, `usage`, `says`, and `takes`,
    which is `order`, empty, or a list of words. `apart`: real seconds between two pictures of the page, for
    where much happens in each.
    """
    local = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    page = Page(slack, autoenhance, subcommands, apart)
    routes = [*page.routes(), *slack.routes, *autoenhance.routes]
    return Starlette(routes=routes, middleware=[local])


class Page:
    def __init__(
        self,
        slack: SlackSandbox,
        autoenhance: AutoenhanceSandbox,
        subcommands: Sequence[Wish] = (),
        apart: float = 0.0,
    ) -> None:
        self._slack = slack
        self._autoenhance = autoenhance
        self._subcommands = subcommands
        self._apart = apart
        self._tour = Tour(slack, autoenhance)
        self._wishes: dict[str, Callable[[Wish], Awaitable[object]]] = {
            "say": self._say,
            "click": self._click,
            "shortcut": self._shortcut,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            **Controls(slack, autoenhance).wishes,
        }

    def routes(self) -> list[Route | Mount]:
        return [
            Route("/", _document),
            Mount("/static", StaticFiles(directory=STATIC)),
            Route("/page/events", self._events),
            Route("/page/wire/{row}", self._closeup),
            Route("/page/{wish}", self._act, methods=["POST"]),
        ]

    async def _events(self, request: Request) -> Response:
        viewer = request.query_params.get("as", ANA)
        if viewer not in ACTORS:
            return JSONResponse({"error": "nobody of that name"}, 404)
        stream = self._snapshots(viewer)
        return StreamingResponse(stream, media_type="text/event-stream", headers=_HEADERS)

    async def _snapshots(self, viewer: str) -> AsyncIterator[str]:
        """All that this person sees, again whenever it changed."""
        last = ""
        while True:
            shown = json.dumps(self._shown(viewer))
            if shown != last:
                yield f"data: {shown}\n\n"
            last = shown
            if self._apart:  # in a thread: the clock of the loop may not be the one on the wall
                await asyncio.to_thread(time.sleep, self._apart)
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH):
                    await self._slack.workspace.change_signal.rung()

    def _shown(self, viewer: str) -> Wish:
        commands = self._slack.features.get("slash_commands", [])
        return {
            **snapshot(self._slack, viewer),
            **inspector(self._slack, self._autoenhance),
            "commands": [{**command, "subcommands": self._subcommands} for command in commands],
            "tour": self._tour.steps(),
        }

    async def _closeup(self, request: Request) -> Response:
        found = exchange_details(self._slack, self._autoenhance, request.path_params["row"])
        return JSONResponse(found or {"error": "no such exchange"}, 200 if found else 404, _HEADERS)

    async def _act(self, request: Request) -> Response:
        """Do what somebody did on the page; pages of other sites cannot send our header."""
        if request.headers.get("x-sandbox") != "1":
            return JSONResponse({"error": "only for the sandbox's own page"}, 403)
        wish = self._wishes.get(request.path_params["wish"])
        if wish is None:
            return JSONResponse({"error": "no such thing to do"}, 404)
        try:
            await wish(await request.json())
        except NotOffered as no:
            return JSONResponse({"error": str(no)}, 409)
        except KeyError as missing:
            return JSONResponse({"error": f"there is no {missing}"}, 409)
        return JSONResponse({})

    async def _say(self, wish: Wish) -> None:
        where = {"user": wish["as"], "channel": wish["channel"], "thread_ts": wish.get("thread_ts")}
        await self._slack.say(wish["text"], **where)

    async def _click(self, wish: Wish) -> None:
        place = self._view(wish) if "view" in wish else self._message(wish)
        await self._slack.click(place, _control(place, wish), user=wish["as"], filled=wish.get("filled"))

    async def _shortcut(self, wish: Wish) -> None:
        who = wish["as"]
        if "ts" in wish:
            await self._slack.message_shortcut(wish["callback_id"], self._message(wish), user=who)
        else:
            await self._slack.global_shortcut(wish["callback_id"], user=who, channel=wish["channel"])

    async def _submit(self, wish: Wish) -> None:
        await self._slack.submit(self._view(wish), wish["filled"])

    async def _close(self, wish: Wish) -> None:
        await self._slack.close(self._view(wish))

    async def _home(self, wish: Wish) -> None:
        await self._slack.open_home(wish["as"])

    def _message(self, wish: Wish) -> Message:
        message = self._slack.workspace.find(wish["channel"], wish["ts"])
        if message is None:
            raise NotOffered("this message is not there any more")
        return message

    def _view(self, wish: Wish) -> View:
        home = self._slack.home(wish["as"])
        if home is not None and home.id == wish["view"]:
            return home
        view = self._slack.workspace.view(wish["view"])
        if view is None:
            raise NotOffered("this modal is closed")
        return view


def _control(place: Drawn, wish: Wish) -> Control:
    """What was clicked, by its place: the same words may stand on several buttons."""
    for control in place.controls():
        here = (control.block_id, control.element["action_id"])
        if here == (wish["block_id"], wish["action_id"]) and control.option == wish.get("option"):
            return control
    raise NotOffered("this button is not there any more")


async def _document(_: Request) -> Response:
    return FileResponse(STATIC / "page.html", headers=_HEADERS)
