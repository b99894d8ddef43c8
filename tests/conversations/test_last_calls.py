"""The last call for photos that nobody has downloaded, through the real app."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import SECOND_KEY, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_book import SECOND
from bot.sandbox.autoenhance.order_json import photos
from bot.sandbox.failures import FailureName
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.support.accounts import connect
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.shoot import Shoot
from tests.support.waiting import until_idle, until_no_last_call_is_planned

PAID, EXPIRED = {"downloaded": True}, {"status": "expired"}
DONE_LINE = "10 photos still aren't downloaded. Autoenhance may delete them about"


@dataclass
class Story:
    chat: Chat
    shoot: Shoot
    clock: Clock
    app: App
    autoenhance: AutoenhanceSandbox

    @property
    def slack(self) -> SlackSandbox:
        return self.chat.slack

    async def watched(self, channel: str = SHOOTS) -> Message:
        """The card of a watch that has ended, as its order is finished."""
        card = await self.chat.watch(self.shoot.id, channel=channel)
        self.shoot.finish()
        await self.ended(card)
        return card

    async def ended(self, card: Message) -> None:
        while "No longer watching" not in card.plain():
            await self.shoot.later(minutes=6)

    def downloads(self, paid: int, expired: int = 0) -> None:
        images = photos(self.shoot.id, (paid, PAID), (expired, EXPIRED), (10 - paid - expired, {}))
        self.shoot.is_now(images=images, is_processing=False)

    async def planned(self) -> int:
        count = "SELECT count(*) AS rows FROM last_calls"
        return int((await self.app.storage.database.once(count))[0]["rows"])

    async def passes(self) -> None:
        """The last call is due, and was made or given up."""
        assert await self.planned() == 1
        self.clock.turn(days=25.1)
        await until_no_last_call_is_planned(self.app)

    async def fails(self, method: str = "", **passed: float) -> None:
        """The time passes, and an attempt is made that does not work: a call of Slack, or of Autoenhance."""

        def tries() -> int:
            return len(self.slack.calls(method) if method else self.autoenhance.looks)

        before, signal = tries(), (self.slack.workspace if method else self.autoenhance).change_signal
        self.clock.turn(**passed)
        await signal.until(lambda: tries() > before, timeout=20)
        await until_idle(self.app)
        assert await self.planned() == 1


@pytest.fixture
def story(chat: Chat, shoot: Shoot, clock: Clock, app: App, autoenhance: AutoenhanceSandbox) -> Story:
    return Story(chat, shoot, clock, app, autoenhance)


def day(clock: Clock, days: float) -> str:
    at = datetime.fromtimestamp(clock() + days * 86400, UTC)
    return f"{at.day} {at:%b %Y}"


@pytest.mark.both
async def test_it_is_posted_once_in_the_thread(story: Story) -> None:
    """Five days before, for one look at the order. It mentions everyone who watched, and has a button."""
    chat, shoot = story.chat, story.shoot
    card = await chat.watch(shoot.id)
    await chat.order(f"watch {shoot.id}", user=BEN)
    shoot.finish()
    expires = day(story.clock, 30)
    await story.ended(card)
    asked = len(story.autoenhance.looks)
    story.clock.turn(days=24.9)
    await until_idle(story.app)
    assert (len(chat.thread(card)), await story.planned()) == (1, 1)

    story.clock.turn(days=0.2)
    post = await chat.noticed(card, 2)
    await until_no_last_call_is_planned(story.app)
    assert f"*Pine Lodge*: {DONE_LINE} {expires}. @{ANA} @{BEN}" in post.plain()
    assert f"<@{ANA}> <@{BEN}>" in post.text
    assert post.buttons() == ["Open"]
    assert "settings expiry off" in post.plain()
    assert len(story.autoenhance.looks) == asked + 1
    assert not post.broadcast

    story.clock.turn(days=4)
    await until_idle(story.app)
    assert len(chat.thread(card)) == 2
    assert len(story.autoenhance.looks) == asked + 1


@on_sqlite
async def test_it_is_counted_as_a_notice(story: Story) -> None:
    """Under its own kind."""
    await story.watched()
    await story.passes()

    counted = story.app.metrics.registry.get_sample_value("order_desk_notices_total", {"kind": "last_call"})
    assert counted == 1


async def test_a_direct_message_gets_it_too(story: Story) -> None:
    """In the thread of its card."""
    card = await story.watched(ANA_BOT)
    await story.passes()

    assert DONE_LINE in (await story.chat.noticed(card, 2)).plain()


async def test_it_counts_what_is_missing_then(story: Story) -> None:
    """Not what was missing at the end of the watch."""
    card = await story.watched()
    story.downloads(9)
    await story.passes()

    post = await story.chat.noticed(card, 2)
    assert "*Pine Lodge*: 1 photo still isn't downloaded. Autoenhance may delete it about" in post.text


@pytest.mark.parametrize(
    ("expired", "paid", "says"),
    [
        (10, 0, "*Pine Lodge*: 10 photos have expired. <@"),
        (4, 0, "*Pine Lodge*: 4 photos have expired, and 6 still aren't downloaded. Autoenhance may"),
        (1, 9, "*Pine Lodge*: 1 photo has expired. <@"),
    ],
)
async def test_photos_that_have_expired_by_then_are_said(
    story: Story, expired: int, paid: int, says: str
) -> None:
    """In place of a warning that comes too late for them."""
    card = await story.watched()
    story.downloads(paid, expired)
    await story.passes()

    post = await story.chat.noticed(card, 2)
    assert says in post.text
    assert ("Upload them again if you need them." in post.text) == (expired + paid == 10)


async def test_expired_photos_are_said_once(story: Story) -> None:
    """The notice of the end has said these."""
    card = await story.chat.watch(story.shoot.id)
    story.downloads(0, 3)
    await story.ended(card)
    assert "3 expired" in card.plain()
    story.downloads(7, 3)
    await story.passes()

    assert len(story.chat.thread(card)) == 1


async def test_a_channel_that_chose_so_sees_it(story: Story) -> None:
    """As every update there."""
    await story.chat.order("settings broadcast on")
    card = await story.watched()
    await story.passes()

    assert (await story.chat.noticed(card, 2)).broadcast


async def all_downloaded(story: Story, _card: Message) -> None:
    story.downloads(10)


async def downloaded_and_expired(story: Story, _card: Message) -> None:
    images = photos(story.shoot.id, (10, PAID | EXPIRED))
    story.shoot.is_now(images=images, is_processing=False)


async def order_gone(story: Story, _card: Message) -> None:
    story.autoenhance.remove(story.shoot.id)


async def order_deleted(story: Story, _card: Message) -> None:
    story.shoot.is_now(10, is_deleted=True)


async def bot_removed(story: Story, _card: Message) -> None:
    story.slack.remove_bot(SHOOTS)


async def archived(story: Story, _card: Message) -> None:
    story.slack.archive(SHOOTS)


async def shared(story: Story, _card: Message) -> None:
    story.slack.share(SHOOTS)


async def thread_deleted(story: Story, card: Message) -> None:
    for reply in story.chat.thread(card):
        story.slack.delete(reply)
    story.slack.delete(card)


async def turned_off(story: Story, _card: Message) -> None:
    await story.chat.order("settings expiry off")


async def refused(story: Story, _card: Message) -> None:
    story.slack.fail("chat.postMessage", error="some_new_code")


@pytest.mark.parametrize(
    "change",
    [
        all_downloaded,
        downloaded_and_expired,
        order_gone,
        order_deleted,
        bot_removed,
        archived,
        shared,
        thread_deleted,
        turned_off,
        refused,
    ],
    ids=lambda change: change.__name__,
)
async def test_nothing_is_posted_where_nobody_needs_it(story: Story, change: Callable[..., Any]) -> None:
    """Nor where it cannot be posted, and nobody is told of that. Its row goes."""
    card = await story.watched()
    await change(story, card)
    said = [len(story.chat.said(SHOOTS)), len(story.chat.said(ANA_BOT))]
    await story.passes()

    assert [len(story.chat.said(SHOOTS)), len(story.chat.said(ANA_BOT))] == said


async def test_none_is_planned_where_all_is_downloaded(story: Story) -> None:
    """At the end of the watch."""
    card = await story.chat.watch(story.shoot.id)
    story.downloads(10)
    await story.ended(card)

    assert await story.planned() == 0


async def test_none_is_planned_where_a_person_stopped_the_watch(story: Story) -> None:
    """They want to hear no more of it."""
    card = await story.chat.watch(story.shoot.id)
    story.shoot.finish()
    await story.shoot.later(minutes=2)
    await story.chat.noticed(card)
    await story.chat.order(f"unwatch {story.shoot.id}")
    await story.chat.until(lambda: "stopped watching" in card.plain())
    await until_idle(story.app)

    assert await story.planned() == 0


async def test_none_is_planned_without_a_day(story: Story) -> None:
    """Nobody knows when it would be the last one."""
    card = await story.chat.watch(story.shoot.id)
    story.shoot.is_now(10, created_at=None)
    await story.ended(card)

    assert await story.planned() == 0


async def test_a_new_watch_takes_it_away(story: Story) -> None:
    """And its own end plans a new one."""
    card = await story.watched()
    assert await story.planned() == 1
    story.shoot.is_now(3)
    await story.chat.order(f"watch {story.shoot.id}")
    again = await story.chat.until(lambda: next(iter(story.chat.posted()[1:]), None))
    await until_idle(story.app)
    assert await story.planned() == 0

    story.shoot.finish()
    await story.ended(again)
    await story.passes()
    assert DONE_LINE in (await story.chat.noticed(again, 2)).plain()
    assert len(story.chat.thread(card)) == 1


async def test_it_waits_while_work_goes_on(story: Story) -> None:
    """Somebody enhances the photos again."""
    card = await story.watched()
    story.shoot.is_now(4)
    await story.fails(days=25.1)
    assert len(story.chat.thread(card)) == 1

    story.shoot.finish()
    story.clock.turn(minutes=16)
    assert DONE_LINE in (await story.chat.noticed(card, 2)).plain()


@pytest.mark.parametrize("failure", ["500", "429", "401", "not-an-order", "close"])
async def test_an_outage_of_autoenhance_makes_it_late(story: Story, failure: FailureName) -> None:
    """It is due again after a quarter of an hour, and then after an hour."""
    card = await story.watched()
    story.autoenhance.set_failure(failure)
    await story.fails(days=25.1)
    await story.fails(minutes=15.5)
    story.autoenhance.set_failure("well")
    story.clock.turn(minutes=50)
    await until_idle(story.app)
    assert len(story.chat.thread(card)) == 1

    story.clock.turn(minutes=11)
    assert DONE_LINE in (await story.chat.noticed(card, 2)).plain()
    await until_no_last_call_is_planned(story.app)


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("chat.postMessage", "ratelimited"),
        ("conversations.info", "ratelimited"),
        ("conversations.info", "missing_scope"),
    ],
)
async def test_an_outage_of_slack_makes_it_late(story: Story, method: str, error: str) -> None:
    """It is due again after a quarter of an hour. A refused post is not counted."""
    card = await story.watched()
    for passed in ({"days": 25.1}, {"minutes": 15.5}, {"minutes": 61.0}):
        story.slack.fail(method, error=error)
        await story.fails(method, **passed)
    assert len(story.chat.thread(card)) == 1

    story.clock.turn(minutes=61)
    assert DONE_LINE in (await story.chat.noticed(card, 2)).plain()


async def test_an_outage_that_lasts_ends_with_the_photos_day(story: Story) -> None:
    """Nothing is posted after it."""
    card = await story.watched()
    story.autoenhance.set_failure("500")
    await story.fails(days=25.1)
    story.clock.turn(days=5)
    await until_no_last_call_is_planned(story.app)
    story.autoenhance.set_failure("well")
    story.clock.turn(days=1)
    await until_idle(story.app)

    assert len(story.chat.thread(card)) == 1


async def test_a_clock_that_jumps_over_it_posts_nothing(story: Story) -> None:
    """The photos' day has passed by that clock, and no later one is right."""
    card = await story.watched()
    story.clock.turn(days=400)
    await until_no_last_call_is_planned(story.app)
    story.clock.turn(days=-375)
    await until_idle(story.app)

    assert len(story.chat.thread(card)) == 1


