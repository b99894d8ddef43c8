"""What the bot may call: the Web API, response_urls, Socket Mode, and their failures."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.sample_workspace import (
    ANA,
    ANA_BEN,
    BEN,
    BOT,
    EDITING,
    OLD_SHOOTS,
    OLGA,
    OWNERS,
    PARTNERS,
    SHOOTS,
    TEAM,
)
from tests.sandbox.tiny_bot import APP_TOKEN, BOT_TOKEN, World, actions, answer, button, modal, open_world

SECTION = [{"type": "section", "text": {"type": "mrkdwn", "text": "*24* of 30"}}]
CARD = actions(button("Re-check", action_id="recheck"))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as world:
        yield world


async def test_slack_sdk_gets_what_it_expects(world: World) -> None:
    """The API reads forms, JSON and query strings, and a header has the scopes."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{world.slack.base_url}/api/", session=session)
        me = await client.auth_test()
        assert (me["user_id"], me["team_id"]) == (BOT, TEAM)
        assert "chat:write" in me.headers["x-oauth-scopes"].split(",")
        posted = await client.chat_postMessage(channel=SHOOTS, text="24 of 30", blocks=SECTION)
        await client.chat_update(channel=SHOOTS, ts=posted["ts"], text="25 of 30")
        info = await client.conversations_info(channel=PARTNERS)
        assert info["channel"]["is_ext_shared"]
    message = world.slack.messages()[-1]
    assert (message.text, message.blocks, message.edited) == ("25 of 30", [], True)


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        (BOT_TOKEN, "apps.connections.open", "not_allowed_token_type"),
        (BOT_TOKEN, "chat.delete", "unknown_method"),
    ],
)
async def test_tokens_are_checked(world: World, token: str, method: str, error: str) -> None:
    """The errors are Slack's words."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = await world.bot.http.post(f"/api/{method}", headers=headers)
    assert (response.status_code, response.json()["error"]) == (200, error)


async def test_a_scope_that_was_not_granted_is_missing(world: World) -> None:
    """The answer names what is needed and what is granted."""
    world.slack.scopes.discard("chat:write")
    refused = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x")
    assert (refused["error"], refused["needed"]) == ("missing_scope", "chat:write")
    assert "commands" in refused["provided"]


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"channel": EDITING, "text": "x"}, "not_in_channel"),
        ({"channel": OWNERS, "text": "x"}, "channel_not_found"),
        ({"channel": ANA_BEN, "text": "x"}, "channel_not_found"),
        ({"channel": OLD_SHOOTS, "text": "x"}, "is_archived"),
        ({"channel": OLGA, "text": "x"}, "channel_not_found"),
        ({"channel": SHOOTS}, "no_text"),
        ({"channel": SHOOTS, "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": SHOOTS, "text": "x", "blocks": [{"type": "header"}]}, "invalid_blocks"),
    ],
)
async def test_a_post_is_refused_as_slack_does(world: World, params: dict[str, Any], error: str) -> None:
    """Nothing is posted."""
    before = world.slack.transcript()
    assert (await world.bot.call("chat.postMessage", **params))["error"] == error
    assert world.slack.transcript() == before


async def test_a_post_to_a_person_goes_to_their_dm(world: World) -> None:
    """The answer has the D… ID, and a new DM is made when there is none."""
    posted = await world.bot.call("chat.postMessage", channel=BEN, text="psst")
    opened = await world.bot.call("conversations.open", users=BEN)
    assert posted["channel"] == opened["channel"]["id"] == "D0BEN00001"
    assert world.slack.workspace.sees(BEN, "D0BEN00001")
    assert not world.slack.workspace.sees(ANA, "D0BEN00001")


@pytest.mark.parametrize("yes", [True, "true"])
async def test_a_broadcast_reply_is_in_a_thread(world: World, yes: object) -> None:
    """The message and Slack's answer mark it. Outside of a thread it is not possible."""
    root = world.slack.messages()[0]
    posted = await world.bot.call(
        "chat.postMessage", channel=SHOOTS, text="x", thread_ts=root.ts, reply_broadcast=yes
    )
    reply = world.slack.messages()[-1]
    assert (reply.thread_ts, reply.broadcast) == (root.ts, True)
    assert (posted["message"]["subtype"], posted["message"]["thread_ts"]) == ("thread_broadcast", root.ts)
    plain = await world.bot.call(
        "chat.postMessage", channel=SHOOTS, text="x", thread_ts=root.ts, reply_broadcast=False
    )
    await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", reply_broadcast=yes)
    assert "subtype" not in plain["message"]
    assert [message.broadcast for message in world.slack.messages()[-2:]] == [False, False]


