"""A card in a terminal: the blocks that Slack gets, with Slack's markup as rich's markup. Pure."""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.slack.blocks import Block
from bot.slack.render.models import Card

Names = Mapping[str, str]

_EMOJI = {
    ":hourglass_flowing_sand:": "⏳",
    ":gear:": "⚙",
    ":white_check_mark:": "✅",
    ":warning:": "⚠",
    ":x:": "❌",
    ":wastebasket:": "🗑",
    ":grey_question:": "❔",
}
_TOKEN = re.compile(
    r"<!date\^(?P<epoch>\d+)\^(?P<form>[^|>]*)\|[^>]*>"
    r"|<@(?P<user>\w+)>"
    r"|<(?P<url>[^|>]+)(?:\|(?P<label>[^>]*))?>"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?<!\w)\*(?P<bold>[^*\n]+)\*(?!\w)"
    r"|(?P<emoji>:[a-z_]+:)"
)


def draw(card: Card, names: Names = MappingProxyType({})) -> RenderableType:
    """`names`: people's names by user ID. A person without a name is "someone"."""
    return Panel(Group(*(_block(block, names) for block in card["blocks"])), expand=False, padding=(0, 1))


def _block(block: Block, names: Names) -> RenderableType:
    match block["type"]:
        case "header":
            return Text(_emoji(block["text"]["text"]), style="bold")
        case "section" if "fields" in block:
            return Columns([_text(field, names) for field in block["fields"]], padding=(0, 4))
        case "section":
            return _text(block["text"], names)
        case "context":
            return Text("  ").join(_text(element, names, "dim") for element in block["elements"])
        case "rich_text":
            return Text("").join(_rich(block["elements"]))
        case _:
            return Text("")


def _rich(elements: list[Any], depth: int = 0) -> Iterator[Text]:
    for element in elements:
        if element["type"] == "text":
            styles = element.get("style", {})
            yield Text(
                element["text"], style="bold" if "bold" in styles else "cyan" if "code" in styles else ""
            )
        elif element["type"] == "rich_text_list":
            for line in element["elements"]:
                yield Text.assemble("• ", *_rich(line["elements"], depth + 1), "\n")
        else:
            yield from _rich(element["elements"], depth + 1)


def _text(text: dict[str, Any], names: Names, style: str = "") -> Text:
    if text["type"] == "plain_text":
        return Text(_emoji(text["text"]), style=style)
    drawn = Text(style=style)
    end = 0
    for match in _TOKEN.finditer(text["text"]):
        drawn.append(html.unescape(text["text"][end : match.start()]))
        drawn.append_text(_token(match, names))
        end = match.end()
    return drawn.append(html.unescape(text["text"][end:]))


def _token(match: re.Match[str], names: Names) -> Text:
    found = match.groupdict()
    if found["epoch"]:
        at = datetime.fromtimestamp(int(found["epoch"])).astimezone()
        day = "%d %b %Y" if "{date" in found["form"] else ""
        time = "%H:%M" if "{time}" in found["form"] else ""
        return Text(at.strftime(f"{day} {time}".strip()))
    if found["user"]:
        return Text(f"@{names.get(found['user'], 'someone')}")
    if found["url"]:
        return Text(html.unescape(found["label"] or found["url"]))
    if found["code"]:
        return Text(html.unescape(found["code"]), style="cyan")
    if found["bold"]:
        return Text(html.unescape(found["bold"]), style="bold")
    return Text(_emoji(match.group()))


def _emoji(text: str) -> str:
    return re.sub(r":[a-z_]+:", lambda match: _EMOJI.get(match.group(), match.group()), text)
