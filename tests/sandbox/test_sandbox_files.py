"""Files in the sandbox's Slack: three steps to upload one, a while until it is ready, and image blocks."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.sample_workspace import ANA, SHOOTS
from tests.sandbox.tiny_bot import BOT_TOKEN, Json, World, answer, modal, open_world

PHOTO = b"\xff\xd8\xff\xe0 a small picture"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as world:
        world.slack.scopes.add("files:write")
        yield world


def image(file_id: str, **more: Any) -> Json:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": "Twelve photos", **more}


async def named(world: World, **changes: Any) -> Json:
    asked: Json = {"filename": "sheet.jpg", "length": len(PHOTO)} | changes
    return await world.bot.call("files.getUploadURLExternal", **asked)


async def uploaded(world: World, content: bytes = PHOTO) -> str:
    """A file that is complete, and not ready yet."""
    name = await named(world)
    sent = await world.bot.http.post(name["upload_url"], content=content)
    assert (sent.status_code, sent.text) == (200, f"OK - {len(content)}")
    done = await world.bot.call("files.completeUploadExternal", files=[{"id": name["file_id"]}])
    assert done["ok"]
    return str(name["file_id"])


async def ready(world: World) -> str:
    file_id = await uploaded(world)
    world.clock.seconds += 1.5
    return file_id


def refusal(at: str) -> Json:
    return {"messages": [f"[ERROR] invalid slack file [json-pointer:{at}]"]}


async def test_slack_sdk_uploads_in_three_steps(world: World) -> None:
    """As `files_upload_v2` does. The file is in no channel, and an image block with it is shown."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{world.slack.base_url}/api/", session=session)
        name = await client.files_getUploadURLExternal(
            filename="s.jpg", length=len(PHOTO), alt_txt="A kitchen"
        )
        async with session.post(name["upload_url"], data=PHOTO) as sent:
            assert sent.status == 200
        done = await client.files_completeUploadExternal(files=[{"id": name["file_id"], "title": "Sheet"}])
        assert done["files"] == [{"id": name["file_id"], "title": "Sheet"}]
        world.clock.seconds += 1.5
        await client.chat_postMessage(channel=SHOOTS, text="x", blocks=[image(name["file_id"])])
        shown = await world.bot.http.get(f"/files/{name['file_id']}")
        assert (shown.content, shown.headers["content-type"]) == (PHOTO, "image/jpeg")
        await client.files_delete(file=name["file_id"])
    assert "This file was deleted." in (await world.bot.http.get(f"/files/{name['file_id']}")).text


@pytest.mark.parametrize("method", ["getUploadURLExternal", "completeUploadExternal", "delete"])
async def test_a_file_needs_its_scope(world: World, method: str) -> None:
    """Which is not one of those that an app has without asking for it."""
    world.slack.scopes.discard("files:write")
    refused = await world.bot.call(f"files.{method}")
    assert (refused["error"], refused["needed"]) == ("missing_scope", "files:write")


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("getUploadURLExternal", {"length": 3}, "invalid_arguments"),
        ("getUploadURLExternal", {"filename": "x", "length": 0}, "invalid_arguments"),
        ("getUploadURLExternal", {"filename": "x", "length": "many"}, "invalid_arguments"),
        ("getUploadURLExternal", {"filename": "x", "length": 3, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
        ("completeUploadExternal", {}, "invalid_arguments"),
        ("completeUploadExternal", {"files": [{"title": "x"}]}, "invalid_arguments"),
        ("completeUploadExternal", {"files": [{"id": "F0NOBODY99"}]}, "file_not_found"),
        ("delete", {"file": "F0NOBODY99"}, "file_not_found"),
    ],
)
async def test_a_wrong_call_is_refused(world: World, method: str, params: Json, error: str) -> None:
    """With Slack's words."""
    assert (await world.bot.call(f"files.{method}", **params))["error"] == error


async def test_a_file_without_its_bytes_is_none(world: World) -> None:
    """It cannot be completed, deleted or shown."""
    name = (await named(world))["file_id"]
    completed = await world.bot.call("files.completeUploadExternal", files=[{"id": name}])
    assert completed["error"] == "file_not_found"
    assert (await world.bot.call("files.delete", file=name))["error"] == "file_not_found"
    assert (await world.bot.http.get(f"/files/{name}")).status_code == 404


async def test_the_length_must_be_right(world: World) -> None:
    """The bytes are refused, and so is an upload URL that nobody was given."""
    name = await named(world, length=3)
    assert (await world.bot.http.post(name["upload_url"], content=PHOTO)).status_code == 400
    assert (await world.bot.http.post("/upload/guessed", content=PHOTO)).status_code == 404