async def test_a_reply_to_a_reply_goes_into_its_thread(world: World) -> None:
    """Slack has no threads in threads."""
    root = world.slack.messages()[0]
    reply = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", thread_ts=root.ts)
    second = await world.bot.call("chat.postMessage", channel=SHOOTS, text="y", thread_ts=reply["ts"])
    assert second["message"]["thread_ts"] == root.ts
    assert [message.text for message in world.slack.workspace.replies(root)] == ["x", "y"]


async def test_an_ephemeral_post_is_for_members_only(world: World) -> None:
    """One person sees it, and chat.update cannot change it."""
    refused = await world.bot.call("chat.postEphemeral", channel=SHOOTS, user=OLGA, text="x")
    posted = await world.bot.call("chat.postEphemeral", channel=SHOOTS, user=ANA, text="x")
    updated = await world.bot.call("chat.update", channel=SHOOTS, ts=posted["message_ts"], text="y")
    assert (refused["error"], updated["error"]) == ("user_not_in_channel", "cant_update_message")
    assert world.slack.messages(viewer=BEN)[-1].text != "x"


async def test_what_one_person_is_shown_in_a_thread_needs_an_active_thread(world: World) -> None:
    """Before somebody has replied there, Slack takes the message and shows it to nobody, also later."""
    root = world.slack.messages()[0]

    async def shown(text: str) -> bool:
        params = {"channel": SHOOTS, "user": ANA, "thread_ts": root.ts, "text": text}
        assert (await world.bot.call("chat.postEphemeral", **params))["ok"]
        return text in {each.text for each in world.slack.messages(viewer=ANA)}

    assert not await shown("early")
    assert not await shown("an ephemeral message is no reply")
    await world.slack.say("I am on my way", user=BEN, thread_ts=root.ts)
    assert await shown("later")
    assert "early" not in {each.text for each in world.slack.messages(viewer=ANA)}


async def test_only_own_messages_can_be_updated_and_not_with_long_text(world: World) -> None:
    """Four thousand characters are the limit of chat.update, not of chat.postMessage."""
    posted = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x" * 5000)
    theirs = world.slack.messages()[0].ts
    tries = [
        {"ts": posted["ts"], "text": "x" * 4001},
        {"ts": theirs, "text": "x"},
        {"ts": "1.000000", "text": "x"},
        {"ts": posted["ts"], "text": "x" * 4000},
    ]
    answers = [await world.bot.call("chat.update", channel=SHOOTS, **each) for each in tries]
    assert [each.get("error") for each in answers] == [
        "msg_too_long",
        "cant_update_message",
        "message_not_found",
        None,
    ]


async def test_a_trigger_is_valid_once_and_for_three_seconds(world: World) -> None:
    """Afterwards Slack says which of the two it was."""

    async def opened() -> Any:
        trigger_id = world.bot.heard[-1]["trigger_id"]
        return (await world.bot.call("views.open", trigger_id=trigger_id, view=modal())).get("error")

    await world.slack.global_shortcut("look_up_order")
    assert [await opened(), await opened()] == [None, "exchanged_trigger_id"]
    await world.slack.global_shortcut("look_up_order")
    world.clock.seconds += 3.1
    assert await opened() == "expired_trigger_id"


