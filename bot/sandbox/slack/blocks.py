"""Reading Block Kit: the text that a person sees in blocks, and the controls in them."""

import copy
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack.mrkdwn import as_seen

Block = dict[str, Any]

PICKERS = {"multi_conversations_select", "users_select"}
INTERACTIVE = {
    "button",
    "overflow",
    "static_select",
    "checkboxes",
    "radio_buttons",
    "plain_text_input",
    *PICKERS,
}
_WITH_OPTIONS = {"overflow", "static_select", "checkboxes", "radio_buttons"}
_SEEN_FIRST = ("title", "label", "text", "fields", "elements", "accessory", "element", "options", "hint")
_SECTIONS = {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}


@dataclass(frozen=True)
class Control:
    """A button, or one option of a menu."""

    block_id: str
    element: dict[str, Any]
    option: dict[str, Any] | None = None

    @property
    def label(self) -> str:
        text: dict[str, Any] = (self.option or self.element).get("text") or {}
        return str(text.get("text", ""))


def plain(blocks: list[Block]) -> str:
    """All the text that a person sees. Each block begins a new line."""
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
    """The text of one element in a line of rich text."""
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
    """All controls, in the order in which a person sees them."""
    for block in blocks:
        for element in elements(block):
            if element.get("type") in _WITH_OPTIONS:
                for option in element.get("options", []):
                    yield Control(block["block_id"], element, option)
            elif element.get("type") == "button":
                yield Control(block["block_id"], element)


def elements(block: Block) -> list[dict[str, Any]]:
    """The interactive elements of a block: those that a person clicks or fills in."""
    held = [*block.get("elements", []), block.get("accessory"), block.get("element")]
    return [each for each in held if isinstance(each, dict) and each.get("type") in INTERACTIVE]


def find(offered: list[Control], label: str | Control) -> Control:
    """The control with this label, or else with this action_id. The NotOffered lists the labels."""
    if isinstance(label, Control) and label in offered:
        return label
    for control in offered:
        if label == control.label:
            return control
    for control in offered:
        if label == control.element["action_id"]:
            return control
    raise NotOffered(f"There is no {label!r} among {[control.label for control in offered]}.")


def with_ids(blocks: list[Block], numbers: "itertools.count[int]") -> list[Block]:
    """A copy in which every block has a block_id and every element an action_id, as Slack adds them."""
    filled = copy.deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", f"b{next(numbers)}")
        for element in elements(block):
            element.setdefault("action_id", f"a{next(numbers)}")
    return filled


@dataclass(kw_only=True)
class Drawn:
    """A surface with blocks. `warning` is what Slack shows beside a click that failed."""

    blocks: list[Block] = field(default_factory=list)
    warning: str = ""

    def plain(self) -> str:
        """All the text that a person sees. Each block begins a new line."""
        return plain(self.blocks)

    def controls(self) -> list[Control]:
        """All controls, in the order in which a person sees them."""
        return list(controls(self.blocks))

    def buttons(self) -> list[str]:
        """The labels of the buttons."""
        return [control.label for control in self.controls() if control.element["type"] == "button"]

    def menu(self) -> list[str]:
        """The labels in the overflow menus."""
        return [control.label for control in self.controls() if control.element["type"] == "overflow"]
