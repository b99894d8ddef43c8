"""What a person filled in, as Slack tells it: the `state.values` of a modal."""

from typing import Any

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack.blocks import Block, elements

Filled = dict[str, str | list[str]]
"""By block_id or by the label a person reads: text, the words of one option, or of several."""


def state(blocks: list[Block], filled: Filled, *, complete: bool) -> dict[str, Any]:
    """The values of all inputs, filled in or as they were drawn.

    NotOffered is raised for an input that is not there and, if `complete`, for a required one left empty.
    """
    inputs = {block["block_id"]: block for block in blocks if block["type"] == "input"}
    by_label = {block["label"]["text"]: block_id for block_id, block in inputs.items()}
    given = {by_label.get(name, name): value for name, value in filled.items()}
    if unknown := set(given) - set(inputs):
        raise NotOffered(f"no input {sorted(unknown)} among {sorted(inputs)}")
    return {id_: _input(block, given.get(id_), complete=complete) for id_, block in inputs.items()}


def _input(block: Block, given: str | list[str] | None, *, complete: bool) -> dict[str, Any]:
    (element,) = elements(block)
    value = _value(element, given)
    if complete and not block.get("optional") and not any(value.values()):
        raise NotOffered(f"{block['label']['text']!r} is required")
    return {element["action_id"]: {"type": element["type"], **value}}


def _value(element: dict[str, Any], given: str | list[str] | None) -> dict[str, Any]:
    match element["type"]:
        case "plain_text_input":
            return {"value": element.get("initial_value") if given is None else given or None}
        case "checkboxes":
            return {
                "selected_options": element.get("initial_options", [])
                if given is None
                else _chosen(element, given)
            }
        case _:
            chosen = (
                element.get("initial_option") if given is None else next(iter(_chosen(element, given)), None)
            )
            return {"selected_option": chosen}


def _chosen(element: dict[str, Any], given: str | list[str]) -> list[dict[str, Any]]:
    words = [given] if isinstance(given, str) else given
    return [option for option in element["options"] if option["text"]["text"] in words]
