"""`/healthz` and `/readyz`."""

import httpx

from bot.bootstrap.app import open_app
from bot.demo.demo import Sandbox
from bot.sandbox.server import serving


async def test_alive_and_ready(sandbox: Sandbox) -> None:
    """A running bot is alive and ready."""
    async with open_app(sandbox.settings) as app, serving(app.web) as url, httpx.AsyncClient() as http:
        assert (await http.get(f"{url}/healthz")).text == "alive"
        ready = await http.get(f"{url}/readyz")

    assert (ready.status_code, ready.json()) == (200, {"ready": True, "missing": []})


async def test_not_ready_while_it_stops(sandbox: Sandbox) -> None:
    """An engine that takes no more jobs makes the bot not ready, and the answer names it."""
    async with open_app(sandbox.settings) as app, serving(app.web) as url, httpx.AsyncClient() as http:
        await app.storage.engine.drain(1)
        ready = await http.get(f"{url}/readyz")

    assert (ready.status_code, ready.json()["missing"]) == (503, ["engine"])


async def test_the_endpoint_takes_post_only(sandbox: Sandbox) -> None:
    """Any other method is refused with its status."""
    async with open_app(sandbox.settings) as app, serving(app.web) as url, httpx.AsyncClient() as http:
        assert (await http.get(f"{url}/slack/events")).status_code == 405
