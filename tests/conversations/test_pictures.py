"""Pictures on cards, through the real app: drawn, uploaded, shown, kept through edits, and deleted."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from bot.accounts.models import Account
from bot.core.settings import Settings
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import SECOND_KEY
from bot.sandbox.autoenhance.sample_orders import CEDAR
from bot.sandbox.failures import ApiFailure
from bot.sandbox.slack.faults import Gate
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, BOT, EDITING, OWNERS, PARTNERS, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.support import accounts
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.picture_story import PictureStory, scopes, settings, telling
from tests.support.waiting import until_idle, until_no_job_is_left

__all__ = ["scopes", "settings"]


@dataclass
class Story(PictureStory):
    async def turn_on(self, channel: str = SHOOTS) -> Message:
        return await self.chat.order("settings pictures on", channel=channel)

    async def finished(self, failures: int = 0) -> Message:
        """The card of a watch whose order has just ended. Its picture comes later."""
        card = await self.chat.watch(self.shoot.id)
        self.shoot.finish(failures)
        await self.shoot.later(minutes=2)
        await self.chat.noticed(card)
        return card

    async def pictured(self, failures: int = 0) -> Message:
        """The same, with its picture."""
        card = await self.finished(failures)
        await self.chat.until(lambda: picture(card))
        await until_no_job_is_left(self.app)
        return card


def first_post(chat: Chat, channel: str) -> Message | None:
    return next(iter(chat.posted(channel)), None)


def picture(card: Message) -> dict[str, Any] | None:
    """The file in the card's image block, and its alt text."""
    found = [block for block in card.blocks if block["type"] == "image"]
    return {"file": found[0]["slack_file"]["id"], "alt": found[0]["alt_text"]} if found else None


@pytest.fixture
async def story(
    sandbox: Sandbox, clock: Clock, scopes: set[str], settings: dict[str, Any]
) -> AsyncIterator[Story]:
    async with telling(Story, sandbox, clock, scopes, settings) as story:
        yield story


@pytest.mark.parametrize("demands_key", [False, True], ids=["open", "demanded"])
async def test_an_account_has_pictures_where_it_was_given(
    story: Story, sandbox: Sandbox, *, demands_key: bool
) -> None:
    """A photo of a member's account is shown with that account's key, and in no other channel."""
    story.slack.workspace.channels[EDITING].members.add(BOT)
    story.autoenhance.demands_key = demands_key
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS, EDITING])
    shared = {}
    for channel in (SHOOTS, EDITING):
        await story.turn_on(channel)
        ephemeral = await story.chat.order(CEDAR, channel=channel)
        await story.chat.click(ephemeral, "Share in channel")
        shared[channel] = await story.chat.until(partial(first_post, story.chat, channel))
    await accounts.give(sandbox.settings, account, SHOOTS)

    for card in shared.values():
        await story.chat.click(card, "Show pictures")
    await until_no_job_is_left(story.app)
    assert picture(shared[SHOOTS])
    assert picture(shared[EDITING]) is None


@pytest.mark.both
async def test_the_card_of_a_finished_order_gets_a_picture(story: Story) -> None:
    """After the notice, which never waits for it. One file is uploaded, into no channel."""
    await story.turn_on()
    card = await story.pictured(failures=2)

    shown = picture(card)
    assert shown
    assert [shown["file"]] == story.kept()
    assert "Pine Lodge" in shown["alt"]
    assert [each["type"] for each in card.blocks[:3]] == ["header", "section", "image"]
    assert await story.rows() == [(story.kept()[0], True)]
    assert len(story.chat.thread(card)) == 1
    [call] = story.slack.calls("files.completeUploadExternal")
    assert "channel_id" not in call.params
    assert "No change since" not in card.plain()


@on_sqlite
async def ended(story: Story, card: Message) -> None:
    """The watch of the card is over, so that nothing else looks at its order."""
    while "No longer watching" not in card.plain():
        await story.shoot.later(minutes=6)


