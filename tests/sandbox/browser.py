"""The page's own requests, without a page."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.page.app import demo_app
from bot.sandbox.server import serving
from bot.sandbox.slack.sample_workspace import ANA
from tests.sandbox.tiny_bot import World, open_world

Row = dict[str, Any]


@dataclass
class Browser:
    """A person at the page, with a tiny bot behind it."""

    http: httpx.AsyncClient
    autoenhance: AutoenhanceSandbox
    world: World

    async def ask(self, action: str, **body: Any) -> httpx.Response:
        return await self.http.post(f"/page/{action}", json={"as": ANA, **body}, headers={"X-Sandbox": "1"})

    async def sees(self, viewer: str = ANA) -> dict[str, Any]:
        """The first snapshot of the stream of events."""
        async with self.http.stream("GET", "/page/events", params={"as": viewer}) as events:
            async for line in events.aiter_lines():
                snapshot: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return snapshot
        raise AssertionError("no snapshot came")

    async def order(self, order_id: str) -> Row:
        """The order's row in the panel."""
        return next(row for row in (await self.sees())["orders"] if row["id"] == order_id)

    async def detail(self, row: Row) -> tuple[dict[str, str], dict[str, str]]:
        """One exchange in detail: its facts, and what was sent and answered."""
        found = (await self.http.get(f"/page/wire/{row['id']}")).json()
        return dict(found["facts"]), dict(found["parts"])


@asynccontextmanager
async def open_browser(**offered: Any) -> AsyncIterator[Browser]:
    """`offered` are the options that the page is opened with."""
    async with open_world() as world:
        autoenhance = AutoenhanceSandbox(now=world.clock)
        async with (
            serving(demo_app(world.slack, autoenhance, **offered)) as url,
            httpx.AsyncClient(base_url=url) as http,
        ):
            yield Browser(http, autoenhance, world)
