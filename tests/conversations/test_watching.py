"""A watch from its beginning to its end, as a team sees it."""

from bot.sandbox.harbour import ANA
from tests.chat import Chat
from tests.clock import Clock
from tests.shoot import Shoot


async def test_a_watch_posts_a_card_and_its_thread_tells_of_the_end(
    chat: Chat, shoot: Shoot, clock: Clock
) -> None:
    """The card is edited in place; the thread gets one notice, in which whoever asked is mentioned."""
    card = await chat.watch(shoot.id)
    assert "Watched by ana" in card.plain()
    assert chat.thread(card) == []

    shoot.is_now(4)
    clock.turn(seconds=30)
    await chat.until(lambda: "4 of 10 done" in card.plain())
    shoot.finish()
    clock.turn(minutes=2)
    notice = await chat.until(lambda: next(iter(chat.thread(card)), None))

    assert "Ready · Pine Lodge" in card.plain()
    assert "*Pine Lodge* is ready: 10 of 10 done." in notice.text
    assert f"<@{ANA}>" in notice.text