async def test_a_card_keeps_its_picture(story: Story) -> None:
    """When its watch ends, when a person checks again, and when somebody watches it again."""
    await story.turn_on()
    card = await story.pictured()
    block = picture(card)
    await ended(story, card)
    assert picture(card) == block

    before = card.blocks
    await story.chat.click(card, "Re-check")
    await story.chat.until(lambda: card.blocks != before)
    assert picture(card) == block
    await until_idle(story.app)
    assert len(story.kept()) == 1


@pytest.mark.both
async def test_a_newer_picture_takes_the_place_of_the_older_one(story: Story) -> None:
    """A person asks for one while the order is being enhanced. At its end there is another one."""
    await story.turn_on()
    card = await story.chat.watch(story.shoot.id)
    story.shoot.is_now(4)
    await story.shoot.later(seconds=30)
    await story.chat.click(card, "Show pictures")
    await story.chat.until(lambda: picture(card))
    first = picture(card)
    assert first
    assert "Show pictures" in card.menu()
    assert "Watched by" in card.plain()

    story.shoot.finish()
    await story.shoot.later(minutes=2)
    await story.chat.until(lambda: (shown := picture(card)) and shown != first)
    await story.tidied()
    assert [shown["file"] if (shown := picture(card)) else ""] == story.kept()
    assert first["file"] not in story.kept()
    assert "Show pictures" not in card.menu()


@pytest.mark.both
async def test_a_shared_card_gets_a_picture_on_a_click(story: Story) -> None:
    """Nobody watches the order. The card still says who shared it, and a card in a thread stays one."""
    await story.turn_on()
    story.shoot.is_now(6, 1)
    mine = await story.chat.order(story.shoot.id)
    assert "Show pictures" not in mine.menu()
    await story.chat.click(mine, "Share in channel")
    card = await story.chat.until(lambda: next(iter(story.chat.posted()), None))
    await story.chat.click(card, "Show pictures", user=BEN)
    await story.chat.until(lambda: picture(card))
    assert "Shared by" in card.plain()

    before = picture(card)
    await story.chat.click(card, "Re-check")
    await story.chat.until(lambda: "Checked" in card.plain())
    assert picture(card) == before


async def test_nothing_is_shown_where_nobody_turned_it_on(story: Story) -> None:
    """No menu entry, no job, no file."""
    card = await story.finished()
    await until_no_job_is_left(story.app)
    assert "Show pictures" not in card.menu()
    assert (picture(card), story.kept()) == (None, [])
    assert story.autoenhance.previews.asked == []


async def test_a_direct_message_gets_none(story: Story) -> None:
    """Neither its watch, nor the setting. A channel that watches the same order has its own."""
    said = await story.chat.order("settings pictures on", channel=ANA_BOT)
    assert "only in channels" in said.plain()
    await story.turn_on()
    mine = await story.chat.watch(story.shoot.id, channel=ANA_BOT)
    card = await story.pictured()
    before = picture(card)
    story.shoot.is_now(9, 1)
    await story.chat.click(card, "Re-check")
    await story.chat.until(lambda: "1 failed" in mine.plain())
    await story.chat.until(lambda: (shown := picture(card)) and shown != before)
    assert picture(mine) is None


@pytest.mark.parametrize(
    ("scopes", "settings", "says"),
    [
        (set(), {}, "files:write"),
        ({"files:write"}, {"autoenhance_api_key": None}, "AUTOENHANCE_API_KEY"),
    ],
    ids=["scope", "key"],
)
async def test_what_is_missing_is_said_to_those_who_ask(story: Story, says: str) -> None:
    """When they turn pictures on, test the channel, or ask for a picture. The card says nothing of it."""
    turned = await story.turn_on()
    assert says in turned.plain()
    assert "On" in turned.plain()
    assert says in (await story.chat.order("test")).plain()
    card = await story.chat.watch(story.shoot.id)
    known = {each.ts for each in story.chat.said()}
    await story.chat.click(card, "Show pictures")
    assert says in (await story.chat.new(known)).plain()

    before = [len(story.chat.posted()), len(story.chat.thread(card))]
    story.shoot.finish()
    await story.shoot.later(minutes=2)
    await story.chat.noticed(card)
    await until_no_job_is_left(story.app)
    assert picture(card) is None
    assert [len(story.chat.posted()), len(story.chat.thread(card)) - 1] == before
    assert story.slack.calls("files.getUploadURLExternal") == []


