"""What Slack refuses to take: messages, modals and Home views that are not as they have to be."""

from typing import Any, Literal

from bot.sandbox.tickets import Refused
from bot.slack.limits import problems

Params = dict[str, Any]

LONGEST_TITLE, LONGEST_METADATA = 24, 3_000


def checked(params: Params) -> None:
    """Refuse a message that Slack would not take."""
    blocks = params.get("blocks") or []
    if not (blocks or params.get("text") or params.get("attachments")):
        raise Refused("no_text")
    if wrong := _problems(blocks, "message"):
        raise Refused("invalid_blocks", response_metadata={"messages": wrong})


def checked_view(body: Any) -> dict[str, Any]:
    """The modal, unless Slack would not take it."""
    view = _of_type("modal", body)
    return _without(view, [*_frame_problems(view), *_metadata_problems(view)])


def checked_home(body: Any) -> dict[str, Any]:
    """The view for the Home tab, unless Slack would not take it; inputs need no button there."""
    view = _of_type("home", body)
    return _without(view, _metadata_problems(view))


def _of_type(kind: Literal["modal", "home"], body: Any) -> dict[str, Any]:
    if not isinstance(body, dict) or not body.get("blocks"):
        raise _invalid([f"[ERROR] not a {kind} [json-pointer:/view]"])
    if body.get("type") != kind:
        raise _invalid(["[ERROR] must be a valid enum value [json-pointer:/view/type]"])
    return body


def _without(view: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    """A Home view may hold as many blocks as a modal."""
    if wrong := [*wrong, *_problems(view["blocks"], "modal")]:
        raise _invalid(wrong)
    return view


def _invalid(wrong: list[str]) -> Refused:
    return Refused("invalid_arguments", response_metadata={"messages": wrong})


def _problems(blocks: list[dict[str, Any]], surface: Literal["message", "modal"]) -> list[str]:
    return [f"[ERROR] {problem}" for problem in problems(blocks, surface=surface)]


def _frame_problems(body: dict[str, Any]) -> list[str]:
    wrong = []
    for key in ("title", "submit", "close"):
        text = (body.get(key) or {}).get("text", "")
        if len(text) > LONGEST_TITLE:
            wrong.append(f"[ERROR] /{key}: more than {LONGEST_TITLE} characters")
    if not body.get("title"):
        wrong.append("[ERROR] /title: missing required field")
    if "submit" not in body and any(block["type"] == "input" for block in body["blocks"]):
        wrong.append("[ERROR] /submit: required when there is an input block")
    return wrong


def _metadata_problems(body: dict[str, Any]) -> list[str]:
    if len(body.get("private_metadata", "")) > LONGEST_METADATA:
        return [f"[ERROR] /private_metadata: more than {LONGEST_METADATA} characters"]
    return []
