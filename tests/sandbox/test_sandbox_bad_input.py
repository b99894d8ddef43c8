"""What pages of other sites and broken clients may send to the ports of this machine."""

import ast
import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest

from bot import sandbox
from bot.demo.demo import open_demo
from bot.sandbox.autoenhance.sample_orders import ELM
from bot.sandbox.failures import FailureName
from tests.sandbox.browser import Browser, open_browser
from tests.sandbox.tiny_bot import BOT_TOKEN

FORM = "application/x-www-form-urlencoded"
API = {"authorization": f"Bearer {BOT_TOKEN}", "content-type": "application/json; charset=utf-8"}
PAGE = {"x-sandbox": "1", "content-type": "application/json"}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


async def test_no_port_answers_to_a_foreign_name() -> None:
    """A site whose name means this machine reads nothing of the page, the stand-ins or the bot."""
    async with open_demo(0) as demo, httpx.AsyncClient() as http:
        sandbox = demo.sandbox
        bot = urlsplit(sandbox.slack.events_url or "")
        urls = [
            demo.url,
            f"{demo.url}/api/auth.test",
            f"{demo.url}/v3/orders/{ELM}",
            f"{sandbox.settings.autoenhance_api_url}/v3/orders/{ELM}",
            f"{bot.scheme}://{bot.netloc}/healthz",
        ]
        for host, is_refused in {"evil.example": True, "evil.example:80": True, "localhost:9": False}.items():
            statuses = [(await http.get(url, headers={"host": host})).status_code for url in urls]
            assert [status == 400 for status in statuses] == [is_refused] * len(urls), host


@pytest.mark.parametrize("body", [b"{not json", b"", b"\xff\xfe", b"[1]", b"7", b"null"])
async def test_bad_json_is_refused_with_a_sentence(browser: Browser, body: bytes) -> None:
    """Each endpoint that takes JSON answers 400 and says what is wrong."""
    for path, headers in {"/page/say": PAGE, "/api/chat.postMessage": API, "/respond/made-up": API}.items():
        answer = await browser.http.post(path, content=body, headers=headers)

        assert (answer.status_code, "The body is" in answer.text) == (400, True), path


async def test_a_form_that_is_no_text_is_refused(browser: Browser) -> None:
    """A form must be UTF-8."""
    for path in ("/api/chat.postMessage", "/respond/made-up"):
        answer = await browser.http.post(path, content=b"text=\xff", headers={**API, "content-type": FORM})

        assert (answer.status_code, answer.text) == (400, "The body is not UTF-8.")


@pytest.mark.parametrize("mood", ["nice", "WELL", "200", 500, None, ["500"]])
async def test_an_unknown_mood_is_refused(browser: Browser, mood: object) -> None:
    """The answer names the moods that there are, and nothing changes."""
    about_all = await browser.ask("mood", mood=mood)
    about_slack = await browser.ask("slack-mood", method="chat.update", mood=mood)

    assert (about_all.status_code, about_slack.status_code) == (400, 400)
    assert all(known in about_all.json()["error"] for known in get_args(FailureName))
    assert "Use one of: well, ratelimited, internal_error, slow." in about_slack.json()["error"]
    assert (await browser.sees())["mood"] == "well"
    assert (await browser.sees())["slack_moods"]["chat.update"] == "well"


async def test_an_unknown_mood_of_one_order_is_refused(browser: Browser) -> None:
    """As for all orders."""
    assert (await browser.ask("mood", order=ELM, mood="nice")).status_code == 400
    assert (await browser.order(ELM))["mood"] is None


async def test_an_offset_is_a_number(browser: Browser) -> None:
    """The list of orders answers another one with 422, as Autoenhance does."""
    answer = await browser.http.get(
        "/v3/orders/", params={"offset": "-"}, headers={"x-api-key": browser.autoenhance.api_key}
    )

    assert (answer.status_code, answer.json()["message"]) == (422, "Validation error")


@pytest.mark.parametrize("sent", ["{not json", json.dumps(["envelope"])])
async def test_a_bad_ack_closes_the_socket(browser: Browser, sent: str) -> None:
    """A bot that sends no JSON object over Socket Mode loses that connection, and hears why."""
    slack = browser.world.slack
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(slack._socket_mode.link(slack.base_url))
        await socket.receive_json()
        await socket.send_str(sent)
        closed = await asyncio.wait_for(socket.receive(), 20)

    assert (closed.data, "The body is" in str(closed.extra)) == (1007, True)


def test_every_refusal_is_a_sentence() -> None:
    """The page shows it as it is: with a capital letter, and a full stop."""
    calls = [
        node.args[0]
        for path in Path(sandbox.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "NotOffered"
    ]
    said = [ast.unparse(call).lstrip("f").strip("\"'") for call in calls]

    assert said
    assert [each for each in said if not re.match(r"[A-Z“{].*\.$", each)] == []