async def test_a_file_is_deleted_once(world: World) -> None:
    """Then Slack says that it is deleted."""
    file_id = await ready(world)
    assert (await world.bot.call("files.delete", file=file_id))["ok"]
    assert (await world.bot.call("files.delete", file=file_id))["error"] == "file_deleted"


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "chat.postEphemeral"])
async def test_a_file_that_is_not_ready_is_refused(world: World, method: str) -> None:
    """For a second after it is complete, by this Slack's clock. Then it is taken (python-slack-sdk #1658)."""
    file_id = await uploaded(world)
    ts = (await world.bot.call("chat.postMessage", channel=SHOOTS, text="x"))["ts"]
    message = {"channel": SHOOTS, "ts": ts, "user": ANA, "text": "x"}
    blocks = [{"type": "divider"}, image(file_id)]

    refused = await world.bot.call(method, **message, blocks=blocks)
    assert (refused["error"], refused["response_metadata"]) == (
        "invalid_blocks",
        refusal("/blocks/1/slack_file"),
    )
    world.clock.seconds += 1.5
    assert (await world.bot.call(method, **message, blocks=blocks))["ok"]

    await world.bot.call("files.delete", file=file_id)
    assert (await world.bot.call(method, **message, blocks=blocks))["error"] == "invalid_blocks"


async def test_a_file_in_another_element_is_checked_too(world: World) -> None:
    """The pointer names it."""
    file_id = await uploaded(world)
    section = {"type": "section", "text": {"type": "plain_text", "text": "x"}, "accessory": image(file_id)}
    context = {"type": "context", "elements": [image(file_id)]}
    for block, at in ((section, "/blocks/0/accessory"), (context, "/blocks/0/elements/0")):
        refused = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=[block])
        assert refused["response_metadata"] == refusal(f"{at}/slack_file")


async def test_a_modal_with_a_file_that_is_not_ready_is_refused(world: World) -> None:
    """With the pointer into the view."""
    file_id = await uploaded(world)
    await world.slack.global_shortcut("look_up_order")
    trigger = world.bot.heard[-1]["trigger_id"]
    view = modal(blocks=[image(file_id)])
    refused = await world.bot.call("views.open", trigger_id=trigger, view=view)
    assert refused["response_metadata"] == refusal("/view/blocks/0/slack_file")


async def test_a_response_url_takes_no_file(world: World) -> None:
    """Not even one that is ready (java-slack-sdk #1349)."""
    file_id = await ready(world)
    world.bot.reply = answer(text="one moment")
    await world.slack.command("/order x")
    refused = await world.bot.respond(text="x", blocks=[image(file_id)])
    assert (refused.status_code, refused.json()["error"]) == (404, "invalid_blocks")


@pytest.mark.parametrize("bad", ["F1", "f0123456789", "https://files.slack.com/F0123456789", 7])
async def test_a_file_id_has_a_form(world: World, bad: object) -> None:
    """A permalink is none (python-slack-sdk #1521)."""
    block = {"type": "image", "slack_file": {"id": bad}, "alt_text": "x"}
    refused = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=[block])
    assert refused["error"] == "invalid_blocks"
    assert "/blocks/0/slack_file/id" in refused["response_metadata"]["messages"][0]


async def test_an_image_needs_one_source(world: World) -> None:
    """A slack_file names a file, by ID or by URL."""
    for bad in ({}, {"id": "F0123456789", "url": "https://x.test/y"}):
        block = {"type": "image", "slack_file": bad, "alt_text": "x"}
        refused = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=[block])
        assert refused["error"] == "invalid_blocks"
    both = image("F0123456789", image_url="https://x.test/y.png")
    refused = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=[both])
    assert refused["error"] == "invalid_blocks"


async def test_an_upload_can_fail(world: World) -> None:
    """Under the name `upload`, as every method."""
    name = await named(world)
    world.slack.fail("upload", status=500)
    assert (await world.bot.http.post(name["upload_url"], content=PHOTO)).status_code == 500
    assert (await world.bot.http.post(name["upload_url"], content=PHOTO)).status_code == 200
    assert [call.status for call in world.slack.calls("upload")] == [500, 200]


async def test_the_files_are_known(world: World) -> None:
    """Those that are complete and not deleted, so that a test can say that none is left over."""
    kept, deleted = await ready(world), await ready(world)
    await named(world)
    await world.bot.call("files.delete", file=deleted)
    assert list(world.slack.files.kept()) == [kept]
