"""The page draws every emoji that the bot sends."""

import re
from pathlib import Path

from bot import slack
from bot.sandbox.page.app import STATIC


def test_the_page_knows_every_emoji_of_the_bot() -> None:
    """A name that it does not know would stand there in colons, as no Slack shows it."""
    sources = "".join(path.read_text() for path in Path(slack.__file__).parent.rglob("*.py"))
    sent = set(re.findall(r"\":([a-z_]+):", sources))
    known = set(re.findall(r"(\w+): \"", (STATIC / "mrkdwn.js").read_text()))

    assert "gear" in sent
    assert sent - known == set()
