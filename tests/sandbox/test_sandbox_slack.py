"""What people do in the sandbox's Slack, what the bot receives, and what they then see."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.responses import PlainTextResponse, Response

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack.sample_workspace import (
    ANA,
    ANA_BOT,
    BEN,
    BOT,
    BOT_ID,
    EDITING,
    GUS,
    OLGA,
    OWNERS,
    PARTNERS,
    SHOOTS,
    SLACKBOT,
    TEAM,
)
from tests.sandbox.tiny_bot import SECRET, World, actions, answer, button, modal, open_world

CARD = actions(
    button("Re-check", action_id="recheck", value="3f9a"),
    {
        "type": "overflow",
        "action_id": "more",
        "options": [{"text": {"type": "plain_text", "text": "Share"}, "value": "share"}],
    },
)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as world:
        yield world


async def test_a_command_arrives_signed_and_in_the_shape_of_slack(world: World) -> None:
    """The keys are those of a recorded command, and slack_sdk verifies the signature."""
    exchange = await world.slack.command("/order 3f9a", channel=ANA_BOT)
    heard = world.bot.heard[0]
    assert exchange.status == 200
    assert heard["text"] == "3f9a"
    assert heard["channel_name"] == "directmessage"
    assert {"token", "team_domain", "user_name", "api_app_id", "trigger_id", "response_url"} < set(heard)
    assert SignatureVerifier(SECRET, world.clock).is_valid_request(
        exchange.body, dict(world.bot.requests[0].headers)
    )


async def test_what_is_typed_is_escaped_as_slack_does_it(world: World) -> None:
    """Links come in angle brackets, names as IDs, and the three characters as entities."""
    await world.slack.command(
        "/order see https://a.example/x?b&c. @ben & <b> #shoots #owners app.example.ai/o/1"
    )
    assert world.bot.heard[0]["text"] == (
        f"see <https://a.example/x?b&amp;c>. <@{BEN}> &amp; &lt;b&gt; <#{SHOOTS}|shoots> <#{OWNERS}|> "
        "<http://app.example.ai/o/1|app.example.ai/o/1>"
    )


async def test_the_body_of_the_answer_is_a_message_to_the_typer(world: World) -> None:
    """Only the person who typed sees it. Plain text works too."""
    world.bot.reply = lambda _: PlainTextResponse("Looking up…")
    await world.slack.command("/order 3f9a", user=BEN)
    message = world.slack.messages(viewer=BEN)[-1]
    assert (message.text, message.user) == ("Looking up…", BOT)
    assert message not in world.slack.messages(viewer=ANA)


async def test_an_answer_in_channel_shows_what_was_typed_too(world: World) -> None:
    """Everyone sees the command and the answer."""
    world.bot.reply = answer(response_type="in_channel", text="Ready.")
    await world.slack.command("/order 3f9a")
    assert [message.text for message in world.slack.messages(viewer=GUS)[-2:]] == ["/order 3f9a", "Ready."]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Response(status_code=500), "dispatch_failed"),
        (Response('{"blocks": [{}]}'), "invalid_command_response"),
    ],
)
async def test_a_failed_command_is_reported_by_slackbot(world: World, reply: Response, error: str) -> None:
    """Only the person who typed reads it."""
    world.bot.reply = lambda _: reply
    await world.slack.command("/order 3f9a")
    last = world.slack.messages(viewer=ANA)[-1]
    assert (last.user, last.text) == (SLACKBOT, f'/order failed with the error "{error}"')
    assert last not in world.slack.messages(viewer=BEN)


async def test_a_missing_ack_is_a_timeout(world: World) -> None:
    """Slack waits three seconds, here less."""
    world.bot.held = asyncio.Event()
    exchange = await world.slack.command("/order 3f9a")
    world.bot.held.set()
    assert exchange.error == "operation_timeout"


async def test_a_bot_that_is_down_cannot_be_reached(world: World) -> None:
    """No process listens on port 1."""
    world.slack.events_url = "http://127.0.0.1:1/"
    assert (await world.slack.command("/order 3f9a")).error == "dispatch_failed"


@pytest.mark.parametrize(("user", "channel"), [(OLGA, PARTNERS), (GUS, EDITING)])
async def test_commands_are_offered_to_colleagues_where_they_can_type_them(
    world: World, user: str, channel: str
) -> None:
    """Another company gets none, nor does a guest in channels without them."""
    with pytest.raises(NotOffered):
        await world.slack.command("/order 3f9a", user=user, channel=channel)


async def test_a_click_on_a_message_carries_the_message(world: World) -> None:
    """The click has the thread, the app and the button's value."""
    root = world.slack.messages()[0]
    await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=CARD, thread_ts=root.ts)
    card = world.slack.messages()[-1]
    await world.slack.click(card, "Re-check", user=BEN)
    heard = world.bot.heard[-1]
    assert heard["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": SHOOTS,
        "is_ephemeral": False,
        "thread_ts": root.ts,
    }
    assert heard["message"]["bot_id"] == BOT_ID
    assert heard["actions"][0]["value"] == "3f9a"
    assert heard["user"]["team_id"] == TEAM


