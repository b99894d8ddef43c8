"""A card as a terminal shows it."""

import re

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


@pytest.mark.parametrize(
    ("form", "shows"),
    [
        ("{time}", r"\d\d:\d\d "),
        ("{date_short}", r"2[34] Nov 2026 +│"),
        ("{date_short_pretty} at {time}", r"2[34] Nov 2026 \d\d:\d\d "),
    ],
)
def test_a_time_has_what_its_form_asks_for(form: str, shows: str) -> None:
    """The time of day, the day, or both, in the time zone of this machine."""
    assert re.search(f"at {shows}", drawn(f"at <!date^1795442520^{form}|then>", {}))
