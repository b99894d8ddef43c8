"""Reading Block Kit: what a person sees of a list of blocks, and what can be clicked in it."""

import copy
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack.mrkdwn import as_seen

Block = dict[str, Any]

INTERACTIVE = {"button", "overflow", "static_select", "checkboxes", "radio_buttons", "plain_text_input"}
_WITH_OPTIONS = {"overflow", "static_select", "checkboxes", "radio_buttons"}
_SEEN_FIRST = ("title", "label", "text", "fields", "elements", "accessory", "element", "options", "hint")
_SECTIONS = {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}


@dataclass(frozen=True)
class Control:
    """One thing to click: a button, or one option of a menu."""

    block_id: str
    element: dict[str, Any]
    option: dict[str, Any] | None = None

    @property
    def label(self) -> str:
        text: dict[str, Any] = (self.option or self.element).get("text") or {}
        return str(text.get("text", ""))


def plain(blocks: list[Block]) -> str:
    """All the text a person sees, each block from a line of its own."""
    return "\n".join(" ".join(texts) for block in blocks if (texts := list(_texts(block))))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)
    elif isinstance(part, dict):
        kind = part.get("type")
        if kind in _SECTIONS:
            yield "".join(_leaf(each) for each in part.get("elements", []))
        elif kind == "mrkdwn":
            yield as_seen(part["text"])
        elif kind == "plain_text":
            yield part["text"]
        elif kind == "image":
            yield part.get("alt_text", "")
        else:
            for key in _SEEN_FIRST:
                yield from _texts(part.get(key))


def _leaf(part: dict[str, Any]) -> str:
    """One element of a line of rich text."""
    match part.get("type"):
        case "user":
            return f"@{part['user_id']}"
        case "emoji":
            return f":{part['name']}:"
        case "date":
            return str(part.get("fallback", ""))
        case _:
            return str(part.get("text") or part.get("url", ""))


def controls(blocks: list[Block]) -> Iterator[Control]:
    """Everything that can be clicked, in the order in which it is seen."""
    for block in blocks:
        for element in elements(block):
            if element.get("type") in _WITH_OPTIONS:
                for option in element.get("options", []):
                    yield Control(block["block_id"], element, option)
            elif element.get("type") == "button":
                yield Control(block["block_id"], element)


def elements(block: Block) -> list[dict[str, Any]]:
    """The elements of a block that a person can use, filled in or clicked."""
    held = [*block.get("elements", []), block.get("accessory"), block.get("element")]
    return [each for each in held if isinstance(each, dict) and each.get("type") in INTERACTIVE]


def find(offered: list[Control], label: str | Control) -> Control:
    """The control with these words, or else this action_id; raises NotOffered and says what there is."""
    if isinstance(label, Control) and label in offered:
        return label
    for control in offered:
        if label == control.label:
            return control
    for control in offered:
        if label == control.element["action_id"]:
            return control
    raise NotOffered(f"no {label!r} among {[control.label for control in offered]}")


def with_ids(blocks: list[Block], fresh: "itertools.count[int]") -> list[Block]:
    """A copy in which every block has a block_id and every element an action_id, as Slack fills them in."""
    filled = copy.deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", f"b{next(fresh)}")
        for element in elements(block):
            element.setdefault("action_id", f"a{next(fresh)}")
    return filled


@dataclass(kw_only=True)
class Drawn:
    """Something with blocks in it; `warning` is the mark that Slack puts beside a click that failed."""

    blocks: list[Block] = field(default_factory=list)
    warning: str = ""

    def plain(self) -> str:
        """All the text a person sees, each block from a line of its own."""
        return plain(self.blocks)

    def controls(self) -> list[Control]:
        """Everything that can be clicked, in the order in which it is seen."""
        return list(controls(self.blocks))

    def buttons(self) -> list[str]:
        """The words on the buttons."""
        return [control.label for control in self.controls() if control.element["type"] == "button"]

    def menu(self) -> list[str]:
        """The words in the overflow menus."""
        return [control.label for control in self.controls() if control.element["type"] == "overflow"]