async def test_all_is_well_with_pictures(story: Story) -> None:
    """`/order test` and `/order settings` say so, where they are on."""
    assert "pictures" not in (await story.chat.order("test")).plain()
    turned = await story.turn_on()
    assert turned.plain() == (
        "*Show pictures of the photos on cards:* On. Turn off: `/order settings pictures off`\n"
        "A watched order's card gets one when the order ends. For one sooner, choose *Show pictures* in the "
        "card's menu ⋯."
    )
    assert "Cards here get pictures too." in (await story.chat.order("test")).plain()
    settings = (await story.chat.order("settings")).plain()
    assert "*Show pictures of the photos on cards:* On." in settings
    assert "when the order ends" not in settings


async def test_pictures_cannot_be_turned_on_where_the_bot_is_not(story: Story) -> None:
    """It could not tell who sees them."""
    said = await story.turn_on(OWNERS)
    assert "/invite @Order Desk" in said.plain()
    said = await story.turn_on(PARTNERS)
    assert "shared with another company" in said.plain()


async def test_pictures_cannot_be_turned_on_where_a_channel_was_shared_just_now(story: Story) -> None:
    """What Slack said a moment ago does not count."""
    await story.chat.order("settings")
    story.slack.share(SHOOTS)
    assert "shared with another company" in (await story.turn_on()).plain()
    story.slack.share(SHOOTS, shared=False)
    story.clock.turn(minutes=6)
    assert "pictures of the photos on cards:* Off" in (await story.chat.order("settings")).plain()


async def turned_off(story: Story, _card: Message) -> None:
    await story.chat.order("settings pictures off")


async def order_not_found(story: Story, card: Message) -> None:
    await ended(story, card)
    story.autoenhance.remove(story.shoot.id)
    await story.chat.click(card, "Re-check")
    await story.chat.until(lambda: "couldn't find" in card.plain())


async def order_deleted(story: Story, card: Message) -> None:
    story.autoenhance.remove(story.shoot.id)
    while "no longer available" not in card.plain():
        await story.shoot.later(minutes=6)


async def channel_shared(story: Story, card: Message) -> None:
    story.slack.share(SHOOTS)
    await story.chat.click(card, "Re-check")
    await story.chat.reads("shared with another company")
    story.shoot.is_now(9, 1)
    await story.shoot.later(minutes=6)


async def shared_and_nothing_else(story: Story, card: Message) -> None:
    await ended(story, card)
    story.slack.share(SHOOTS)
    story.clock.turn(minutes=6)


async def bot_removed(story: Story, _card: Message) -> None:
    story.slack.remove_bot(SHOOTS)
    story.shoot.is_now(9, 1)
    await story.shoot.later(minutes=6)


async def bot_removed_and_nothing_else(story: Story, card: Message) -> None:
    await ended(story, card)
    story.slack.remove_bot(SHOOTS)
    story.clock.turn(minutes=6)


async def days_passed(story: Story, card: Message) -> None:
    await ended(story, card)
    story.clock.turn(days=29)
    await until_no_job_is_left(story.app)
    assert len(story.kept()) == 1
    story.clock.turn(days=1.1)


@pytest.mark.parametrize(
    "change",
    [
        turned_off,
        order_not_found,
        order_deleted,
        channel_shared,
        shared_and_nothing_else,
        bot_removed,
        bot_removed_and_nothing_else,
        days_passed,
    ],
    ids=lambda change: change.__name__,
)
async def test_files_go(story: Story, change: Callable[[Story, Message], Awaitable[None]]) -> None:
    """With the channel's choice, with the order, with the channel, and after PICTURE_DAYS."""
    await story.turn_on()
    card = await story.pictured()
    await change(story, card)
    await story.slack.until(lambda: story.kept() == [])
    await until_no_job_is_left(story.app)
    assert await story.rows() == []


