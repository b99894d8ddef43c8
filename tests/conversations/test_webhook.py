"""Autoenhance's webhook makes watched orders due. The bot then asks for the order itself."""

import json

import httpx
import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.autoenhance.webhook import WEBHOOK_TOKEN
from bot.sandbox.slack.sample_workspace import BEN
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.running_bot import running_bot
from tests.support.shoot import Shoot


async def called(autoenhance: AutoenhanceSandbox, body: bytes, **headers: str) -> int:
    """The status with which the bot answers a call."""
    assert autoenhance.webhook_url
    async with httpx.AsyncClient() as http:
        return (await http.post(autoenhance.webhook_url, content=body, headers=headers)).status_code


@pytest.mark.both
async def test_the_end_of_an_order_is_posted_soon(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """The end comes after a short pause, and not at the next planned check."""
    shoot.is_now(1)
    card = await chat.watch(shoot.id)
    assert await autoenhance.call_webhook(shoot.id, processing=True) == 200
    await shoot.later(minutes=1)
    shoot.finish()
    assert await autoenhance.call_webhook(shoot.id) == 200
    clock.turn(seconds=4)

    assert "is ready" in (await chat.noticed(card)).text


@pytest.mark.both
async def test_a_uuid_in_capitals_is_the_same_order(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """Watched in one spelling, called about and stopped in another, an order has one card and one watch."""
    card = await chat.watch(shoot.id.upper())
    assert "already" in (await chat.order(f"watch {shoot.id}", user=BEN)).text
    body = {"event": "image_processed", "order_id": shoot.id.upper(), "order_is_processing": False}
    shoot.finish()
    assert await called(autoenhance, json.dumps(body).encode(), Authentication=WEBHOOK_TOKEN) == 200
    clock.turn(seconds=4)

    assert "is ready" in (await chat.noticed(card)).text
    assert chat.posted() == [card]
    assert "still watching" in (await chat.order(f"unwatch {shoot.id.upper()}", user=BEN)).text


async def test_forty_calls_are_one_check(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """Calls may be repeated, out of order or late. The order is checked once, and posted once."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    before = len(autoenhance.looks)
    for number in range(40):
        assert await autoenhance.call_webhook(shoot.id, processing=number % 3 == 0) == 200
    clock.turn(seconds=5)
    await chat.noticed(card)
    assert await autoenhance.call_webhook(shoot.id, processing=True) == 200
    await shoot.later(minutes=10)

    assert len(autoenhance.looks) == before + 2
    assert len(chat.thread(card)) == 1


async def test_with_the_webhook_an_order_is_checked_seldom(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """The card moves on after each third of the photos. The calls between cost no check."""
    card = await chat.watch(shoot.id)
    assert await autoenhance.call_webhook(shoot.id, processing=True) == 200
    await shoot.later(seconds=30)
    before = len(autoenhance.looks)
    for done in range(1, 4):
        shoot.is_now(done)
        await autoenhance.call_webhook(shoot.id, processing=True)
        clock.turn(seconds=20)
        await chat.order(OAK)
    assert [each for each in autoenhance.looks[before:] if each.path.endswith(shoot.id)] == []
    shoot.is_now(4)
    await autoenhance.call_webhook(shoot.id, processing=True)
    await shoot.later(seconds=5)

    assert "4 of 10 done" in card.plain()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b'{"event": "webhook_updated"}', 200),
        (b'{"event": "something_new", "order_id": "12-elm-street"}', 200),
        (b'{"event": "image_processed", "order_id": "nobodys", "order_is_processing": false}', 200),
        (b'{"event": "image_processed", "order_id": 7, "error": {}}', 200),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b" " * 70_000, 413),
    ],
    ids=["empty", "updated", "unknown-event", "unknown-order", "number", "cut", "list", "binary", "large"],
)
async def test_the_form_of_a_call_decides_its_status(
    shoot: Shoot, autoenhance: AutoenhanceSandbox, body: bytes, status: int
) -> None:
    """A call that can be read gets a 200, any other is refused, and none of these leads to a check."""
    before = len(autoenhance.looks)
    assert await called(autoenhance, body, authentication=autoenhance.webhook_token) == status

    assert len(autoenhance.looks) == before


@pytest.mark.parametrize("header", ["authentication", "authorization"])
@pytest.mark.parametrize("form", ["{}", "Bearer {}", "bearer {}"])
async def test_the_token_comes_in_either_header(
    shoot: Shoot, autoenhance: AutoenhanceSandbox, header: str, form: str
) -> None:
    """The token may come with or without Bearer."""
    assert await called(autoenhance, b"", **{header: form.format(autoenhance.webhook_token)}) == 200


@pytest.mark.parametrize("headers", [{}, {"authentication": "wrong"}, {"authorization": "Bearer"}])
async def test_a_forged_call_makes_nothing_due(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox, headers: dict[str, str], clock: Clock
) -> None:
    """A call without the token is refused, and the order is not checked."""
    shoot.is_now(1)
    await chat.watch(shoot.id)
    await shoot.later(minutes=1)
    before = len(autoenhance.looks)
    body = json.dumps({"event": "image_processed", "order_id": shoot.id, "order_is_processing": False})
    assert await called(autoenhance, body.encode(), **headers) == 401
    clock.turn(seconds=4)
    await chat.order("list")

    assert len(autoenhance.looks) == before


async def test_without_a_token_there_is_no_webhook_endpoint(sandbox: Sandbox, clock: Clock) -> None:
    """The route does not exist."""
    bare = sandbox.settings.model_copy(update={"autoenhance_webhook_token": None})
    changed = Sandbox(sandbox.slack, sandbox.autoenhance, bare)
    async with running_bot(changed, timing=FAST_TIMING, now=clock.now):
        assert await called(sandbox.autoenhance, b"", authentication="anything") == 404
