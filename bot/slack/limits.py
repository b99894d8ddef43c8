"""Slack's limits in one table, and a check of blocks against it.

Figures are from docs.slack.dev/reference/block-kit and @slack/types 3.2.0, read in 2026. All are in
characters unless they count something else. The sandbox refuses what `problems` finds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

Surface = Literal["message", "modal"]


@dataclass(frozen=True)
class Limits:
    message_blocks: int = 50
    modal_blocks: int = 100
    header: int = 150
    section: int = 3000  # any text object
    fields: int = 10
    field: int = 2000
    context_elements: int = 10
    action_elements: int = 25
    button: int = 75  # label and accessibility label
    value: int = 2000
    url: int = 3000
    options: int = 5  # of an overflow menu
    option: int = 75  # label; value too, as the types say 75 and the docs 150
    id: int = 255  # block_id, action_id, callback_id
    input_label: int = 2000
    placeholder: int = 150
    modal_title: int = 24  # title, submit and close
    view_bytes: int = 250_000
    text: int = 4000  # chat.update refuses more, chat.postMessage truncates far above it


LIMITS = Limits()


def problems(blocks: list[dict[str, Any]], *, surface: Surface) -> list[str]:
    """What Slack would refuse, each as "/pointer: what is wrong"; empty when all is well."""
    most = LIMITS.message_blocks if surface == "message" else LIMITS.modal_blocks
    found = [f"/blocks: {len(blocks)} blocks, at most {most}"] if len(blocks) > most else []
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        found.append("/blocks: a block_id repeats")
    for index, block in enumerate(blocks):
        found += [f"/blocks/{index}{problem}" for problem in _block(block)]
    return found


def _block(block: dict[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    yield from _length(block, "block_id", LIMITS.id)
    if isinstance(kind, str) and kind in _CHECKS:
        yield from _CHECKS[kind](block)
    else:
        yield f"/type: unknown block {kind!r}"


def _header(block: dict[str, Any]) -> Iterator[str]:
    yield from _text(block.get("text"), "/text", LIMITS.header, only="plain_text")


def _context(block: dict[str, Any]) -> Iterator[str]:
    yield from _many(block, "elements", LIMITS.context_elements)
    for index, element in enumerate(block.get("elements", [])):
        if element.get("type") != "image":
            yield from _text(element, f"/elements/{index}", LIMITS.section)


def _actions(block: dict[str, Any]) -> Iterator[str]:
    yield from _many(block, "elements", LIMITS.action_elements)
    yield from _elements(block.get("elements", []))


def _input(block: dict[str, Any]) -> Iterator[str]:
    yield from _text(block.get("label"), "/label", LIMITS.input_label, only="plain_text")
    yield from _element(block.get("element", {}), "/element")


def _image(block: dict[str, Any]) -> Iterator[str]:
    if not block.get("alt_text"):
        yield "/alt_text: missing"


def _section(block: dict[str, Any]) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield ": a section needs text or fields"
    if "text" in block:
        yield from _text(block["text"], "/text", LIMITS.section)
    if "fields" in block:
        yield from _many(block, "fields", LIMITS.fields)
        for index, field in enumerate(block["fields"]):
            yield from _text(field, f"/fields/{index}", LIMITS.field)
    if "accessory" in block:
        yield from _element(block["accessory"], "/accessory")


def _elements(elements: list[dict[str, Any]]) -> Iterator[str]:
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        yield "/elements: an action_id repeats"
    for index, element in enumerate(elements):
        yield from _element(element, f"/elements/{index}")


def _element(element: dict[str, Any], at: str) -> Iterator[str]:
    yield from (at + problem for problem in _length(element, "action_id", LIMITS.id))
    if not element.get("action_id"):
        yield f"{at}/action_id: missing"
    match element.get("type"):
        case "button":
            yield from _text(element.get("text"), f"{at}/text", LIMITS.button, only="plain_text")
            for key, limit in (
                ("value", LIMITS.value),
                ("url", LIMITS.url),
                ("accessibility_label", LIMITS.button),
            ):
                yield from (at + problem for problem in _length(element, key, limit))
        case "overflow":
            yield from (at + problem for problem in _many(element, "options", LIMITS.options))
            for index, option in enumerate(element.get("options", [])):
                yield from _text(option.get("text"), f"{at}/options/{index}/text", LIMITS.option)
                yield from (f"{at}/options/{index}{p}" for p in _length(option, "value", LIMITS.option))
        case "plain_text_input":
            if "placeholder" in element:
                yield from _text(
                    element["placeholder"], f"{at}/placeholder", LIMITS.placeholder, only="plain_text"
                )
        case kind:
            yield f"{at}/type: unknown element {kind!r}"


def _rich(elements: list[dict[str, Any]], at: str = "") -> Iterator[str]:
    if not elements:
        yield f"{at}/elements: must not be empty"
    for index, element in enumerate(elements):
        here = f"{at}/elements/{index}"
        if element.get("type") == "text" and not element.get("text"):
            yield f"{here}/text: must not be empty"
        elif "elements" in element:
            yield from _rich(element["elements"], here)


def _text(text: Any, at: str, limit: int, *, only: str | None = None) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in {"plain_text", "mrkdwn"}:
        yield f"{at}: must be a text object"
    elif only and text["type"] != only:
        yield f"{at}: must be {only}"
    elif not 1 <= len(text.get("text", "")) <= limit:
        yield f"{at}/text: {len(text.get('text', ''))} characters, must be 1 to {limit}"


def _length(holder: dict[str, Any], key: str, limit: int) -> Iterator[str]:
    if len(str(holder.get(key, ""))) > limit:
        yield f"/{key}: {len(str(holder[key]))} characters, at most {limit}"


def _many(holder: dict[str, Any], key: str, limit: int) -> Iterator[str]:
    if not 1 <= len(holder.get(key, [])) <= limit:
        yield f"/{key}: {len(holder.get(key, []))}, must be 1 to {limit}"


_CHECKS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": lambda _: iter(()),
    "input": _input,
    "rich_text": lambda block: _rich(block.get("elements", [])),
    "image": _image,
}
