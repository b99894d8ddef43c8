"""Checks messages, modals and Home views, and refuses what Slack refuses."""

import json
from collections.abc import Iterator
from typing import Any, Literal

from bot.sandbox.slack.triggers import Refused
from bot.sandbox.slack.validation.blocks import problems
from bot.sandbox.slack.validation.elements import plain
from bot.sandbox.slack.validation.schema import anything, flag, shape, string, wrong
from bot.slack.limits import LIMITS

Params = dict[str, Any]

_ANY_VIEW_FIELDS = {
    "private_metadata": string(LIMITS.metadata),
    "callback_id": string(LIMITS.id),
    "external_id": string(LIMITS.id),
}
_TITLE = plain(LIMITS.modal_title)
_VIEW_SHAPES = {
    "home": shape({"blocks": anything}, _ANY_VIEW_FIELDS),
    "modal": shape(
        {"title": _TITLE, "blocks": anything},
        {"submit": _TITLE, "close": _TITLE, "clear_on_close": flag, "notify_on_close": flag}
        | {"submit_disabled": flag}
        | _ANY_VIEW_FIELDS,
    ),
}


def checked(params: Params) -> None:
    """Raise Refused for a message that Slack would not accept."""
    blocks = params.get("blocks") or []
    if not (blocks or params.get("text") or params.get("attachments")):
        raise Refused("no_text")
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if blocks and (found := problems(blocks, surface="message")):
        raise Refused("invalid_blocks", errors=found, response_metadata=_metadata(found))


def checked_view(body: Any) -> dict[str, Any]:
    """The modal. Raises Refused if Slack would not accept it."""
    return _checked("modal", body)


def checked_home(body: Any) -> dict[str, Any]:
    """The Home view. Raises Refused if Slack would not accept it. Its inputs need no submit button."""
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
    yield from _VIEW_SHAPES[kind](body, "/view")
    if isinstance(body, dict) and "blocks" in body:
        found = problems(body["blocks"], surface=kind, at="/view/blocks")
        yield from found or _inputs_without_submit(body)


def _inputs_without_submit(body: dict[str, Any]) -> Iterator[str]:
    if body["type"] != "modal" or "submit" in body:
        return
    for index, block in enumerate(body["blocks"]):
        if block["type"] == "input":
            yield wrong(
                "must define `submit` to use an `input` block in modals", f"/view/blocks/{index}/input"
            )
