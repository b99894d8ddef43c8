"""`/order watch <id> by 17:00`, through the real app: the time zone, the card, and what is posted of it."""

from datetime import UTC, datetime

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import order as an_order
from bot.sandbox.autoenhance.order_json import photos
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, SHOOTS
from bot.sandbox.slack.workspace import Message
from bot.slack.text import deadlines as deadline_text
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.clock import Clock, StandingClock
from tests.support.running_bot import running_bot
from tests.support.shoot import Shoot

QUESTION = "Which time zone are you in? I ask this only once."


@pytest.fixture
def clock() -> Clock:
    """A Thursday, 15:30 in UTC: 16:30 in Berlin, and 10:30 in New York."""
    return StandingClock(datetime(2026, 11, 26, 15, 30, tzinfo=UTC))


def said_alone(chat: Chat, user: str = ANA) -> list[Message]:
    return [each for each in chat.said(viewer=user) if each.ephemeral_to == user]


async def watch_by(chat: Chat, shoot: Shoot, time: str, city: str = "Berlin") -> Message:
    """Ana watches, and chooses her time zone. Returns the card."""
    await chat.click(await chat.order(f"watch {shoot.id} by {time}"), city)
    return await chat.until(lambda: next(iter(chat.posted()), None))


@pytest.mark.both
async def test_the_time_zone_is_asked_for_once(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox
) -> None:
    """Nothing is watched before the answer. The question becomes the answer, and no other one follows."""
    question = await chat.order(f"watch {shoot.id} by 17:00")
    assert question.plain().startswith(QUESTION)
    assert chat.posted() == []

    await chat.click(question, "Berlin")
    await chat.until(lambda: "Watching *Pine Lodge*" in question.text)
    assert "if it stalls, if it won't be done by 26 Nov 16:00 UTC, and when it's done." in question.plain()
    assert QUESTION not in question.plain()
    [card] = chat.posted()
    assert "Due by 26 Nov 16:00 UTC" in card.plain()
    assert "Due by" in card.text

    autoenhance.add(an_order("second-order", "Second", photos("s", (9, {"status": "waiting"})), now=0, age=0))
    other = await chat.order("watch second-order by 6pm failures")
    assert "if it won't be done by 26 Nov 17:00 UTC" in other.plain()


async def test_in_a_thread_only_the_asker_is_asked(chat: Chat, shoot: Shoot) -> None:
    """After a mention, which others see. The watch posts in that thread, as without a time."""
    root = chat.slack.messages()[0]
    chat.slack.workspace.post(SHOOTS, BEN, "It is urgent", thread_ts=root.ts)
    await chat.slack.say(f"@order_desk watch {shoot.id} by 5pm", thread_ts=root.ts)
    question = await chat.reads(QUESTION)
    assert (question.ephemeral_to, question.thread_ts) == (ANA, root.ts)

    await chat.click(question, "New York (Eastern Time)")
    await chat.until(lambda: "Watching *Pine Lodge*" in question.text)
    [card] = chat.thread(root)
    assert "Due by 26 Nov 22:00 UTC" in card.plain()


async def test_a_mention_that_begins_a_thread_is_asked_in_the_channel(chat: Chat, shoot: Shoot) -> None:
    """Slack would show it to nobody in a thread without a reply."""
    await chat.slack.say(f"@order_desk watch {shoot.id} by 5pm failures")
    question = await chat.reads(QUESTION)
    assert (question.ephemeral_to, question.thread_ts) == (ANA, None)

    await chat.click(question, "Berlin")
    mention = chat.slack.messages()[-2]
    card = await chat.until(lambda: next(iter(chat.thread(mention)), None))
    assert "Due by 26 Nov 16:00 UTC" in card.plain()
    assert "(failures only)" in card.plain()


async def test_in_a_direct_message(chat: Chat, shoot: Shoot) -> None:
    """The question is edited into the answer, and the watch posts there."""
    await chat.slack.say(f"watch {shoot.id} by 5pm", channel=ANA_BOT)
    question = await chat.reads(QUESTION, channel=ANA_BOT)
    await chat.click(question, "Berlin")
    await chat.until(lambda: "Watching *Pine Lodge*" in question.text)

    await chat.reads("Due by 26 Nov 16:00 UTC", channel=ANA_BOT)


async def test_a_profile_is_read_only_with_the_scope(sandbox: Sandbox, clock: Clock) -> None:
    """An admin may add `users:read`. Then nobody is asked, until Slack does not say."""
    chat = Chat(sandbox.slack)
    sandbox.slack.scopes.add("users:read")
    async with running_bot(sandbox, timing=FAST_TIMING, now=clock.now) as app:
        shoot = Shoot(sandbox.autoenhance, clock, app)
        answer = await chat.order(f"watch {shoot.id} by 17:00")
        assert "if it won't be done by 26 Nov 17:00 UTC" in answer.plain()  # in London

        sandbox.slack.fail("users.info", error="user_not_found")
        asked = await chat.order(f"watch {shoot.id} by 18:00", user=BEN)
        assert QUESTION in asked.plain()


async def test_without_the_scope_no_profile_is_read(chat: Chat, shoot: Shoot) -> None:
    """Slack is not even asked."""
    await watch_by(chat, shoot, "17:00")
    assert chat.slack.calls("users.info") == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("4pm", "It's already 4:30 PM in Berlin. Type `by tomorrow 4pm`."),
        ("today 16:30", "It's already 4:30 PM in Berlin. Type `by tomorrow 4:30pm`."),
        ("5:15", "It's already 4:30 PM in Berlin. Type `by 5:15pm` or `by tomorrow 5:15am`."),
    ],
)
async def test_a_time_that_has_passed(chat: Chat, shoot: Shoot, typed: str, says: str) -> None:
    """The answer says what time it is there, and what to type. Nothing is watched, and the zone is kept."""
    question = await chat.order(f"watch {shoot.id} by {typed}")
    await chat.click(question, "Berlin")
    await chat.until(lambda: says in question.text)
    assert (await chat.order(f"watch {shoot.id} by {typed}")).text == says
    assert chat.posted() == []


