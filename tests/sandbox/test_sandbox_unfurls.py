"""What an app receives about pasted links, and what it may draw below them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox.slack.sample_workspace import ANA, BOT, EDITING, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.sandbox.tiny_bot import World, actions, button, open_world

LINK = "https://app.autoenhance.ai/orders/12-elm"
PART = {"blocks": actions(button("Show", action_id="show"))}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as world:
        yield world


async def pasted(world: World, text: str = f"See {LINK}.", **more: Any) -> tuple[Message, dict[str, Any]]:
    """The message, and the app's event about it."""
    assert await world.slack.say(text, **more)
    return world.slack.messages(more.get("channel", SHOOTS))[-1], world.bot.heard[-1]["event"]


async def unfurl(world: World, event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    named = {"unfurl_id": event["unfurl_id"], "source": event["source"], "unfurls": {LINK: PART}}
    return await world.bot.call("chat.unfurl", **named | changes)


async def test_an_app_gets_an_event_for_links_to_its_domains(world: World) -> None:
    """The event has each link once and its place, and nothing else of the message."""
    other = "https://autoenhance.ai.evil.example/orders/1"
    message, event = await pasted(world, f"{LINK} {LINK} {other} autoenhance.ai/pricing secret")

    assert event["links"] == [
        {"url": LINK, "domain": "autoenhance.ai"},
        {"url": "http://autoenhance.ai/pricing", "domain": "autoenhance.ai"},
    ]
    assert (event["channel"], event["message_ts"], event["user"]) == (SHOOTS, message.ts, ANA)
    assert (event["source"], event["is_bot_user_member"]) == ("conversations_history", True)
    assert "secret" not in str(world.bot.heard[-1])


async def test_the_event_comes_without_membership(world: World) -> None:
    """In a thread the event names the thread."""
    root, event = await pasted(world, channel=EDITING)
    assert event["is_bot_user_member"] is False

    _, reply = await pasted(world, channel=EDITING, thread_ts=root.ts)
    assert reply["thread_ts"] == root.ts


@pytest.mark.parametrize("change", ["features", "events", "text"])
async def test_there_is_no_event_for_what_the_app_did_not_ask_for(world: World, change: str) -> None:
    """The manifest must have the domain and the event. Other links are not reported."""
    if change == "features":
        world.slack.features = {**world.slack.features, "unfurl_domains": []}
    if change == "events":
        world.slack.events = ()

    assert await world.slack.say("https://example.com/orders/1" if change == "text" else LINK) is None
    assert world.bot.heard == []


async def test_an_unfurl_is_drawn_below_the_message(world: World) -> None:
    """A second unfurl replaces the first."""
    message, event = await pasted(world)

    assert await unfurl(world, event) == {"ok": True}
    assert await unfurl(world, event) == {"ok": True}

    [part] = message.attachments
    assert (part["app_unfurl_url"], part["is_app_unfurl"]) == (LINK, True)
    assert message.buttons() == ["Show"]


async def test_a_click_in_an_unfurl_names_its_message(world: World) -> None:
    """The container says where, and the attachment comes with the message."""
    message, event = await pasted(world)
    await unfurl(world, event)
    await world.slack.click(message, "Show")
    heard = world.bot.heard[-1]

    assert heard["container"]["type"] == "message_attachment"
    assert heard["container"]["is_app_unfurl"] is True
    assert heard["container"]["app_unfurl_url"] == heard["app_unfurl"]["app_unfurl_url"] == LINK
    assert heard["message"]["user"] == ANA
    await world.bot.respond(text="for you", replace_original=True)
    assert (world.slack.messages()[-1].user, world.slack.messages()[-1].ephemeral_to) == (BOT, ANA)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"unfurl_id": ""}, "missing_unfurl_id"),
    ({"source": ""}, "missing_source"),
    ({"source": "composer"}, "invalid_source"),
    ({"unfurl_id": "made-up"}, "invalid_unfurl_id"),
    ({"unfurls": {}}, "missing_unfurls"),
    ({"unfurls": [PART]}, "invalid_unfurls_format"),
    ({"unfurls": {f"{LINK}/": PART}}, "cannot_unfurl_url"),
    ({"unfurls": {LINK: {}}}, "cannot_parse_attachment"),
    ({"unfurls": {LINK: "12 Elm Street"}}, "cannot_parse_attachment"),
]


@pytest.mark.parametrize(
    ("changes", "error"), REFUSED, ids=[f"{case[1]}-{n}" for n, case in enumerate(REFUSED)]
)
async def test_what_slack_would_refuse(world: World, changes: dict[str, Any], error: str) -> None:
    """The error has Slack's words, and nothing is drawn."""
    message, event = await pasted(world)

    assert (await unfurl(world, event, **changes))["error"] == error
    assert message.attachments == []


async def test_an_invalid_block_is_named(world: World) -> None:
    """The JSON pointer has the link as one step."""
    _, event = await pasted(world)
    refused = await unfurl(world, event, unfurls={LINK: {"blocks": [{"type": "header"}]}})

    pointer = "/unfurls/https:~1~1app.autoenhance.ai~1orders~112-elm/blocks/0"
    assert pointer in refused["response_metadata"]["messages"][0]


async def test_nothing_is_drawn_below_a_deleted_message(world: World) -> None:
    """Nor is anything drawn without the scope."""
    message, event = await pasted(world)
    world.slack.delete(message)
    assert (await unfurl(world, event))["error"] == "cannot_find_message"

    world.slack.scopes.discard("links:write")
    assert (await unfurl(world, event))["error"] == "missing_scope"
