"""Answers in a conversation name what can be typed there: Slack has no slash commands in threads."""

from typing import Any

from bot.slack.constants import APP, COMMAND
from bot.slack.render.models import Card

_TYPED = f"`{COMMAND} "


def typed_there(card: Card, channel: str) -> Card:
    """With `@Order Desk list` in place of `/order list`. In a direct message with `list`."""
    instead = "`" if channel.startswith("D") else f"`@{APP} "
    return Card(text=_say(card["text"], instead), blocks=_say(card["blocks"], instead))


def _say(part: Any, instead: str) -> Any:
    match part:
        case str():
            return part.replace(_TYPED, instead)
        case list():
            return [_say(each, instead) for each in part]
        case dict():
            return {key: _say(each, instead) for key, each in part.items()}
        case _:
            return part