async def test_a_view_is_updated_while_it_is_open_and_with_its_hash(world: World) -> None:
    """An old hash is a conflict, and a closed view is not found."""
    view = world.slack.workspace.push(ANA, modal())
    new = modal(title={"type": "plain_text", "text": "Found"})

    async def update(hash_: str) -> Any:
        return (await world.bot.call("views.update", view_id=view.id, hash=hash_, view=new)).get("error")

    known = view.hash
    assert await update(known) is None
    assert view.title == "Found"
    assert await update(known) == "hash_conflict"
    await world.slack.close(view)
    assert await update("") == "not_found"


async def test_an_invalid_view_is_refused(world: World) -> None:
    """Titles are short, and inputs need a button."""
    await world.slack.global_shortcut("look_up_order")
    wrong = modal(title={"type": "plain_text", "text": "x" * 25})
    del wrong["submit"]
    trigger_id = world.bot.heard[-1]["trigger_id"]
    refused = await world.bot.call("views.open", trigger_id=trigger_id, view=wrong)
    assert refused["error"] == "invalid_arguments"
    assert len(refused["response_metadata"]["messages"]) == 2


async def test_a_response_url_of_a_command_replaces_nothing(world: World) -> None:
    """Slack posts another message, also where the bot is not a member. What the ack said stays."""
    world.bot.reply = answer(text="Looking up…")
    await world.slack.command("/order 3f9a", channel=OWNERS)
    assert (await world.bot.respond(replace_original=True, text="Ready.")).text == "ok"

    first, last = world.slack.messages(OWNERS)[-2:]
    assert (first.text, first.ephemeral_to) == ("Looking up…", ANA)
    assert (last.text, last.ephemeral_to) == ("Ready.", ANA)
    await world.bot.respond(delete_original=True)
    assert last in world.slack.messages(OWNERS)


async def test_a_response_url_of_a_click_is_about_the_message(world: World) -> None:
    """Without replace_original it posts something new, to one person or in a thread to all."""
    await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=CARD)
    card = world.slack.messages()[-1]
    await world.slack.click(card, "Re-check")
    await world.bot.respond(text="Only you")
    await world.bot.respond(text="All", response_type="in_channel", thread_ts=card.ts)
    await world.bot.respond(text="New", replace_original=True)
    said = [
        (message.text, message.ephemeral_to, message.thread_ts) for message in world.slack.messages()[-3:]
    ]
    assert said == [("New", None, None), ("Only you", ANA, None), ("All", None, card.ts)]


