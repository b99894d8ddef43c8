"""One photo before and after, in the thread of its card: chosen in the modal with all photos."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.failures import ApiFailure
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, SHOOTS
from bot.sandbox.slack.workspace import Message, View
from tests.support.both_databases import on_sqlite
from tests.support.clock import Clock
from tests.support.picture_story import PictureStory, scopes, settings, telling
from tests.support.waiting import until_no_job_is_left

__all__ = ["scopes", "settings"]
POSTING, POSTED = "Posting before and after of", "is in the thread"


@dataclass
class Story(PictureStory):
    async def card(self) -> Message:
        """A card that all see, in a channel with pictures on. Six photos of its order are done."""
        await self.chat.order("settings pictures on")
        return await self.shared()

    async def shared(self) -> Message:
        self.shoot.is_now(6, 1)
        await self.chat.click(await self.chat.order(self.shoot.id), "Share in channel")
        return await self.chat.until(lambda: next(iter(self.chat.posted()), None))

    async def photos(self, card: Message, user: str = ANA) -> View:
        """The modal with all photos, opened from this card."""
        await self.chat.click(card, "All photos", user=user)
        return await self.chat.view("*Done* (6)", user)

    async def choose(self, view: View, number: int = 0) -> str:
        """Chooses a photo, and returns its name."""
        option = menu(view)[number]
        [control] = [each for each in view.controls() if each.option == option]
        assert (await self.slack.click(view, control)).status == 200
        return str(option["text"]["text"])

    async def pair(self, card: Message, number: int = 1) -> Message:
        """The post of this number in the card's thread."""
        post = await self.chat.noticed(card, number)
        await until_no_job_is_left(self.app)
        return post


def menu(view: View) -> list[dict[str, Any]]:
    """The options of the menu. Empty without one."""
    accessories = [block["accessory"] for block in view.blocks if "accessory" in block]
    return [option for each in accessories for option in each["options"]]


def picture(post: Message) -> dict[str, Any] | None:
    return next((block for block in post.blocks if block["type"] == "image"), None)


@pytest.fixture
async def story(
    sandbox: Sandbox, clock: Clock, scopes: set[str], settings: dict[str, Any]
) -> AsyncIterator[Story]:
    async with telling(Story, sandbox, clock, scopes, settings) as story:
        yield story


@pytest.mark.both
async def test_a_photo_is_posted_before_and_after(story: Story) -> None:
    """Once, in the card's thread, with its name in the text and in the alt text. The modal says so."""
    card = await story.card()
    view = await story.photos(card)
    assert len(menu(view)) == 6
    name = await story.choose(view, 2)
    await story.chat.view(POSTED)
    post = await story.pair(card)

    shown = picture(post)
    assert shown
    assert [shown["slack_file"]["id"]] == story.kept()
    assert shown["alt_text"].startswith(f"{name} before and after")
    assert f"Before and after of `{name}`" in post.plain()
    assert f"Shared by @{ANA}" in post.plain()
    assert name in (await story.chat.view(POSTED)).plain()
    assert len(story.chat.thread(card)) == 1
    assert await story.rows() == [(story.kept()[0], True)]
    asked = [each.path.rpartition("/")[2] for each in story.sandbox.autoenhance.previews.asked]
    assert sorted(asked) == ["enhanced", "original"]


async def test_it_is_said_that_it_is_on_its_way(story: Story) -> None:
    """While Slack takes the file."""
    card = await story.card()
    view = await story.photos(card)
    gate = story.slack.hold("files.completeUploadExternal")
    name = await story.choose(view)
    await gate.reached.wait()
    assert f"{POSTING} `{name}` in the thread." in (await story.chat.view(POSTING)).plain()
    gate.open()
    await story.chat.view(POSTED)


async def test_a_card_in_a_thread_gets_it_there(story: Story) -> None:
    """In the thread that the card is in, and not in one of its own."""
    await story.chat.order("settings pictures on")
    story.shoot.is_now(6, 1)
    begins = story.slack.workspace.post(SHOOTS, BEN, "Pine Lodge?", [])
    await story.slack.message_shortcut("watch_order_here", begins)
    opened = await story.chat.until(lambda: next(iter(story.slack.views()), None))
    await story.slack.submit(opened, {"ask": story.shoot.id})
    card = await story.chat.noticed(begins)
    story.slack.workspace.close_all(ANA)
    await story.choose(await story.photos(card))
    await story.chat.view(POSTED)
    assert picture(story.chat.thread(begins)[-1])
    assert story.slack.calls("chat.postMessage")[-1].params["thread_ts"] == begins.ts


