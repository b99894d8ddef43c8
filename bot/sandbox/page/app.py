"""The page to type in. The browser speaks to it through `/page/…`."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.clock import MovableClock
from bot.sandbox.errors import NotOffered, Unknown
from bot.sandbox.page.controls import Controls
from bot.sandbox.page.exchange import exchange_details
from bot.sandbox.page.inspector import inspector
from bot.sandbox.page.snapshot import ACTORS, snapshot
from bot.sandbox.page.tour import Tour
from bot.sandbox.server import json_object
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.blocks import Control, Drawn
from bot.sandbox.slack.sample_workspace import ANA
from bot.sandbox.slack.workspace import Message, View

STATIC = Path(__file__).parent / "static"
REFRESH_SECONDS = 1.0
"""After this time a new snapshot is made even without a change signal: orders progress by themselves."""

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
    subcommands: Sequence[Json] = (),
    apart: float = 0.0,
    clock: MovableClock | None = None,
) -> Starlette:
    """The page and both stand-ins on one port.

    `subcommands` are suggested after the app's command while a person types: `word`, `usage`, `says`, and
    `takes`, which is `order`, empty, or a list of words. `apart` is the real seconds between two snapshots of
    the page, for days in which much happens at once. `clock` is the one of both stand-ins and the bot, if
    the page may move it.
    """
    page = Page(slack, autoenhance, subcommands, apart, clock)
    return Starlette(routes=[*page.routes(), *slack.routes, *autoenhance.routes])


class Page:
    def __init__(
        self,
        slack: SlackSandbox,
        autoenhance: AutoenhanceSandbox,
        subcommands: Sequence[Json] = (),
        apart: float = 0.0,
        clock: MovableClock | None = None,
    ) -> None:
        self._slack = slack
        self._autoenhance = autoenhance
        self._subcommands = subcommands
        self._apart = apart
        self._clock = clock
        self._tour = Tour(slack, autoenhance)
        self._actions: dict[str, Callable[[Json], Awaitable[object]]] = {
            "say": self._say,
            "click": self._click,
            "shortcut": self._shortcut,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            **Controls(slack, autoenhance, clock).actions,
        }

    def routes(self) -> list[Route | Mount]:
        return [
            Route("/", _document),
            Mount("/static", StaticFiles(directory=STATIC)),
            Route("/page/events", self._events),
            Route("/page/wire/{row}", self._exchange_details),
            Route("/page/{action}", self._act, methods=["POST"]),
        ]

    async def _events(self, request: Request) -> Response:
        viewer = request.query_params.get("as", ANA)
        if viewer not in ACTORS:
            return JSONResponse({"error": "There is no such person."}, 404)
        stream = self._snapshots(viewer)
        return StreamingResponse(stream, media_type="text/event-stream", headers=_HEADERS)

    async def _snapshots(self, viewer: str) -> AsyncIterator[str]:
        """All that this person sees, sent again after each change."""
        last = ""
        while True:
            shown = json.dumps(self._shown(viewer))
            if shown != last:
                yield f"data: {shown}\n\n"
            last = shown
            if self._apart:  # in a thread: the loop's clock may differ from real time
                await asyncio.to_thread(time.sleep, self._apart)
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_SECONDS):
                    await self._slack.workspace.change_signal.rung()

    def _shown(self, viewer: str) -> Json:
        commands = self._slack.features.get("slash_commands", [])
        return {
            **snapshot(self._slack, viewer),
            **inspector(self._slack, self._autoenhance),
            "commands": [{**command, "subcommands": self._subcommands} for command in commands],
            "tour": self._tour.steps(),
            "days_ahead": self._clock.days_ahead if self._clock else None,
        }

    async def _exchange_details(self, request: Request) -> Response:
        found = exchange_details(self._slack, self._autoenhance, request.path_params["row"])
        return JSONResponse(found or {"error": "There is no such request."}, 200 if found else 404, _HEADERS)

    async def _act(self, request: Request) -> Response:
        """Do what a person did on the page. Pages of other sites cannot send the `x-sandbox` header."""
        if request.headers.get("x-sandbox") != "1":
            return JSONResponse({"error": "Only the demo's own page can do this."}, 403)
        action = self._actions.get(request.path_params["action"])
        if action is None:
            return JSONResponse({"error": "The page has no such action."}, 404)
        try:
            await action(json_object(await request.body()))
        except HTTPException as bad:
            return JSONResponse({"error": bad.detail}, bad.status_code)
        except Unknown as unknown:
            return JSONResponse({"error": str(unknown)}, 400)
        except NotOffered as no:
            return JSONResponse({"error": str(no)}, 409)
        except KeyError as missing:
            return JSONResponse({"error": f"{missing} doesn't exist."}, 409)
        return JSONResponse({})

    async def _say(self, body: Json) -> None:
        where = {"user": body["as"], "channel": body["channel"], "thread_ts": body.get("thread_ts")}
        await self._slack.say(body["text"], **where)

    async def _click(self, body: Json) -> None:
        place = self._view(body) if "view" in body else self._message(body)
        await self._slack.click(place, _control(place, body), user=body["as"], filled=body.get("filled"))

    async def _shortcut(self, body: Json) -> None:
        who = body["as"]
        if "ts" in body:
            await self._slack.message_shortcut(body["callback_id"], self._message(body), user=who)
        else:
            await self._slack.global_shortcut(body["callback_id"], user=who, channel=body["channel"])

    async def _submit(self, body: Json) -> None:
        await self._slack.submit(self._view(body), body["filled"])

    async def _close(self, body: Json) -> None:
        await self._slack.close(self._view(body))

    async def _home(self, body: Json) -> None:
        await self._slack.open_home(body["as"])

    def _message(self, body: Json) -> Message:
        message = self._slack.workspace.find(body["channel"], body["ts"])
        if message is None:
            raise NotOffered("This message was deleted.")
        return message

    def _view(self, body: Json) -> View:
        home = self._slack.home(body["as"])
        if home is not None and home.id == body["view"]:
            return home
        view = self._slack.workspace.view(body["view"])
        if view is None:
            raise NotOffered("This dialog is closed.")
        return view


def _control(place: Drawn, body: Json) -> Control:
    """The clicked control, by its IDs: several buttons may have the same words."""
    for control in place.controls():
        here = (control.block_id, control.element["action_id"])
        if here == (body["block_id"], body["action_id"]) and control.option == body.get("option"):
            return control
    raise NotOffered("This button is no longer there. Use the newest message.")


async def _document(_: Request) -> Response:
    return FileResponse(STATIC / "page.html", headers=_HEADERS)
