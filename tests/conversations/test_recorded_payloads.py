"""Recorded Slack payloads go through the listeners, blank as they are kept and filled in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, SHOOTS, TEAM
from bot.slack import constants
from tests.support.chat import Chat

PAYLOADS = Path(__file__).parent.parent / "payloads"
INTERACTIVE = ["BlockAction", "MessageShortcut", "ViewClosed", "ViewSubmission"]
PARTS = {"text", "blocks", "attachments", "files"}
UNSEEN = {"confirm", "placeholder", "initial_option"}  # not on the message, but after a click
EVENTS = ["AppHomeOpened", "AppMention", "AppUninstalled", "LinkShared", "TokensRevoked"]


def recorded(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((PAYLOADS / f"{name}Payload.json").read_text(encoding="utf-8"))
    return payload


async def send(slack: SlackSandbox, fields: dict[str, Any]) -> int:
    """Sends a form as Slack does, and returns the status of the answer."""
    body = urlencode(fields).encode()
    exchange = await slack.send_raw(body, slack.signed(body))
    return exchange.status


@pytest.mark.parametrize("name", INTERACTIVE)
async def test_blank_interactions_are_acknowledged(slack: SlackSandbox, name: str) -> None:
    """A payload with all keys and no values is acknowledged, and nothing breaks."""
    assert await send(slack, {"payload": json.dumps(recorded(name))}) == 200


async def test_a_blank_command_is_unknown(slack: SlackSandbox) -> None:
    """A command without a name is acknowledged and answered with help."""
    assert await send(slack, recorded("SlashCommand")) == 200


@pytest.mark.parametrize("name", EVENTS)
async def test_events_that_we_do_not_ask_for_are_refused_cleanly(slack: SlackSandbox, name: str) -> None:
    """The manifest subscribes to none of these events. One that still comes gets an answer below 500."""
    payload = recorded(name) | {"type": "event_callback"}
    body = json.dumps(payload).encode()

    exchange = await slack.send_raw(body, slack.signed(body) | {"Content-Type": "application/json"})

    assert exchange.status < 500


def response_url(slack: SlackSandbox) -> str:
    """A response_url that answers Ana in #shoots."""
    return f"{slack.base_url}/respond/{slack._triggers.response(ANA, SHOOTS).secret}"


async def test_a_recorded_command_is_answered(slack: SlackSandbox, chat: Chat) -> None:
    """The recorded form of a slash command, with an order's ID filled in, gets a card."""
    filled = {"command": "/order", "text": OAK, "team_id": TEAM, "user_id": ANA, "channel_id": SHOOTS}

    assert await send(slack, recorded("SlashCommand") | filled | {"response_url": response_url(slack)}) == 200

    await chat.reads("Oak Terrace, show home\n*Ready*")


def holders(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all strings of a message in which a person could read an ID."""
    if isinstance(node, dict | list):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            yield from holders(value, (*path, key))
    elif isinstance(node, str) and path[-1] in {
        "text",
        "title",
        "fallback",
        "pretext",
        "from_url",
        "title_link",
    }:
        yield path


def shortcut(slack: SlackSandbox) -> dict[str, Any]:
    """A message shortcut of Ana's, on the recorded message."""
    payload = recorded("MessageShortcut")
    payload |= {"callback_id": constants.CHECK_ORDERS_HERE, "response_url": response_url(slack)}
    payload["team"] |= {"id": TEAM}
    payload["user"] |= {"id": ANA, "team_id": TEAM}
    payload["channel"] |= {"id": SHOOTS}
    payload["trigger_id"] = slack._triggers.trigger(ANA)
    return payload


async def test_a_recorded_shortcut_finds_an_id_in_every_text(slack: SlackSandbox) -> None:
    """An ID is found wherever people read text in a message: blocks, attachments and files."""
    paths = [
        path for path in holders(shortcut(slack)["message"]) if path[0] in PARTS and not UNSEEN & {*path}
    ]
    assert len(paths) > 20
    missed = []
    for path in paths:
        payload = shortcut(slack)
        node = payload["message"]
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = f"is {OAK} done?"
        answered = len(slack.calls("respond"))
        await send(slack, {"payload": json.dumps(payload)})
        if slack.views(ANA):  # the modal that asks for an order
            missed.append(path)
            slack.workspace.close_all(ANA)
        else:
            await more_than(slack, answered)
    assert missed == []


async def more_than(slack: SlackSandbox, answers: int) -> None:
    await slack.until(lambda: len(slack.calls("respond")) > answers)


async def test_a_recorded_click_is_answered(slack: SlackSandbox, chat: Chat) -> None:
    """The recorded shape of a click, with the value of a Re-check button, gets a new card."""
    drawn = next(each for each in (await chat.order(OAK)).controls() if each.label == "Re-check")
    payload = recorded("BlockAction") | {"response_url": response_url(slack)}
    payload["team"] |= {"id": TEAM}
    payload["user"] |= {"id": ANA, "team_id": TEAM}
    payload["container"] |= {"type": "message", "channel_id": SHOOTS, "is_ephemeral": True}
    payload["channel"] |= {"id": SHOOTS}
    payload["actions"] = [
        payload["actions"][0] | {"action_id": constants.RECHECK, "type": "button"} | drawn.element
    ]

    assert await send(slack, {"payload": json.dumps(payload)}) == 200

    await chat.reads("No change since")