async def test_a_click_on_an_ephemeral_message_carries_no_message(world: World) -> None:
    """The bot gets only the container."""
    world.bot.reply = answer(text="x", blocks=CARD)
    await world.slack.command("/order 3f9a")
    card = world.slack.messages(viewer=ANA)[-1]
    await world.slack.click(card, "Share")
    heard = world.bot.heard[-1]
    assert "message" not in heard
    assert heard["container"]["is_ephemeral"]
    assert heard["actions"][0]["selected_option"]["value"] == "share"
    with pytest.raises(NotOffered):
        await world.slack.click(card, "Re-check", user=BEN)


async def test_a_failed_click_leaves_a_warning_until_the_next(world: World) -> None:
    """Slack shows a small warning, and no message."""
    await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=CARD)
    card = world.slack.messages()[-1]
    world.bot.reply = lambda _: Response(status_code=404)
    await world.slack.click(card, "Re-check")
    assert card.warning == "dispatch_failed"
    world.bot.reply = lambda _: Response()
    await world.slack.click(card, "recheck")
    assert card.warning == ""


async def test_what_is_not_drawn_cannot_be_clicked(world: World) -> None:
    """The error names the buttons that there are."""
    await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=CARD)
    with pytest.raises(NotOffered, match="Re-check"):
        await world.slack.click(world.slack.messages()[-1], "Buy")


async def test_a_message_shortcut_carries_all_of_the_message(world: World) -> None:
    """Slack sends files and attachments too, as IDs may be in them."""
    messages = world.slack.messages()
    for message in messages:
        await world.slack.message_shortcut("check_orders_here", message)
    heard = [payload["message"] for payload in world.bot.heard]
    assert [message["text"] for message in heard] == [message.text for message in messages]
    assert heard[1]["blocks"][0]["elements"][0]["elements"][1]["type"] == "link"
    assert heard[3]["files"][0]["name"].endswith(".pdf")
    assert "attachments" in heard[4]
    assert all("response_url" in payload for payload in world.bot.heard)


async def test_a_global_shortcut_has_no_channel(world: World) -> None:
    """It has no response_url either, so only a modal can answer."""
    await world.slack.global_shortcut("look_up_order")
    assert not {"channel", "response_url"} & set(world.bot.heard[0])


async def test_a_modal_is_opened_filled_in_refused_redrawn_and_closed(world: World) -> None:
    """Each response_action has its effect on the view."""
    slack, bot = world.slack, world.bot
    await slack.global_shortcut("look_up_order")
    assert (await bot.call("views.open", trigger_id=bot.heard[0]["trigger_id"], view=modal()))["ok"]
    (view,) = slack.views()
    bot.reply = answer(response_action="errors", errors={"order": "No id in it."})
    await slack.submit(view, {"Order": "hello"})
    assert bot.heard[-1]["view"]["state"]["values"]["order"]["typed"]["value"] == "hello"
    assert view.errors == {"order": "No id in it."}
    bot.reply = answer(response_action="update", view=modal(title={"type": "plain_text", "text": "Found"}))
    await slack.submit(view, {"order": "3f9a"})
    assert (view.title, view.errors) == ("Found", {})
    bot.reply = answer(response_action="push", view=modal())
    await slack.submit(view, {"order": "3f9a"})
    assert len(slack.views()) == 2
    bot.reply = lambda _: Response()
    await slack.submit(slack.views()[-1], {"order": "3f9a"})
    assert slack.views() == [view]
    bot.reply = answer(response_action="clear")
    await slack.submit(view, {"order": "3f9a"})
    assert slack.views() == []
    with pytest.raises(NotOffered, match="closed"):
        await slack.submit(view, {"order": "3f9a"})


async def test_a_click_in_a_modal_carries_what_was_filled_in(world: World) -> None:
    """The click has no message and no response_url. Its container is the view."""
    view = world.slack.workspace.push(ANA, modal(blocks=[*modal()["blocks"], *CARD]))
    await world.slack.click(view, "Re-check", filled={"order": "3f9a"})
    heard = world.bot.heard[0]
    assert heard["container"] == {"type": "view", "view_id": view.id}
    assert heard["view"]["state"]["values"]["order"]["typed"]["value"] == "3f9a"
    assert not {"message", "response_url"} & set(heard)


async def test_a_required_input_has_to_be_filled_in(world: World) -> None:
    """Slack's client does not send the form without it."""
    view = world.slack.workspace.push(ANA, modal())
    with pytest.raises(NotOffered, match="required"):
        await world.slack.submit(view, {"order": ""})


async def test_the_bot_hears_of_a_closed_modal_only_if_it_asked(world: World) -> None:
    """The bot sets `notify_on_close`."""
    quiet = world.slack.workspace.push(ANA, modal())
    loud = world.slack.workspace.push(ANA, modal(notify_on_close=True))
    assert await world.slack.close(quiet) is None
    await world.slack.close(loud)
    assert [payload["type"] for payload in world.bot.heard] == ["view_closed"]


