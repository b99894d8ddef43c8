"""The app's Home tab: what the bot publishes, its event, and clicks in it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, BOT, GUS, OLGA, TEAM
from bot.sandbox.slack.workspace import View
from tests.sandbox.tiny_bot import APP_TOKEN, SECRET, World, button, home, modal, open_world

RECENT = home(button("Recent", action_id="recent", value="5"), callback_id="desk", private_metadata="{}")
LONG = RECENT | {"private_metadata": "x" * 3001}
RECORDED = json.loads(Path("tests/payloads/AppHomeOpenedPayload.json").read_text(encoding="utf-8"))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as world:
        yield world


async def published(world: World, user: str = ANA) -> View:
    assert (await world.bot.call("views.publish", user_id=user, view=RECENT))["ok"]
    view = world.slack.home(user)
    assert view is not None
    return view


async def test_a_home_view_is_seen_by_the_one_it_was_published_for(world: World) -> None:
    """It is a view like a modal's, but without a title and not among the modals."""
    view = await published(world)
    assert (view.plain(), view.buttons(), view.title) == ("Recent", ["Recent"], "")
    assert world.slack.home(BEN) is None
    assert world.slack.views(ANA) == []
    assert "[Home of U0ANA00001] Recent" in world.slack.transcript()


async def test_publishing_again_redraws_the_same_view(world: World) -> None:
    """The ID stays and the hash changes. An old hash is a conflict."""
    view = await published(world)
    known, id_ = view.hash, view.id

    async def publish(hash_: str) -> dict[str, Any]:
        new = home(button("Refresh", action_id="refresh"))
        return await world.bot.call("views.publish", user_id=ANA, hash=hash_, view=new)

    again = await publish(known)
    assert (again["view"]["id"], again["view"]["type"]) == (id_, "home")
    assert world.slack.home() is view
    assert view.buttons() == ["Refresh"]
    assert (await publish(known))["error"] == "hash_conflict"
    assert (await publish(view.hash))["ok"]


@pytest.mark.parametrize(
    ("params", "error", "pointer"),
    [
        ({"user_id": ANA, "view": modal()}, "invalid_arguments", "[json-pointer:/view/type]"),
        ({"user_id": ANA, "view": {"type": "home"}}, "invalid_arguments", "[json-pointer:/view]"),
        ({"user_id": ANA, "view": home(button("x" * 76))}, "invalid_arguments", "/blocks/0/elements/0"),
        ({"user_id": ANA, "view": LONG}, "invalid_arguments", "/private_metadata"),
        ({"user_id": "U0NOBODY01", "view": RECENT}, "user_not_found", ""),
        ({"user_id": OLGA, "view": RECENT}, "user_not_found", ""),
    ],
)
async def test_a_home_view_is_refused_as_slack_does(
    world: World, params: dict[str, Any], error: str, pointer: str
) -> None:
    """The error has Slack's words and a pointer to the field, and nothing is shown."""
    refused = await world.bot.call("views.publish", **params)
    assert refused["error"] == error
    assert pointer in json.dumps(refused.get("response_metadata", {}))
    assert world.slack.home() is None


async def test_a_home_view_holds_a_hundred_blocks(world: World) -> None:
    """A Home view may have as many blocks as a modal, twice those of a message."""
    many = [{"type": "divider"}] * 100
    full = await world.bot.call("views.publish", user_id=ANA, view={"type": "home", "blocks": many})
    over = await world.bot.call("views.publish", user_id=ANA, view={"type": "home", "blocks": many * 2})
    assert (full["ok"], over["error"]) == (True, "invalid_arguments")


async def test_a_home_view_is_no_modal(world: World) -> None:
    """It cannot be opened, updated, submitted or closed like a modal."""
    view = await published(world)
    await world.slack.global_shortcut("look_up_order")
    trigger_id = world.bot.heard[-1]["trigger_id"]
    opened = await world.bot.call("views.open", trigger_id=trigger_id, view=RECENT)
    updated = await world.bot.call("views.update", view_id=view.id, view=modal())
    assert (opened["error"], updated["error"]) == ("invalid_arguments", "not_found")
    for act in (world.slack.submit(view, {}), world.slack.close(view)):
        with pytest.raises(NotOffered):
            await act