async def test_a_response_url_is_used_up_and_expires(world: World) -> None:
    """It works five times or for thirty minutes, and is then a 404."""
    await world.slack.command("/order 3f9a")
    answers = [await world.bot.respond(text="x") for _ in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [404]
    assert answers[-1].json()["error"] == "used_url"
    await world.slack.command("/order 3f9a")
    world.clock.seconds += 1801
    assert (await world.bot.respond(text="x")).json()["error"] == "expired_url"


async def test_failures_can_be_chosen(world: World) -> None:
    """A test can ask for a 429 with Retry-After, an error, or a 500 after the call took effect.

    Later calls work.
    """
    world.slack.fail("chat.postMessage", error="ratelimited", retry_after=7)
    world.slack.fail("chat.postMessage", error="fatal_error")
    world.slack.fail("chat.postMessage", status=500, accepted=True)
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    body = {"channel": SHOOTS, "text": "x"}
    got = [await world.bot.http.post("/api/chat.postMessage", json=body, headers=headers) for _ in range(4)]
    assert [each.status_code for each in got] == [429, 200, 500, 200]
    assert got[0].headers["Retry-After"] == "7"
    assert got[1].json()["error"] == "fatal_error"
    assert len([message for message in world.slack.messages() if message.user == BOT]) == 2


@pytest.mark.parametrize("accepted", [False, True])
async def test_a_call_can_be_held_before_or_after_it_takes_effect(world: World, *, accepted: bool) -> None:
    """A test can kill the bot exactly there."""
    await world.slack.command("/order 3f9a")
    gate = world.slack.hold("respond", accepted=accepted)
    responding = asyncio.create_task(world.bot.respond(text="Ready."))
    await gate.reached.wait()
    assert (world.slack.messages()[-1].text == "Ready.") is accepted
    gate.open()
    assert (await responding).status_code == 200
    assert world.slack.messages()[-1].text == "Ready."


async def test_calls_are_kept(world: World) -> None:
    """A call is kept with its parameters, and with the answer once there is one."""
    await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", unfurl_links=False)
    (call,) = world.slack.calls("chat.postMessage")
    assert call.params["unfurl_links"] is False
    assert (call.status, call.answer["ok"]) == (200, True)


async def test_deliveries_go_over_the_socket_while_it_is_open(world: World) -> None:
    """slack_sdk's own client connects and receives a command, and its ack is the answer."""

    async def hear(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        payload = {"text": f"{request.type}: {request.payload['text']}"}
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    async with aiohttp.ClientSession() as session:
        web = AsyncWebClient(base_url=f"{world.slack.base_url}/api/", session=session)
        client = SocketModeClient(APP_TOKEN, web_client=web)
        client.socket_mode_request_listeners.append(hear)
        await client.connect()  # type: ignore[no-untyped-call]
        await world.slack.until(lambda: world.slack.connections)
        exchange = await world.slack.command("/order 3f9a")
        await client.close()  # type: ignore[no-untyped-call]
    assert exchange.status == 200
    assert world.bot.heard == []
    assert world.slack.messages(viewer=ANA)[-1].text == "slash_commands: 3f9a"
    await world.slack.until(lambda: not world.slack.connections)


async def test_a_socket_url_is_valid_for_one_connection(world: World) -> None:
    """A made-up one is refused."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{world.slack.base_url}/link/made-up")


async def test_a_made_up_response_url_has_expired(world: World) -> None:
    """A response_url cannot be guessed."""
    response = await world.bot.http.post("/respond/guess", json={"text": "x"})
    assert response.status_code == 404


async def test_attachments_are_kept(world: World) -> None:
    """They have the shape of unfurled links, and are a message without text or blocks."""
    part = {"color": "#2eb67d", "title": "12 Elm Street", "text": "24 of 30"}
    assert (await world.bot.call("chat.postMessage", channel=SHOOTS, attachments=[part]))["ok"]
    assert world.slack.messages()[-1].attachments == [part]


async def test_what_comes_right_after_an_ack_is_shown_after_it(world: World) -> None:
    """A faster answer waits for the ack, so that "Looking up…" never replaces it."""
    world.bot.reply, world.bot.held = answer(text="Looking up…"), asyncio.Event()
    asking = asyncio.create_task(world.slack.command("/order x"))
    await world.bot.reached.wait()
    answering = asyncio.create_task(world.bot.respond(text="Ready", replace_original=True))
    assert await asyncio.wait({answering}, timeout=0.05) == (set(), {answering})
    world.bot.held.set()
    exchange = await asking
    await answering

    shown = world.slack.reply(exchange)
    assert shown is not None
    assert shown.text == "Ready"


async def test_an_answer_without_an_ack_is_shown(world: World) -> None:
    """An answer waits for the ack only for a moment."""
    world.bot.held = asyncio.Event()
    asking = asyncio.create_task(world.slack.command("/order x"))
    await world.bot.reached.wait()
    assert (await world.bot.respond(text="Ready")).status_code == 200
    assert world.slack.messages()[-1].text == "Ready"

    world.bot.held.set()
    await asking


async def test_a_profile_has_a_time_zone_and_needs_a_scope(world: World) -> None:
    """As Slack answers `users.info`."""
    no_scope = await world.bot.call("users.info", user=ANA)
    assert (no_scope["error"], no_scope["needed"]) == ("missing_scope", "users:read")

    world.slack.scopes.add("users:read")
    answer = await world.bot.call("users.info", user=ANA)
    assert (answer["user"]["id"], answer["user"]["tz"]) == (ANA, "Europe/London")
    assert (await world.bot.call("users.info", user="U9"))["error"] == "user_not_found"