async def test_a_card_without_its_file_is_drawn_without_it(story: Story) -> None:
    """After the channel turned pictures off, and where somebody deleted the file in Slack."""
    await story.turn_on()
    card = await story.pictured()
    shown = picture(card)
    assert shown
    story.slack.files.delete({"file": shown["file"]})
    await story.chat.click(card, "Re-check", user=BEN)
    await story.chat.until(lambda: picture(card) is None)
    assert "Ready" in card.plain()


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
@pytest.mark.parametrize("error", ["ratelimited", "internal_error"])
async def test_an_outage_of_slack_makes_a_picture_late(story: Story, method: str, error: str) -> None:
    """The card and its notice are there. No file is left over."""
    await story.turn_on()
    story.slack.fail(method, error=error, status=503, times=2)
    await story.pictured()
    await story.tidied()
    await story.slack.until(lambda: len(story.kept()) == 1)
    await story.tidied()
    assert [file for file, _ in await story.rows()] == story.kept()


async def test_a_deleted_card_gets_no_picture(story: Story) -> None:
    """Its file is deleted too, and the person who asked reads why."""
    await story.turn_on()
    card = await story.chat.watch(story.shoot.id)
    story.shoot.is_now(4)
    gate = story.slack.hold("files.completeUploadExternal")
    await story.chat.click(card, "Show pictures")
    await gate.reached.wait()
    story.slack.delete(card)
    gate.open()
    await story.chat.reads("too old to update")
    await story.tidied()
    assert (story.kept(), await story.rows()) == ([], [])


async def test_nobody_is_told_of_a_file_that_cannot_be_deleted(story: Story) -> None:
    """It is due again an hour later."""
    await story.turn_on()
    card = await story.pictured()
    story.slack.fail("files.delete", error="some_new_code")
    await story.chat.order("settings pictures off")
    await story.slack.until(lambda: story.slack.calls("files.delete"))
    await until_no_job_is_left(story.app)
    assert len(story.kept()) == 1
    assert len(story.chat.thread(card)) == 1

    story.clock.turn(minutes=61)
    await story.slack.until(lambda: story.kept() == [])


async def test_a_card_without_previews_stays_as_it_is(story: Story) -> None:
    """And the person who asked for a picture reads that."""
    await story.turn_on()
    card = await story.chat.watch(story.shoot.id)
    known = {each.ts for each in story.chat.said()}
    await story.chat.click(card, "Show pictures")
    assert "no picture of these photos yet" in (await story.chat.new(known)).plain()
    assert story.kept() == []
    assert card.ephemeral_to is None
    assert ANA in (await story.chat.new(known)).ephemeral_to  # type: ignore[operator]


async def test_a_notice_that_comes_late_brings_no_second_picture(story: Story) -> None:
    """Slack took the picture first. The check that posts the notice finds it on the card."""
    await story.turn_on()
    card = await story.chat.watch(story.shoot.id)
    story.slack.fail("chat.postMessage", error="ratelimited", retry_after=1, times=None)
    story.shoot.finish()
    await story.shoot.later(minutes=2)
    await story.chat.until(lambda: picture(card))
    await until_no_job_is_left(story.app)
    assert story.chat.thread(card) == []

    story.slack.faults.clear("chat.postMessage")
    story.clock.turn(minutes=2)
    await story.chat.noticed(card)
    await until_no_job_is_left(story.app)
    assert len(story.slack.calls("upload")) == 1


async def just_shown(story: Story) -> tuple[Message, Gate]:
    """The shared card, which has its picture, and the gate before Slack's answer to that edit."""
    card = await story.chat.until(lambda: next(iter(story.chat.posted()), None))
    uploaded = story.slack.hold("files.completeUploadExternal", accepted=True)
    await story.chat.click(card, "Show pictures")
    await uploaded.reached.wait()
    story.clock.turn(seconds=2)
    edit = story.slack.hold("chat.update", accepted=True)
    uploaded.open()
    await edit.reached.wait()
    assert picture(card)
    return card, edit


async def test_pictures_are_turned_off_while_a_card_gets_one(story: Story) -> None:
    """The card has it for a moment. Then it is drawn again without it, and the file is deleted."""
    await story.turn_on()
    story.shoot.is_now(4)
    await story.chat.click(await story.chat.order(story.shoot.id), "Share in channel")
    card, edit = await just_shown(story)

    await story.chat.order("settings pictures off")
    edit.open()
    await story.chat.until(lambda: picture(card) is None)
    assert "Show pictures" not in card.menu()
    await story.tidied()
    assert story.kept() == []


