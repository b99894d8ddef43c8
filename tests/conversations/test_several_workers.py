"""Three workers act as one bot: one sweep, one rate limit, and cards that only go forward."""

import asyncio
import json
import re
from typing import Any

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.slack.sample_workspace import ANA_BOT, BOT, EDITING, OWNERS, SHOOTS
from bot.slack.api.pacing import EDITS_REFILL_SECONDS, MAX_EDITS_AT_ONCE, SECONDS_BETWEEN_POSTS
from tests.support.both_databases import on_postgres
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.crowd import Crowd, all_done, order_id
from tests.support.process import several_processes
from tests.support.shoot import Shoot

pytestmark = [on_postgres, pytest.mark.timeout(120)]
AGAIN = 0.9  # seconds. No check follows another sooner: a tenth less than the shortest pause
ON_THE_WAY = 0.5  # seconds. On a busy machine a message takes longer
HELD_UP = 2.0


async def test_a_card_never_goes_back(sandbox: Sandbox, clock: Clock) -> None:
    """Ten people click Re-check on one card while its order goes on.

    No edit shows less than the one before.
    """
    crowd, slack, autoenhance = Crowd(sandbox, 10), sandbox.slack, sandbox.autoenhance
    chat, shoot = Chat(slack), Shoot(autoenhance, clock)
    async with several_processes(sandbox, workers=3):
        moving = asyncio.create_task(moved_at_each_look(shoot, autoenhance))
        await chat.click(await chat.order(shoot.id), "Share in channel")
        card = await chat.until(lambda: next(iter(chat.posted()), None))
        await asyncio.gather(*(chat.click(card, "Re-check", user=user) for user in crowd.people))
        await slack.until(lambda: len(slack.calls("chat.update")) == 10, timeout=30)
        await all_done(sandbox)
        moving.cancel()

    edits = [drawn(call.params["blocks"]) for call in slack.calls("chat.update")]
    assert edits == sorted(edits)
    assert drawn(card.blocks) == edits[-1]


async def test_one_sweep_and_one_rate_limit(sandbox: Sandbox, clock: Clock) -> None:
    """Twenty orders end together: each is checked once when it is due, and posted once, at Slack's rate."""
    slack, autoenhance, chat = sandbox.slack, sandbox.autoenhance, Chat(sandbox.slack)
    places = [SHOOTS, EDITING, OWNERS, ANA_BOT]
    for place in places:
        slack.workspace.channels[place].members.add(BOT)
    shoots = [Shoot(autoenhance, clock, id_=order_id(number)) for number in range(20)]
    async with several_processes(sandbox, workers=3):
        typed = zip(shoots, places * 5, strict=True)
        await asyncio.gather(*(slack.command(f"/order watch {each.id}", channel=at) for each, at in typed))
        await slack.until(lambda: sum(len(chat.posted(at)) for at in places) == len(shoots), timeout=20)
        await all_done(sandbox)
        cards = [card for place in places for card in chat.posted(place)]
        requests: list[tuple[str, float]] = []
        noting = asyncio.create_task(noted(autoenhance, requests))
        for each in shoots:
            each.finish()
        assert set(await asyncio.gather(*(autoenhance.call_webhook(each.id) for each in shoots))) == {200}
        await slack.until(lambda: all(chat.thread(card) for card in cards), timeout=60)
        await all_done(sandbox)
        noting.cancel()

    assert [len(chat.thread(card)) for card in cards] == [1] * len(shoots)
    for each in shoots:
        assert keep_pace([at for path, at in requests if path.endswith(each.id)], every=AGAIN)
    posted = slack.calls("chat.postMessage")
    assert len(posted) == 2 * len(shoots)
    for channel in {call.params["channel"] for call in posted}:
        times = [call.at for call in posted if call.params["channel"] == channel]
        assert keep_pace(times, every=SECONDS_BETWEEN_POSTS, late=HELD_UP)
    edits = [call.at for call in slack.calls("chat.update")]
    assert keep_pace(
        edits, every=EDITS_REFILL_SECONDS / MAX_EDITS_AT_ONCE, burst=MAX_EDITS_AT_ONCE, late=HELD_UP
    )


def keep_pace(times: list[float], *, every: float, burst: int = 1, late: float = ON_THE_WAY) -> bool:
    """Whether the calls are so many seconds apart, except for a burst.

    The way to the sandbox takes time too.
    """
    return all(
        later - sooner >= (number - burst + 1) * every - late
        for at, sooner in enumerate(times)
        for number, later in enumerate(times[at:])
    )


async def noted(autoenhance: AutoenhanceSandbox, requests: list[tuple[str, float]]) -> None:
    """Every request from now on, with the time when it came."""
    known = len(autoenhance.looks)
    while True:
        await autoenhance.change_signal.rung()
        now = asyncio.get_running_loop().time()
        requests += [(asked.path, now) for asked in autoenhance.looks[known:]]
        known = len(autoenhance.looks)


async def moved_at_each_look(shoot: Shoot, autoenhance: AutoenhanceSandbox) -> None:
    """One more photo is done after each answer."""
    asked = len(autoenhance.looks)
    for done in range(1, 60):
        await autoenhance.asked(asked + done, timeout=60)
        shoot.is_now(done, of=60)


def drawn(blocks: Any) -> int:
    """How many photos are done according to this card."""
    found = re.search(r"(\d+) of \d+ done", json.dumps(blocks))
    return int(found[1]) if found else 0
