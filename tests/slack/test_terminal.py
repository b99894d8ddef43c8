"""A card as a terminal shows it."""

import pytest
from rich.console import Console

from bot.slack.render.terminal import draw


def drawn(text: str, names: dict[str, str]) -> str:
    console = Console(width=80)
    block = {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}
    with console.capture() as captured:
        console.print(draw({"text": "", "blocks": [block]}, names))
    return captured.get()


@pytest.mark.parametrize(
    ("text", "names", "shows"),
    [
        pytest.param("by <@U0ANA00001>", {"U0ANA00001": "ana"}, "by @ana", id="known"),
        pytest.param("by <@U0ANA00001>, twice", {}, "by @someone, twice", id="unknown"),
        pytest.param("<@U1> and <@U2>", {"U1": "ana", "U2": "ben"}, "@ana and @ben", id="two"),
        pytest.param("<https://a.test|a link>", {}, "a link", id="link"),
        pytest.param("&lt;@U1&gt;", {"U1": "ana"}, "<@U1>", id="escaped"),
    ],
)
def test_people_are_called_by_their_names(text: str, names: dict[str, str], shows: str) -> None:
    """A mention is a name in a terminal, and never one of Slack's IDs."""
    assert shows in drawn(text, names)
