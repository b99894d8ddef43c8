"""The conversation in docs/commands.md takes place as written."""

import re
from pathlib import Path

from bot.sandbox.slack.sample_workspace import ANA, BEN, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.support.chat import Chat
from tests.support.shoot import Shoot

COMMANDS = Path(__file__).parent.parent.parent / "docs" / "commands.md"
MARKS = {":gear:": "⚙", ":warning:": "⚠", ":bell:": "🔔", ":white_check_mark:": "✅", ":no_bell:": "🔕"}
NAMES = {f"@{ANA}": "@ana", f"@{BEN}": "@ben", f"#{SHOOTS}": "#shoots"}


def page_lines() -> list[str]:
    """The page's lines between the two marks, without who sees them."""
    text = COMMANDS.read_text(encoding="utf-8")
    block = text.split("<!-- conversation -->")[1].split("```")[1]
    return [timeless(line[18:]) for line in block.splitlines() if line.strip()]


def timeless(text: str) -> str:
    return re.sub(r"(\d+ \w{3} )?\d\d:\d\d( UTC)?", "··:··", text.strip())


def lines(message: Message) -> list[str]:
    text = message.plain()
    for code, sign in (MARKS | NAMES).items():
        text = text.replace(code, sign)
    return [timeless(line) for line in text.splitlines()]


async def test_the_conversation_of_the_page(chat: Chat, shoot: Shoot) -> None:
    """The bot or a person says each line of the page, in that order."""
    said = [f"/order watch {shoot.id}"]
    answer = await chat.order(f"watch {shoot.id}")
    card = chat.posted()[0]
    said += [lines(answer)[0], *lines(card)]
    shoot.is_now(3, 1)
    await shoot.later(minutes=2)
    said += lines(await chat.noticed(card))
    joined = await chat.order(f"watch {shoot.id}", user=BEN)
    said += [f"/order watch {shoot.id}", lines(joined)[0]]
    await chat.until(lambda: "ana and ben" in card.plain())
    known = {message.ts for message in chat.said(SHOOTS, BEN)}
    await chat.click(chat.thread(card)[0], "I'm on it", user=BEN)
    said += lines(await chat.new(known, SHOOTS, BEN))[:1]
    shoot.finish(failures=1)
    await shoot.later(minutes=6)  # also if the click's check has seen the end already
    notice = await chat.noticed(card, 2)
    said += [*lines(card), *lines(notice)]

    position = 0
    for line in page_lines():
        assert line in said[position:], f"{line!r} is not said after {said[position - 1]!r}"
        position += said[position:].index(line) + 1