async def test_a_time_that_nobody_knows(chat: Chat, shoot: Shoot) -> None:
    """It is refused before any question."""
    await chat.slack.command(f"/order watch {shoot.id} by teatime")
    await chat.reads("I don't understand the time “teatime”.")
    assert chat.posted() == []


async def test_the_setting_can_be_changed_and_forgotten(chat: Chat, shoot: Shoot) -> None:
    """It is asked for again, for this person alone."""
    first = await chat.order("settings timezone")
    assert QUESTION in first.plain()
    await chat.click(first, "Tokyo")
    await chat.until(lambda: "Your time zone is set: Tokyo." in first.text)

    again = await chat.order("settings timezone")
    assert "Your time zone: Tokyo." in again.plain()
    await chat.click(again, "Berlin")
    await chat.until(lambda: "Your time zone is set: Berlin." in again.text)
    assert "by 26 Nov 16:00 UTC" in (await chat.order(f"watch {shoot.id} by 17:00")).plain()
    assert QUESTION in (await chat.order(f"watch {shoot.id} by 17:00", user=BEN)).plain()

    assert (await chat.order("settings timezone off")).text == deadline_text.FORGOTTEN
    assert QUESTION in (await chat.order(f"watch {shoot.id} by 18:00")).plain()


async def test_the_longest_order_id_fits_the_question(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """With all that goes on after the answer."""
    long = "x" * 128
    autoenhance.add(an_order(long, "Long", photos("l", (9, {"status": "waiting"})), now=0, age=0))
    await chat.slack.say(f"@order_desk watch {long} by tomorrow at 11:59pm failures")
    question = await chat.reads(QUESTION)
    await chat.click(question, "Buenos Aires")
    await chat.until(lambda: "Watching *Long*" in question.text)


@pytest.mark.both
async def test_a_new_time_is_for_all_watchers(chat: Chat, shoot: Shoot) -> None:
    """Who watches already only changes the time. Another person joins with one. The card is redrawn."""
    card = await watch_by(chat, shoot, "17:00")
    assert (
        "if it won't be done by 26 Nov 16:30 UTC" in (await chat.order(f"watch {shoot.id} by 17:30")).plain()
    )
    await chat.until(lambda: "Due by 26 Nov 16:30 UTC" in card.plain())

    question = await chat.order(f"watch {shoot.id} by noon", user=BEN)
    await chat.click(question, "New York (Eastern Time)", user=BEN)
    await chat.until(lambda: "Due by 26 Nov 17:00 UTC" in card.plain())
    assert "Watched by ana and ben" in card.plain()

    await chat.order(f"watch {shoot.id}")
    assert "Due by 26 Nov 17:00 UTC" in (await chat.order("list")).plain()
    await chat.slack.open_home(ANA)
    await chat.until(lambda: (home := chat.slack.home(ANA)) and "Due by 26 Nov 17:00 UTC" in home.plain())


async def test_a_day_is_said_where_it_is_far(chat: Chat, shoot: Shoot) -> None:
    """On the card and in the answer."""
    card = await watch_by(chat, shoot, "Saturday 9am")
    assert "Due by 28 Nov 08:00 UTC" in card.plain()
    assert "{date_short_pretty} at {time}|28 Nov 08:00" in card.text
    await chat.order(f"watch {shoot.id} by 5pm")
    await chat.until(lambda: "^{time}|26 Nov 16:00" in card.text)


@pytest.mark.both
async def test_a_time_that_passes_is_posted_once(chat: Chat, shoot: Shoot) -> None:
    """For all watchers, right after it. The end says by how much, and the card no longer has the time."""
    card = await watch_by(chat, shoot, "17:00")
    await chat.order(f"watch {shoot.id} failures", user=BEN)
    shoot.is_now(3)
    await shoot.later(minutes=29)
    assert chat.thread(card) == []

    await shoot.later(minutes=2)
    late = await chat.noticed(card)
    assert "*Pine Lodge* isn't done, and it's past 26 Nov 16:00 UTC. 3 of 10 done." in late.plain()
    assert {f"<@{ANA}>", f"<@{BEN}>"} <= set(late.text.split())
    assert "`by 18:00`" in late.plain()
    await shoot.later(minutes=2)
    assert chat.thread(card) == [late]

    shoot.finish()
    await shoot.later(minutes=2)
    end = await chat.noticed(card, 2)
    assert "is ready. 10 of 10 done. 3 minutes after 26 Nov 16:00 UTC." in end.plain()
    assert "Due by" not in card.plain()
    assert "Due by" not in (await chat.order("list")).plain()


async def test_an_order_that_is_done_in_time(chat: Chat, shoot: Shoot) -> None:
    """The end says by how much. Work that begins again afterwards is not measured."""
    card = await watch_by(chat, shoot, "17:00")
    shoot.is_now(5)
    await shoot.later(minutes=18)
    shoot.finish()
    await shoot.later(minutes=2)
    end = await chat.noticed(card)
    assert "10 of 10 done. 12 minutes before 26 Nov 16:00 UTC." in end.plain()

    shoot.is_now(9)
    await shoot.later(minutes=20)
    await shoot.later(minutes=2)
    assert chat.thread(card) == [end]