async def test_the_same_bytes_can_come_twice(world: World) -> None:
    """The signature is the same, and no one sees the second answer."""
    world.bot.reply = answer(text="hello")
    exchange = await world.slack.command("/order 3f9a")
    before = world.slack.messages()
    again = await world.slack.redeliver(exchange)
    assert (again.status, again.body) == (200, exchange.body)
    assert world.bot.heard[0] == world.bot.heard[1]
    assert world.slack.messages() == before


async def test_anyone_can_send_anything(world: World) -> None:
    """A test can send any request, as on the internet."""
    exchange = await world.slack.send_raw(b"text=hello", {"Content-Type": "text/plain"})
    assert exchange.status == 200
    assert "x-slack-signature" not in world.bot.requests[0].headers


@pytest.mark.parametrize(
    ("text", "in_thread", "said"),
    [
        ("/order 3f9a", True, "/order is not supported in threads. Sorry!"),
        ("/ordr 3f9a", False, "/ordr is not a valid command."),
    ],
)
async def test_slackbot_answers_what_slack_does_not_offer(
    world: World, text: str, *, in_thread: bool, said: str
) -> None:
    """The bot does not receive the command."""
    root = world.slack.messages()[0].ts
    await world.slack.say(text, thread_ts=root if in_thread else None)
    assert world.slack.messages(viewer=ANA)[-1].text == said
    assert world.bot.heard == []


async def test_the_bot_can_be_invited(world: World) -> None:
    """After `/invite` the bot may post."""
    refused = await world.bot.call("chat.postMessage", channel=EDITING, text="x")
    await world.slack.say("/invite @Order Desk", channel=EDITING)
    posted = await world.bot.call("chat.postMessage", channel=EDITING, text="x")
    assert (refused["error"], posted["ok"]) == ("not_in_channel", True)


async def test_a_timeout_shows_the_conversation(world: World) -> None:
    """A failing test prints what there is to see."""
    await world.bot.call("chat.postMessage", channel=SHOOTS, text="Something else")
    with pytest.raises(TimeoutError, match="Something else"):
        await world.slack.until(lambda: False, timeout=0.01)


async def test_a_deleted_message_leaves_its_replies(world: World) -> None:
    """The replies still belong to their thread. The message can be neither clicked nor edited."""
    slack, bot = world.slack, world.bot
    posted = await bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=CARD)
    card = slack.messages()[-1]
    await slack.say("Thanks!", thread_ts=card.ts)
    slack.delete(card)
    reply = slack.messages()[-1]
    assert (reply.text, reply.thread_ts) == ("Thanks!", card.ts)
    await slack.message_shortcut("check_orders_here", reply)
    assert bot.heard[-1]["message"]["thread_ts"] == card.ts
    assert "parent_user_id" not in bot.heard[-1]["message"]
    updated = await bot.call("chat.update", channel=SHOOTS, ts=posted["ts"], text="y")
    assert updated["error"] == "message_not_found"
    with pytest.raises(NotOffered):
        await slack.click(card, "Re-check")


async def test_the_bot_can_be_removed(world: World) -> None:
    """It cannot post there any more, and gets Slack's error for that."""
    world.slack.remove_bot(SHOOTS)
    refused = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x")
    info = await world.bot.call("conversations.info", channel=SHOOTS)
    assert (refused["error"], info["channel"]["is_member"]) == ("not_in_channel", False)


async def test_a_channel_can_be_archived(world: World) -> None:
    """Neither people nor the bot can write there any more."""
    world.slack.archive(SHOOTS)
    refused = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x")
    assert refused["error"] == "is_archived"
    with pytest.raises(NotOffered):
        await world.slack.say("Hello")


async def test_a_channel_can_become_shared(world: World) -> None:
    """Only conversations.info says so to the bot."""
    world.slack.share(SHOOTS)
    info = await world.bot.call("conversations.info", channel=SHOOTS)
    assert info["channel"]["is_ext_shared"]


@pytest.mark.parametrize("act", ["remove_bot", "archive", "share"])
async def test_waiting_ends_when_a_channel_changes(world: World, act: str) -> None:
    """Each change of a channel wakes those who wait for one."""
    channel = world.slack.workspace.channels[SHOOTS]
    before = repr(channel)

    async def change_it() -> None:
        getattr(world.slack, act)(SHOOTS)

    await asyncio.gather(world.slack.until(lambda: repr(channel) != before, timeout=1), change_it())


async def test_a_messages_tab_that_is_read_only_takes_nothing(world: World) -> None:
    """There is no composer then. The app's other conversations, and a tab that is open, take messages."""
    world.slack.features = {"app_home": {"messages_tab_read_only_enabled": True}}
    said = len(world.slack.messages(ANA_BOT))
    with pytest.raises(NotOffered, match="can't write"):
        await world.slack.say("hello", channel=ANA_BOT)
    assert len(world.slack.messages(ANA_BOT)) == said

    await world.slack.say("hello", channel=SHOOTS)
    world.slack.features = {"app_home": {"messages_tab_read_only_enabled": False}}
    await world.slack.say("hello", channel=ANA_BOT)
    assert len(world.slack.messages(ANA_BOT)) == said + 1
