"""`/order find <words>` and `/order recent`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.demo import open_sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.slack.app import SlackSandbox
from tests.support.chat import Chat
from tests.support.running_bot import running_bot


async def test_every_hit_has_its_button(chat: Chat) -> None:
    """A search lists its hits with a button each, and shows no card."""
    hits = await chat.order("find elm street")

    assert "2 orders named like `elm street`" in hits.plain()
    assert hits.buttons() == ["Show", "Show"]


async def test_the_button_shows_the_card_below_the_list(chat: Chat) -> None:
    """The list stays for the next choice."""
    hits = await chat.order("find oak terrace")

    await chat.click(hits, "Show")

    await chat.reads("Ready · Oak Terrace, show home")
    assert hits in chat.said()


async def test_recent_lists_the_newest(chat: Chat) -> None:
    """The list has ten orders, the newest first."""
    hits = await chat.order("recent")

    assert len(hits.buttons()) == 10
    assert hits.plain().index("44 Quay Road") < hits.plain().index("Birch Avenue 9")


async def test_nothing_found_names_the_next_step(chat: Chat) -> None:
    """A search without a hit is answered with the next step."""
    answer = await chat.order("find nowhere")

    assert "No order's name contains `nowhere`" in answer.plain()


async def test_a_refused_key_is_explained(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """A search needs the key. When it is refused, the answer names an admin."""
    autoenhance.api_key = "another"

    assert "no longer accepts the key" in (await chat.order("recent")).plain()


async def test_it_is_searched_again_until_autoenhance_answers(
    chat: Chat, autoenhance: AutoenhanceSandbox
) -> None:
    """During an outage the person reads so, and the hits come later."""
    autoenhance.set_failure("500", times=2)

    await chat.order("find oak terrace")

    await chat.reads("1 order named like `oak terrace`")


@pytest.fixture
async def keyless(tmp_path: Path) -> AsyncIterator[SlackSandbox]:
    """A Slack whose bot has no Autoenhance key."""
    async with open_sandbox(tmp_path, autoenhance_api_key=None) as sandbox, running_bot(sandbox):
        yield sandbox.slack


async def test_without_a_key_it_says_what_is_needed(keyless: SlackSandbox) -> None:
    """The answer names the missing setting, and what works without it."""
    answer = await Chat(keyless).order("find elm")

    assert "Searching needs an Autoenhance API key" in answer.plain()
    assert "AUTOENHANCE_API_KEY" in answer.plain()


async def test_without_a_key_ids_still_work(keyless: SlackSandbox) -> None:
    """A single order can be read without a key."""
    assert "12 Elm Street" in (await Chat(keyless).order("12-elm-street")).plain()