async def taken_back(story: Story, given: Account | None) -> None:
    assert given
    await accounts.give(story.settings, given)


async def turned_off_now(story: Story, _given: Account | None) -> None:
    await story.chat.order("settings pictures off")


async def shared_now(story: Story, _given: Account | None) -> None:
    story.slack.share(SHOOTS)


@pytest.mark.parametrize(
    "change", [turned_off_now, shared_now, taken_back], ids=lambda change: change.__name__
)
async def test_no_picture_comes_after_it_is_not_wanted(
    story: Story, change: Callable[[Story, Account | None], Awaitable[None]]
) -> None:
    """The channel changes while a file is named: nothing of it was stored then. The card is not edited."""
    given = None
    if change is taken_back:
        given = await accounts.connect(story.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    await story.turn_on()
    story.shoot.is_now(4)
    await story.chat.click(await story.chat.order(CEDAR if given else story.shoot.id), "Share in channel")
    card = await story.chat.until(lambda: next(iter(story.chat.posted()), None))
    named = story.slack.hold("files.getUploadURLExternal")
    uploaded = story.slack.hold("files.completeUploadExternal", accepted=True)
    await story.chat.click(card, "Show pictures")
    await named.reached.wait()
    await change(story, given)
    named.open()
    await uploaded.reached.wait()
    story.clock.turn(seconds=2)  # the file is ready
    edits = len(story.slack.calls("chat.update"))
    uploaded.open()
    await story.tidied()

    assert picture(card) is None
    assert len(story.slack.calls("chat.update")) == edits
    assert (story.kept(), await story.rows()) == ([], [])


async def test_an_account_is_taken_back_while_a_card_gets_its_picture(story: Story) -> None:
    """The card has it for a moment. Then it is drawn again without it, and the file is deleted."""
    given = await accounts.connect(story.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    await story.turn_on()
    await story.chat.click(await story.chat.order(CEDAR), "Share in channel")
    card, edit = await just_shown(story)

    await accounts.disconnect(story.settings, given)
    edit.open()
    await story.chat.until(lambda: picture(card) is None)
    await story.tidied()
    assert story.kept() == []


@pytest.mark.parametrize("change", [accounts.disconnect, accounts.give], ids=lambda change: change.__name__)
async def test_files_go_with_their_account(
    story: Story, change: Callable[[Settings, Account], Awaitable[None]]
) -> None:
    """When it is disconnected, and when it is taken from the channel. The card is checked, and has none."""
    given = await accounts.connect(story.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    await story.turn_on()
    await story.chat.click(await story.chat.order(CEDAR), "Share in channel")
    card = await story.chat.until(lambda: next(iter(story.chat.posted()), None))
    await story.chat.click(card, "Show pictures")
    await story.chat.until(lambda: picture(card))
    await until_no_job_is_left(story.app)

    await change(story.settings, given)
    await story.slack.until(lambda: story.kept() == [])
    await until_no_job_is_left(story.app)
    assert await story.rows() == []
    await story.chat.click(card, "Re-check")
    await story.chat.until(lambda: picture(card) is None)


async def test_a_person_who_must_wait_reads_so_once(story: Story) -> None:
    """After the first attempt, where Autoenhance does not answer. The picture comes without another click."""
    await story.turn_on()
    story.shoot.is_now(4)
    await story.chat.click(await story.chat.order(story.shoot.id), "Share in channel")
    card = await story.chat.until(lambda: next(iter(story.chat.posted()), None))
    story.autoenhance.previews.failure = ApiFailure("500")
    known = {each.ts for each in story.chat.said()}
    await story.chat.click(card, "Show pictures")
    said = await story.chat.new(known)
    assert "I'll keep trying" in said.plain()
    asked = len(story.autoenhance.previews.asked)
    await story.slack.until(lambda: len(story.autoenhance.previews.asked) > asked + 12)

    story.autoenhance.previews.failure = ApiFailure("well")
    await story.chat.until(lambda: picture(card))
    await until_no_job_is_left(story.app)
    assert [each.ts for each in story.chat.said() if "keep trying" in each.plain()] == [said.ts]