async def test_opening_home_sends_a_signed_event_in_the_shape_of_slack(world: World) -> None:
    """The JSON body has the keys of a recorded one, and slack_sdk verifies the signature."""
    exchange = await world.slack.open_home(ANA)
    assert exchange is not None
    (heard,) = world.bot.heard
    headers = world.bot.requests[0].headers
    assert exchange.status == 200
    assert headers["content-type"] == "application/json"
    assert SignatureVerifier(SECRET, world.clock).is_valid_request(exchange.body, dict(headers))
    assert set(heard) <= set(RECORDED)
    assert set(heard["authorizations"][0]) == set(RECORDED["authorizations"][0])
    assert (heard["type"], heard["team_id"], heard["authorizations"][0]["user_id"]) == (
        "event_callback",
        TEAM,
        BOT,
    )
    event = heard["event"]
    seen = (event["type"], event["user"], event["channel"], event["tab"])
    assert seen == ("app_home_opened", ANA, ANA_BOT, "home")
    assert "view" not in event


async def test_an_event_has_the_home_view_that_was_published(world: World) -> None:
    """The view has the title that Slack adds, and no two events share an ID."""
    view = await published(world)
    await world.slack.open_home()
    await world.slack.open_home()
    first, second = world.bot.heard
    seen = first["event"]["view"]
    assert (seen["id"], seen["type"], seen["callback_id"]) == (view.id, "home", "desk")
    assert (seen["title"]["text"], seen["submit"]) == ("View Title", None)
    assert first["event_id"].startswith("Ev")
    assert first["event_id"] != second["event_id"]


async def test_an_event_comes_only_to_an_app_that_subscribed(world: World) -> None:
    """The app's manifest lists its events."""
    world.slack.events = ()
    assert await world.slack.open_home() is None
    assert world.bot.heard == []


async def test_the_home_tab_is_there_for_the_whole_team_only(world: World) -> None:
    """A guest may open it. Another company has no such app."""
    await world.slack.open_home(GUS)
    assert world.bot.heard[0]["event"]["user"] == GUS
    with pytest.raises(NotOffered):
        await world.slack.open_home(OLGA)


async def test_a_click_on_home_comes_from_the_view(world: World) -> None:
    """The click has a trigger_id and the view, but no message and no response_url."""
    view = await published(world, BEN)
    await world.slack.click(view, "Recent", user=BEN)
    (heard,) = world.bot.heard
    assert heard["container"] == {"type": "view", "view_id": view.id}
    assert (heard["view"]["type"], heard["view"]["private_metadata"]) == ("home", "{}")
    assert (heard["user"]["id"], heard["actions"][0]["value"]) == (BEN, "5")
    assert not {"message", "channel", "response_url"} & set(heard)
    opened = await world.bot.call("views.open", trigger_id=heard["trigger_id"], view=modal())
    assert opened["ok"]
    assert len(world.slack.views(BEN)) == 1


async def test_a_failed_click_leaves_a_mark_until_home_is_redrawn(world: World) -> None:
    """The warning is the same as on a message."""
    view = await published(world)
    world.bot.reply = lambda _: Response(status_code=500)
    await world.slack.click(view, "Recent")
    assert view.warning == "dispatch_failed"
    await published(world)
    assert view.warning == ""


async def test_an_event_goes_over_the_socket_while_it_is_open(world: World) -> None:
    """The envelope has its own type and takes no answer."""
    heard: list[SocketModeRequest] = []

    async def hear(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    async with aiohttp.ClientSession() as session:
        web = AsyncWebClient(base_url=f"{world.slack.base_url}/api/", session=session)
        client = SocketModeClient(APP_TOKEN, web_client=web)
        client.socket_mode_request_listeners.append(hear)
        await client.connect()  # type: ignore[no-untyped-call]
        await world.slack.until(lambda: world.slack.connections)
        exchange = await world.slack.open_home()
        await client.close()  # type: ignore[no-untyped-call]
    assert exchange is not None
    assert exchange.status == 200
    (envelope,) = heard
    assert (envelope.type, envelope.payload["event"]["type"]) == ("events_api", "app_home_opened")
    assert envelope.accepts_response_payload is False
    assert envelope.retry_attempt == 0