@on_sqlite
async def test_each_choice_is_one_post(story: Story) -> None:
    """A request that Slack delivers again posts nothing. Another choice is another post."""
    card = await story.card()
    await story.choose(await story.photos(card))
    await story.pair(card)
    sent = next(
        each for each in reversed(story.slack.exchanges) if each.payload.get("type") == "block_actions"
    )
    await story.slack.redeliver(sent)
    await until_no_job_is_left(story.app)
    assert len(story.chat.thread(card)) == 1

    story.slack.workspace.close_all(ANA)
    await story.choose(await story.photos(card), 1)
    await story.pair(card, 2)
    assert len(story.kept()) == 2
    assert [shown for _, shown in await story.rows()] == [True, True]


async def test_no_menu_where_nobody_turned_pictures_on(story: Story) -> None:
    """The modal lists the photos as ever."""
    assert menu(await story.photos(await story.shared())) == []


async def test_no_menu_where_only_one_person_sees_the_card(story: Story) -> None:
    """An ephemeral card, and one in a direct message."""
    await story.chat.order("settings pictures on")
    story.shoot.is_now(6, 1)
    assert menu(await story.photos(await story.chat.order(story.shoot.id))) == []
    story.slack.workspace.close_all(ANA)
    mine = await story.chat.watch(story.shoot.id, channel=ANA_BOT)
    assert menu(await story.photos(mine)) == []


@pytest.mark.parametrize(
    ("scopes", "settings"),
    [(set(), {}), ({"files:write"}, {"autoenhance_api_key": None})],
    ids=["scope", "key"],
)
async def test_no_menu_where_something_is_missing(story: Story) -> None:
    """The scope, or a key. `/order test` says which."""
    assert menu(await story.photos(await story.card())) == []


def vanished(story: Story) -> None:
    story.shoot.is_now(0, 0, of=1)


def not_done_any_more(story: Story) -> None:
    story.shoot.is_now(0, 7)


def no_preview(story: Story) -> None:
    story.sandbox.autoenhance.previews.failure = ApiFailure("404")


def damaged(story: Story) -> None:
    story.sandbox.autoenhance.previews.instead = b"\xff\xd8\xff no JPEG", "image/jpeg"


def shared(story: Story) -> None:
    story.slack.share(SHOOTS)


