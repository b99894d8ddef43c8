"""Uploading files, and sending cards with them, to a real server: the sandbox's Slack."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.bootstrap.clients import open_session, slack_client
from bot.core.errors import FileNotReady, Gone, ScopeMissing, SlackBusy, SlackError
from bot.core.metrics import Metrics
from bot.core.settings import FixedSettings
from bot.sandbox.slack.sample_workspace import ANA, BOT, SHOOTS
from bot.slack import blocks
from bot.slack.api.files import Files, Upload
from bot.slack.api.pacing import SlackRateLimits
from bot.slack.api.sender import Sender
from bot.slack.constants import PICTURES_SCOPE
from bot.slack.render.models import Card
from bot.storage.rate_limits.memory import LocalRateLimiter
from tests.sandbox.tiny_bot import BOT_TOKEN, World, open_world
from tests.support.forward_proxy import forward_proxy

PHOTO = b"\xff\xd8\xff a photo"
WORDS = blocks.section("*Ready*")


@dataclass
class Desk:
    """The bot's side."""

    world: World
    files: Files
    sender: Sender
    metrics: Metrics

    async def uploaded(self) -> str:
        """A file that is not ready yet."""
        named = await self.files.name("sheet.jpg", len(PHOTO))
        await self.files.upload(named, PHOTO, "Contact sheet")
        return named.file_id

    async def posted(self) -> str:
        return (await self.sender.post_once(SHOOTS, Card(text="x", blocks=[WORDS]))).ts

    def kept(self) -> list[str]:
        return list(self.world.slack.files.kept())


def desk_in(world: World, session: aiohttp.ClientSession, scopes: set[str], **settings: str) -> Desk:
    metrics = Metrics()
    given: dict[str, Any] = {
        "slack_bot_token": BOT_TOKEN,
        "slack_api_url": f"{world.slack.base_url}/api/",
    }
    web = slack_client(FixedSettings(**given | settings), session, metrics)
    pacing = SlackRateLimits(LocalRateLimiter(lambda: 0.0))
    files = Files(web, session, metrics, scopes)
    return Desk(world, files, Sender(web, session, pacing, metrics), metrics)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_world() as world, open_session() as session:
        world.slack.scopes.add(PICTURES_SCOPE)
        yield desk_in(world, session, world.slack.scopes)


def card(file_id: str) -> Card:
    return Card(text="x", blocks=[WORDS, blocks.image(file_id, "Twelve photos")])


def kinds(desk: Desk) -> list[str]:
    return [block["type"] for block in desk.world.slack.messages()[-1].blocks]


async def test_a_file_is_uploaded_and_deleted(desk: Desk) -> None:
    """Into no channel. The upload URL gets no token, and each call is counted."""
    file_id = await desk.uploaded()
    file = desk.world.slack.files.kept()[file_id]
    assert (file.content, file.title) == (PHOTO, "Contact sheet")
    assert desk.metrics.registry.get_sample_value(
        "order_desk_slack_calls_total", {"method": "upload", "outcome": "ok"}
    )
    [call] = desk.world.slack.calls("files.completeUploadExternal")
    assert "channel_id" not in call.params

    await desk.files.delete(file_id)
    assert desk.kept() == []
    await desk.files.delete(file_id)
    await desk.files.delete("F0NOBODY99")


async def test_nothing_is_asked_where_the_scope_is_known_to_be_missing(desk: Desk) -> None:
    """Slack says which scopes a token has when the bot starts."""
    async with open_session() as session:
        without = desk_in(desk.world, session, set())
        assert not without.files.may_upload
        with pytest.raises(ScopeMissing) as raised:
            await without.files.name("sheet.jpg", 3)
    assert raised.value.lacks == {PICTURES_SCOPE}
    assert desk.world.slack.calls("files.getUploadURLExternal") == []


@pytest.mark.parametrize(
    ("method", "status", "error"),
    [
        ("upload", 500, SlackBusy),
        ("upload", 429, SlackBusy),
        ("upload", 404, Gone),
        ("upload", 302, Gone),
        ("files.completeUploadExternal", 503, SlackBusy),
    ],
)
async def test_an_upload_that_fails_is_an_error(
    desk: Desk, method: str, status: int, error: type[SlackError]
) -> None:
    """One that says whether to name a new file or to try again."""
    named = await desk.files.name("sheet.jpg", len(PHOTO))
    desk.world.slack.fail(method, status=status)
    with pytest.raises(error):
        await desk.files.upload(named, PHOTO, "x")
    assert desk.kept() == []


