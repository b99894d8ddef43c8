"""What Slack refuses to take: messages, modals and Home views that are not as they have to be."""

import json
from collections.abc import Iterator
from typing import Any, Literal

from bot.sandbox.slack.triggers import Refused
from bot.sandbox.slack.validation.blocks import problems
from bot.sandbox.slack.validation.elements import plain
from bot.sandbox.slack.validation.schema import anything, flag, shape, string, wrong
from bot.slack.limits import LIMITS

Params = dict[str, Any]

_OF_ANY_VIEW = {
    "private_metadata": string(LIMITS.metadata),
    "callback_id": string(LIMITS.id),
    "external_id": string(LIMITS.id),
}
_WORDS = plain(LIMITS.modal_title)
_FRAMES = {
    "home": shape({"blocks": anything}, _OF_ANY_VIEW),
    "modal": shape(
        {"title": _WORDS, "blocks": anything},
        {"submit": _WORDS, "close": _WORDS, "clear_on_close": flag, "notify_on_close": flag}
        | {"submit_disabled": flag}
        | _OF_ANY_VIEW,
    ),
}


def checked(params: Params) -> None:
    """Refuse a message that Slack would not take."""
    blocks = params.get("blocks") or []
    if not (blocks or params.get("text") or params.get("attachments")):
        raise Refused("no_text")
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if blocks and (found := problems(blocks, surface="message")):
        raise Refused("invalid_blocks", errors=found, response_metadata=_metadata(found))


def checked_view(body: Any) -> dict[str, Any]:
    """The modal, unless Slack would not take it."""
    return _checked("modal", body)


def checked_home(body: Any) -> dict[str, Any]:
    """The view for the Home tab, unless Slack would not take it; inputs need no button there."""
    return _checked("home", body)


def _checked(kind: Literal["modal", "home"], body: Any) -> dict[str, Any]:
    if found := list(_problems(kind, body)):
        raise Refused("invalid_arguments", response_metadata=_metadata(found))
    view: dict[str, Any] = body
    if len(json.dumps(view)) > LIMITS.view_bytes:
        raise Refused("view_too_large")
    return view


def _metadata(found: list[str]) -> dict[str, list[str]]:
    return {"messages": [f"[ERROR] {each}" for each in found]}


def _problems(kind: Literal["modal", "home"], body: Any) -> Iterator[str]:
    if isinstance(body, dict) and body.get("type") != kind:
        yield wrong("must be a valid enum value", "/view/type")
        return
    yield from _FRAMES[kind](body, "/view")
    if isinstance(body, dict) and "blocks" in body:
        found = problems(body["blocks"], surface=kind, at="/view/blocks")
        yield from found or _without_a_button(body)


def _without_a_button(body: dict[str, Any]) -> Iterator[str]:
    if body["type"] != "modal" or "submit" in body:
        return
    for index, block in enumerate(body["blocks"]):
        if block["type"] == "input":
            yield wrong(
                "must define `submit` to use an `input` block in modals", f"/view/blocks/{index}/input"
            )