async def test_a_clock_that_jumps_to_it_and_back_posts_once(story: Story) -> None:
    """It is early then, and its day is right all the same."""
    card = await story.watched()
    await story.passes()
    story.clock.turn(days=-25)
    await until_idle(story.app)
    story.clock.turn(days=25)
    await until_idle(story.app)

    assert len(story.chat.thread(card)) == 2


async def test_a_post_that_slack_never_confirms_is_made_twice(story: Story) -> None:
    """And no third time."""
    card = await story.watched()
    for passed in ({"days": 25.1}, {"minutes": 15.5}):
        story.slack.fail("chat.postMessage", error="internal_error")
        await story.fails("chat.postMessage", **passed)
    calls = len(story.slack.calls("chat.postMessage"))
    story.clock.turn(minutes=61)
    await until_no_last_call_is_planned(story.app)

    assert len(story.slack.calls("chat.postMessage")) == calls
    assert len(story.chat.thread(card)) == 1


async def test_a_row_of_another_version_stops_no_other(story: Story) -> None:
    """It is kept until its day, and pruned then."""
    card = await story.watched()
    alien = (
        "INSERT INTO last_calls (team_id, place, order_id, due_at, content) VALUES ('T1', 'C1', 'o', 1, '[]')"
    )
    await story.app.storage.database.run(lambda sql: sql.do(alien))
    story.clock.turn(days=25.1)
    assert DONE_LINE in (await story.chat.noticed(card, 2)).plain()
    await until_idle(story.app)
    assert await story.planned() == 1

    story.clock.turn(days=6)
    await story.app.storage.stores.prune(story.clock.now())
    assert await story.planned() == 0


async def test_it_uses_the_keys_of_its_place(story: Story, sandbox: Sandbox) -> None:
    """Where Autoenhance demands a key for the order."""
    card = await story.watched()
    await connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    story.autoenhance.add(story.autoenhance.order(story.shoot.id), account=SECOND)
    story.autoenhance.demands_key = True

    await story.passes()

    assert DONE_LINE in story.chat.thread(card)[-1].plain()