async def test_a_scope_that_was_removed_is_an_error(desk: Desk) -> None:
    """The token may have lost it since the bot started."""
    file_id = await desk.uploaded()
    desk.world.slack.scopes.discard(PICTURES_SCOPE)
    with pytest.raises(ScopeMissing):
        await desk.files.name("sheet.jpg", 3)
    with pytest.raises(ScopeMissing):
        await desk.files.delete(file_id)


async def test_the_bytes_go_through_the_proxy(desk: Desk) -> None:
    """As all else that goes to Slack."""
    hosts = dict.fromkeys(("slack.test", "files.slack.test"), desk.world.slack.base_url)
    desk.world.slack.files.base_url = lambda: "http://files.slack.test"
    async with forward_proxy(hosts) as proxy, open_session() as session:
        behind = {"slack_api_url": "http://slack.test/api/", "http_proxy": proxy.url}
        await desk_in(desk.world, session, {PICTURES_SCOPE}, **behind).uploaded()
    assert proxy.hosts() == {"slack.test", "files.slack.test"}
    assert len(desk.kept()) == 1


async def test_a_file_is_sent_in_clear_to_no_one(desk: Desk) -> None:
    """Slack's API answers over TLS, and so must the server that takes the bytes."""
    async with open_session() as session:
        over_tls = desk_in(desk.world, session, {PICTURES_SCOPE}, slack_api_url="https://slack.test/api/")
        clear = Upload("F0123456789", f"{desk.world.slack.base_url}/upload/x")
        with pytest.raises(Gone):
            await over_tls.files.upload(clear, PHOTO, "x")
    assert desk.world.slack.calls("upload") == []


async def test_a_file_that_is_not_ready_can_be_waited_for(desk: Desk) -> None:
    """It is an error of its own, after which a later attempt helps. Other edits are not held up by it."""
    file_id, ts = await desk.uploaded(), await desk.posted()
    with pytest.raises(FileNotReady) as raised:
        await desk.sender.update(SHOOTS, ts, card(file_id), needs_picture=True)
    assert (raised.value.retry_after, raised.value.maybe_done) == (None, False)
    await desk.sender.update(SHOOTS, ts, Card(text="x", blocks=[WORDS]))
    desk.world.clock.seconds += 2
    await desk.sender.update(SHOOTS, ts, card(file_id), needs_picture=True)
    assert kinds(desk) == ["section", "image"]


async def test_a_deleted_file_does_not_hold_a_card_up(desk: Desk) -> None:
    """Somebody deleted it in Slack: the card is edited without it."""
    file_id, ts = await desk.uploaded(), await desk.posted()
    await desk.files.delete(file_id)
    await desk.sender.update(SHOOTS, ts, card(file_id))
    assert kinds(desk) == ["section"]


async def test_other_invalid_blocks_are_refused(desk: Desk) -> None:
    """A bug in a card is not waited for."""
    ts = await desk.posted()
    with pytest.raises(SlackError) as raised:
        await desk.sender.update(SHOOTS, ts, Card(text="x", blocks=[{"type": "section"}]))
    assert not isinstance(raised.value, SlackBusy)


async def test_only_an_edit_sends_a_picture(desk: Desk) -> None:
    """Not a post, not what one person sees, and not a response_url, which takes none."""
    file_id = await desk.uploaded()
    desk.world.clock.seconds += 2
    await desk.sender.post(SHOOTS, card(file_id))
    await desk.sender.post_ephemeral(SHOOTS, ANA, card(file_id))
    await desk.world.slack.command("/order x")
    await desk.sender.respond(desk.world.bot.heard[-1]["response_url"], card(file_id))
    said = [each for each in desk.world.slack.messages() if each.user == BOT and each.blocks]
    assert len(said) == 3
    assert [block["type"] for each in said for block in each.blocks] == ["section"] * 3
