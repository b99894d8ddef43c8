"""What a person filled in, as Slack sends it: the `state.values` of a view."""

from typing import Any

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack.blocks import Block, elements

Filled = dict[str, str | list[str]]
"""By block_id or by label: a text, one option, or several. An option is its value or its label."""


def state(blocks: list[Block], filled: Filled, *, complete: bool) -> dict[str, Any]:
    """The values of all inputs: those in `filled`, and the initial values of the others.

    Raises NotOffered for an input that does not exist. If `complete`, also for an empty required input.
    """
    inputs = {block["block_id"]: block for block in blocks if block["type"] == "input"}
    by_label = {block["label"]["text"]: block_id for block_id, block in inputs.items()}
    entered = {by_label.get(name, name): value for name, value in filled.items()}
    if unknown := set(entered) - set(inputs):
        raise NotOffered(f"There is no input {sorted(unknown)} among {sorted(inputs)}.")
    return {id_: _input(block, entered.get(id_), complete=complete) for id_, block in inputs.items()}


def _input(block: Block, entered: str | list[str] | None, *, complete: bool) -> dict[str, Any]:
    (element,) = elements(block)
    value = _value(element, entered)
    if complete and not block.get("optional") and not any(value.values()):
        raise NotOffered(f"“{block['label']['text']}” is required.")
    return {element["action_id"]: {"type": element["type"], **value}}


def _value(element: dict[str, Any], entered: str | list[str] | None) -> dict[str, Any]:
    match element["type"]:
        case "plain_text_input":
            return {"value": element.get("initial_value") if entered is None else entered or None}
        case "checkboxes":
            return {
                "selected_options": element.get("initial_options", [])
                if entered is None
                else _chosen(element, entered)
            }
        case _:
            chosen = (
                element.get("initial_option")
                if entered is None
                else next(iter(_chosen(element, entered)), None)
            )
            return {"selected_option": chosen}


def _chosen(element: dict[str, Any], entered: str | list[str]) -> list[dict[str, Any]]:
    words = [entered] if isinstance(entered, str) else entered
    options: list[dict[str, Any]] = element["options"]
    by_value = [option for option in options if option["value"] in words]
    return by_value or [option for option in options if option["text"]["text"] in words]