def bot_removed(story: Story) -> None:
    story.slack.remove_bot(SHOOTS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (vanished, "isn't done any more"),
        (not_done_any_more, "isn't done any more"),
        (no_preview, "no picture of this photo"),
        (damaged, "no picture of this photo"),
        (shared, "shared with another company"),
        (bot_removed, "/invite @Order Desk"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_the_modal_says_why_there_is_none(
    story: Story, change: Callable[[Story], None], says: str
) -> None:
    """Nothing is posted, and no file is left over."""
    card = await story.card()
    view = await story.photos(card)
    change(story)
    await story.choose(view)
    await story.chat.view(says)
    await story.tidied()
    assert story.chat.thread(card) == []
    assert story.kept() == []


async def test_the_modal_says_that_pictures_were_turned_off(story: Story) -> None:
    """Since it was opened."""
    card = await story.card()
    view = await story.photos(card)
    await story.chat.order("settings pictures off")
    await story.choose(view)
    await story.chat.view("Pictures are off")
    assert story.chat.thread(card) == []


async def test_who_closed_the_modal_finds_it_in_the_thread(story: Story) -> None:
    """No direct message says so."""
    card = await story.card()
    view = await story.photos(card)
    gate = story.slack.hold("files.completeUploadExternal")
    await story.choose(view)
    await gate.reached.wait()
    await story.slack.close(view)
    gate.open()
    await story.pair(card)
    assert story.chat.said(ANA_BOT) == []


@pytest.mark.parametrize("method", ["upload", "files.completeUploadExternal"])
async def test_an_outage_of_slack_makes_it_late(story: Story, method: str) -> None:
    """It is posted once, and no other file is left over."""
    card = await story.card()
    view = await story.photos(card)
    story.slack.fail(method, status=503, times=2)
    await story.choose(view)
    await story.pair(card)
    await story.tidied()
    await story.slack.until(lambda: len(story.kept()) == 1)
    assert len(story.chat.thread(card)) == 1


async def test_a_post_without_an_effect_is_repeated_until_it_has_one(story: Story) -> None:
    """Slack was busy, and said so. That is no post."""
    card = await story.card()
    view = await story.photos(card)
    story.slack.fail("chat.postMessage", status=503, times=4)
    await story.choose(view)
    await story.pair(card)
    assert len(story.chat.thread(card)) == 1
    assert len(story.slack.calls("upload")) == 1


@pytest.mark.both
async def test_a_post_that_slack_does_not_confirm_is_made_once_more(story: Story) -> None:
    """And no third time. The modal says so, and the file that the posts show is kept."""
    card = await story.card()
    view = await story.photos(card)
    uploaded = story.slack.hold("files.completeUploadExternal", accepted=True)
    await story.choose(view)
    await uploaded.reached.wait()
    story.clock.turn(seconds=2)  # the file is ready
    story.slack.fail("chat.postMessage", status=500, times=9, accepted=True)
    uploaded.open()
    await story.chat.view("didn't confirm")
    await until_no_job_is_left(story.app)
    assert len(story.chat.thread(card)) == 2
    assert [shown for _, shown in await story.rows()] == [True]
    assert len(story.slack.calls("upload")) == 1


async def test_previews_that_come_late(story: Story) -> None:
    """Autoenhance is asked again."""
    card = await story.card()
    view = await story.photos(card)
    story.sandbox.autoenhance.previews.failure = ApiFailure("503", times=8)
    await story.choose(view)
    await story.chat.view(POSTED)
    assert len(story.chat.thread(card)) == 1


async def test_files_go_with_the_choice_of_the_channel(story: Story) -> None:
    """As those on cards."""
    card = await story.card()
    await story.choose(await story.photos(card))
    await story.pair(card)
    await story.chat.order("settings pictures off")
    await story.slack.until(lambda: story.kept() == [])
    await story.tidied()
    assert await story.rows() == []


async def test_files_go_after_some_days(story: Story) -> None:
    """After PICTURE_DAYS, as those on cards. A newer picture of the card does not end them."""
    card = await story.card()
    await story.choose(await story.photos(card))
    await story.pair(card)
    await story.chat.click(card, "Show pictures")
    await story.chat.until(lambda: picture(card))
    await until_no_job_is_left(story.app)
    story.clock.turn(days=29)
    await story.tidied()
    assert len(story.kept()) == 2
    story.clock.turn(days=1.1)
    await story.slack.until(lambda: story.kept() == [])


@pytest.mark.parametrize("change", ["off", "shared"])
async def test_nothing_is_posted_after_it_is_not_wanted(story: Story, change: str) -> None:
    """The channel changes while a file is named: nothing of it was stored then."""
    card = await story.card()
    view = await story.photos(card)
    named = story.slack.hold("files.getUploadURLExternal")
    uploaded = story.slack.hold("files.completeUploadExternal", accepted=True)
    await story.choose(view)
    await named.reached.wait()
    if change == "off":
        await story.chat.order("settings pictures off")
    else:
        story.slack.share(SHOOTS)
    named.open()
    await uploaded.reached.wait()
    story.clock.turn(seconds=2)  # the file is ready
    uploaded.open()
    await story.tidied()

    assert story.chat.thread(card) == []
    assert (story.kept(), await story.rows()) == ([], [])


async def test_pictures_are_turned_off_while_it_is_posted(story: Story) -> None:
    """The post loses its picture, and the file is deleted."""
    card = await story.card()
    view = await story.photos(card)
    uploaded = story.slack.hold("files.completeUploadExternal", accepted=True)
    await story.choose(view)
    await uploaded.reached.wait()
    story.clock.turn(seconds=2)
    held = story.slack.hold("chat.postMessage", accepted=True)
    uploaded.open()
    await held.reached.wait()
    await story.chat.order("settings pictures off")
    held.open()
    [post] = story.chat.thread(card)
    await story.chat.until(lambda: picture(post) is None)
    await story.tidied()
    assert story.kept() == []
