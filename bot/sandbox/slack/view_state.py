"""What a person filled in, as Slack sends it: the `state.values` of a view."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack.blocks import PICKERS, Block, elements

Filled = dict[str, str | list[str]]
"""By block_id or by label: a text, one option, or several. An option is its value or its label."""

Picks = Callable[[dict[str, Any]], set[str]]
"""The IDs of the people or conversations that Slack offers in this element."""


def state(
    blocks: list[Block], filled: Filled, *, complete: bool, picks: Picks = lambda _: set()
) -> dict[str, Any]:
    """The values of all inputs: those in `filled`, and the initial values of the others.

    Raises NotOffered for an input that does not exist, and for a choice that Slack does not offer. If
    `complete`, also for an empty required input.
    """
    inputs = {block["block_id"]: block for block in blocks if block["type"] == "input"}
    by_label = {block["label"]["text"]: block_id for block_id, block in inputs.items()}
    entered = {by_label.get(name, name): value for name, value in filled.items()}
    if unknown := set(entered) - set(inputs):
        raise NotOffered(f"There is no input {sorted(unknown)} among {sorted(inputs)}.")
    return {id_: _input(block, entered.get(id_), picks, complete=complete) for id_, block in inputs.items()}


def _input(block: Block, entered: str | list[str] | None, picks: Picks, *, complete: bool) -> dict[str, Any]:
    (element,) = elements(block)
    value = _picked(element, entered, picks) if element["type"] in PICKERS else _value(element, entered)
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


def _picked(element: dict[str, Any], entered: str | list[str] | None, picks: Picks) -> dict[str, Any]:
    """People and conversations, by ID."""
    several = element["type"] == "multi_conversations_select"
    if entered is None:
        initial = element.get("initial_conversations", []) if several else element.get("initial_user")
        return {"selected_conversations" if several else "selected_user": initial}
    chosen = [each for each in ([entered] if isinstance(entered, str) else entered) if each]
    if unknown := set(chosen) - picks(element):
        raise NotOffered(f"Slack doesn't offer {sorted(unknown)} here.")
    most = element.get("max_selected_items") if several else 1
    if most and len(chosen) > most:
        raise NotOffered(f"At most {most} can be chosen.")
    return {"selected_conversations": chosen} if several else {"selected_user": next(iter(chosen), None)}
