"""A watch from its beginning to its end, as a team sees it."""

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, BOT, SHOOTS
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.shoot import Shoot
from tests.support.stored_rows import change_watches
from tests.support.waiting import until_idle


@pytest.mark.both
async def test_a_watch_posts_a_card_and_its_thread_tells_of_the_end(
    chat: Chat, shoot: Shoot, clock: Clock
) -> None:
    """The card is edited in place, and the thread gets one notice that mentions the asker."""
    card = await chat.watch(shoot.id)
    assert "Watched by ana" in card.plain()
    assert chat.thread(card) == []

    shoot.is_now(4)
    await shoot.later(seconds=30)
    await chat.until(lambda: "4 of 10 done" in card.plain())
    shoot.finish()
    await shoot.later(minutes=2)
    notice = await chat.noticed(card)

    assert "Pine Lodge\n*Ready*" in card.plain()
    assert "*Pine Lodge* is ready. 10 of 10 done." in notice.text
    assert f"<@{ANA}>" in notice.text
    assert "Finished" in notice.plain()
    assert "noticed" in notice.plain()
    assert "Asked for by ana" in notice.plain()
    assert notice.buttons() == ["Open"]
    assert "Stop watching" not in card.buttons()


async def test_an_end_with_expired_photos_is_no_failure(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox
) -> None:
    """The notice says that they expired and what to do. Who watches failures only is not mentioned."""
    card = await chat.watch(f"{shoot.id} failures", user=BEN)
    await chat.order(f"watch {shoot.id}")
    images = photos(shoot.id, (8, {}), (2, {"status": "expired"}))
    autoenhance.add(order(shoot.id, "Pine Lodge", images, now=autoenhance.clock(), age=0))
    await shoot.later(minutes=6)
    notice = await chat.noticed(card)

    assert "*Pine Lodge* finished, but 2 photos expired. 8 of 10 done." in notice.text
    assert "ailed" not in notice.plain()
    assert (f"<@{ANA}>" in notice.text, f"<@{BEN}>" in notice.text) == (True, False)


async def test_a_finished_card_offers_nothing_about_a_watch(chat: Chat, shoot: Shoot) -> None:
    """While the order is in progress, others can be mentioned too."""
    card = await chat.watch(shoot.id)
    assert "Mention me too" in card.menu()
    shoot.finish(failures=1)
    await shoot.later(minutes=2)
    await chat.noticed(card)

    assert "Mention me too" not in card.menu()
    assert card.buttons() == ["Re-check", "Open"]


@pytest.mark.both
async def test_a_watch_tells_the_end_of_an_order_whose_photos_have_no_status(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox
) -> None:
    """Autoenhance says only that it works, and then that it does not. Nobody counts photos as done."""
    images = photos(shoot.id, (30, {"status": None}))
    silent = order(shoot.id, "Pine Lodge", images, now=autoenhance.clock(), age=0, is_processing=True)
    autoenhance.add(silent)
    card = await chat.watch(shoot.id)
    assert "*Enhancing* · 30 photos" in card.plain()

    autoenhance.add(silent | {"is_processing": False})
    await shoot.later(minutes=2)
    notice = await chat.noticed(card)
    await shoot.later(minutes=12)

    assert "*Pine Lodge* has finished processing. 30 photos." in notice.text
    assert "*Finished processing* · 30 photos" in card.plain()
    assert "done" not in card.plain()
    assert len(chat.thread(card)) == 1


async def test_the_asker_reads_where_notices_come(chat: Chat, shoot: Shoot) -> None:
    """Only the asker sees that, with a link to the thread and a button for failures only."""
    answer = await chat.order(f"watch {shoot.id}")

    assert answer.ephemeral_to == ANA
    assert "Watching *Pine Lodge*" in answer.text
    assert "/archives/" in answer.text
    assert answer.buttons() == ["Failures only"]


@pytest.mark.both
async def test_the_first_failure_is_posted_once(chat: Chat, shoot: Shoot, clock: Clock) -> None:
    """The notice has the photo and its reason. Further failures change only the card."""
    card = await chat.watch(shoot.id)
    shoot.is_now(3, 1)
    await shoot.later(seconds=30)
    notice = await chat.noticed(card)
    assert "1 photo failed in *Pine Lodge*. 3 of 10 done." in notice.text
    assert "Image is too blurry" in notice.plain()

    shoot.is_now(5, 3)
    await shoot.later(minutes=1)
    await chat.until(lambda: "5 of 10 done" in card.plain())
    shoot.finish(failures=3)
    await shoot.later(minutes=2)
    last = await chat.noticed(card, 2)

    assert "finished with 3 failed photos. 7 of 10 done." in last.text
    assert len(chat.thread(card)) == 2


@pytest.mark.both
async def test_a_watch_that_began_with_failures_tells_the_next_new_one(chat: Chat, shoot: Shoot) -> None:
    """The answer has the failures so far, the thread the next new one, and no third message follows."""
    shoot.is_now(3, 2)
    answer = await chat.order(f"watch {shoot.id}")
    assert "2 photos have failed so far." in answer.text
    assert "if another photo fails" in answer.text
    card = chat.posted()[-1]
    await shoot.later(minutes=1)
    assert chat.thread(card) == []

    shoot.is_now(3, 3)
    await shoot.later(minutes=1)
    notice = await chat.noticed(card)
    shoot.is_now(3, 5)
    await shoot.later(minutes=1)

    assert "1 more photo failed in *Pine Lodge* (3 in all). 3 of 10 done." in notice.text
    assert len(chat.thread(card)) == 1


async def test_who_joins_after_a_failure_reads_it_and_is_told_of_the_next(chat: Chat, shoot: Shoot) -> None:
    """A promise to a second watcher is kept, although the thread had its notice."""
    card = await chat.watch(shoot.id)
    shoot.is_now(3, 1)
    await shoot.later(seconds=30)
    await chat.noticed(card)
    joined = await chat.order(f"watch {shoot.id}", user=BEN)
    assert "1 photo has failed so far." in joined.text
    assert "if another photo fails" in joined.text
    again = await chat.order(f"watch {shoot.id}", user=BEN)
    assert "You're already watching *Pine Lodge*" in again.text

    shoot.is_now(3, 2)
    await shoot.later(minutes=1)
    second = await chat.noticed(card, 2)
    assert "1 more photo failed" in second.text
    assert f"<@{BEN}>" in second.text


async def test_an_order_that_does_not_move_is_said_to_be_stuck_once(
    chat: Chat, shoot: Shoot, clock: Clock
) -> None:
    """The card says so until something moves, and then no more."""
    shoot.is_now(2)
    card = await chat.watch(shoot.id)
    while not chat.thread(card):
        await shoot.later(minutes=6)
    await shoot.later(minutes=6)
    [notice] = chat.thread(card)
    assert "has stalled at" in notice.text
    assert "No progress" in card.plain()

    shoot.is_now(3)
    await shoot.later(minutes=6)
    await chat.until(lambda: "3 of 10 done" in card.plain())

    assert "No progress" not in card.plain()
    assert len(chat.thread(card)) == 1


async def test_forty_photos_are_one_notice(chat: Chat, shoot: Shoot, clock: Clock) -> None:
    """The end is posted once, however many photos and checks there are."""
    card = await chat.watch(shoot.id)
    for done in range(1, 11):
        shoot.is_now(done)
        await shoot.later(seconds=66)
        assert f"{done} of 10 done" in card.plain()
    await chat.noticed(card)
    for _ in range(3):
        await shoot.later(minutes=6)

    assert len(chat.thread(card)) == 1


async def test_a_watch_ends_by_itself_when_the_order_is_finished_and_quiet(
    chat: Chat, shoot: Shoot, clock: Clock
) -> None:
    """The card shows the end without a mention, and the order can be watched no more."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=1)
    await chat.noticed(card)
    while "No longer watching" not in card.plain():
        await shoot.later(minutes=6)

    assert "Finished. No longer watching" in card.plain()
    assert "Stop watching" not in card.buttons()
    assert len(chat.thread(card)) == 1
    clock.turn(minutes=30)
    assert "No orders are being watched here" in (await chat.order("list")).plain()


async def test_a_watch_expires(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """After seven days of watching its thread gets a last notice, with how to watch again."""
    card = await chat.watch(shoot.id)
    await change_watches(sandbox.settings, lambda kept: kept.update(lived=7 * 86400.0))
    await shoot.later(minutes=1)
    notice = await chat.noticed(card)

    assert "7-day limit reached" in card.plain()
    assert "isn't done, but its watch ended after 7 days." in notice.text


async def test_an_order_that_is_deleted_ends_its_watch(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """One answer of "no such order" may be a mistake.

    After two minutes of them the thread gets the notice.
    """
    card = await chat.watch(shoot.id)
    autoenhance.remove(shoot.id)
    await shoot.later(minutes=1)
    assert chat.thread(card) == []
    await shoot.later(minutes=3)
    notice = await chat.noticed(card)

    assert "was deleted or is no longer available" in notice.text
    assert "No longer watching" in card.plain()
    assert "Deleted. No longer watching." in card.plain()


async def test_all_watchers_are_mentioned_once_in_one_message(chat: Chat, shoot: Shoot, clock: Clock) -> None:
    """A second watch in the same place adds no card, and its notice is one for both."""
    card = await chat.watch(shoot.id)
    answer = await chat.order(f"watch {shoot.id}", user=BEN)
    assert f"is already being watched in <#{SHOOTS}>. I'll mention you" in answer.text
    await chat.until(lambda: "Watched by ana and ben" in card.plain())
    shoot.finish()
    await shoot.later(minutes=1)
    notice = await chat.noticed(card)

    assert notice.text.count(f"<@{ANA}>") == 1
    assert notice.text.count(f"<@{BEN}>") == 1
    assert chat.posted() == [card]


async def test_the_person_who_clicked_is_not_mentioned(chat: Chat, shoot: Shoot) -> None:
    """A Re-check that finds the end mentions the others, and shows the card to the person who clicked."""
    card = await chat.watch(shoot.id)
    await chat.order(f"watch {shoot.id}", user=BEN)
    await chat.until(lambda: "ana and ben" in card.plain())
    shoot.finish()
    await chat.click(card, "Re-check", user=BEN)
    notice = await chat.noticed(card)

    assert f"<@{ANA}>" in notice.text
    assert f"<@{BEN}>" not in notice.text
    assert f"by @{BEN}" in card.plain()


async def test_failures_only_skips_a_plain_end(chat: Chat, shoot: Shoot, clock: Clock) -> None:
    """The card is ready, and the thread stays silent."""
    card = await chat.watch(f"{shoot.id} failures")
    assert "ana (failures only)" in card.plain()
    shoot.finish()
    await shoot.later(minutes=1)
    await chat.until(lambda: "Pine Lodge\n*Ready*" in card.plain())
    await shoot.later(minutes=6)

    assert chat.thread(card) == []


async def test_new_options_change_a_watch(chat: Chat, shoot: Shoot) -> None:
    """Watching again posts nothing, and the new options hold."""
    card = await chat.watch(shoot.id)
    known = await chat.order(f"watch {shoot.id}")
    assert f"You're already watching *Pine Lodge* in <#{SHOOTS}>." in known.text
    await chat.order(f"watch {shoot.id} failures")
    await chat.until(lambda: "ana (failures only)" in card.plain())
    await chat.order(f"watch {shoot.id} all")
    await chat.until(lambda: "failures only" not in card.plain())

    assert chat.posted() == [card]


async def test_the_button_of_an_answer_watches_in_the_channel(chat: Chat, shoot: Shoot, app: App) -> None:
    """Watch on Ana's ephemeral card posts a card that everyone sees."""
    answer = await chat.order(shoot.id)
    assert answer.buttons() == ["Watch", "Re-check", "Open"]
    await chat.click(answer, "Watch")
    await chat.until(lambda: len(chat.posted()) == 1)
    await until_idle(app)

    assert "Watched by ana" in chat.posted()[0].plain()
    again = await chat.order(shoot.id, user=BEN)
    assert again.buttons() == ["Stop watching", "Re-check"]


async def test_a_shared_card_becomes_the_card_of_its_watch(chat: Chat, shoot: Shoot, clock: Clock) -> None:
    """Watch on a shared card posts no second one."""
    answer = await chat.order(shoot.id)
    await chat.click(answer, "Share in channel")
    card = await chat.until(lambda: next(iter(chat.posted()), None))
    await chat.click(card, "Watch", user=BEN)
    await chat.until(lambda: "Watched by ben" in card.plain())
    shoot.finish()
    await shoot.later(minutes=1)
    notice = await chat.noticed(card)

    assert f"<@{BEN}>" in notice.text
    assert chat.posted() == [card]


async def test_a_watched_message_gets_the_card_and_the_notices(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, clock: Clock
) -> None:
    """Watch order here puts the card and the notices into that message's thread."""
    await slack.say(f"Is {shoot.id} ready?", user=BEN)
    message = slack.messages(SHOOTS)[-1]
    await slack.message_shortcut("watch_order_here", message, user=ANA)
    card = await chat.noticed(message)
    assert "Watched by ana" in card.plain()
    shoot.finish()
    await shoot.later(minutes=1)
    notice = await chat.noticed(message, 2)

    assert "Pine Lodge\n*Ready*" in card.plain()
    assert "is ready" in notice.text
    assert chat.posted() == []


async def test_a_message_without_an_order_opens_a_modal(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The modal has one field, and the typed order is watched in that message's thread."""
    await slack.say("Back from Pine Lodge", user=BEN)
    message = slack.messages(SHOOTS)[-1]
    await slack.message_shortcut("watch_order_here", message, user=ANA)
    modal = await chat.view("Order ID or link")
    await slack.submit(modal, {"ask": "nothing of use here"})
    assert modal.errors["ask"]
    await slack.submit(modal, {"ask": f"{shoot.id} {OAK}"})
    assert "one order at a time" in modal.errors["ask"]
    await slack.submit(modal, {"ask": shoot.id})
    card = await chat.noticed(message)

    assert "Watched by ana" in card.plain()
    await chat.view("Watching *Pine Lodge*")


async def test_a_watch_in_a_direct_message_posts_there(chat: Chat, shoot: Shoot, clock: Clock) -> None:
    """A watch in the conversation with the bot works as in a channel."""
    card = await chat.watch(shoot.id, channel=ANA_BOT)
    shoot.finish()
    await shoot.later(minutes=1)
    await chat.noticed(card)

    assert "Pine Lodge\n*Ready*" in card.plain()


async def test_notices_are_broadcast_only_where_the_channel_chose_it(
    chat: Chat, shoot: Shoot, clock: Clock
) -> None:
    """Notices are broadcast only in a channel where a person turned it on."""
    card = await chat.watch(shoot.id)
    assert "*Post updates to the channel:* Off" in (await chat.order("settings")).plain()
    shoot.is_now(1, 1)
    await shoot.later(minutes=1)
    quiet = await chat.noticed(card)
    assert "*Post updates to the channel:* On" in (await chat.order("settings broadcast on")).plain()
    shoot.finish()
    await shoot.later(minutes=2)
    loud = await chat.noticed(card, 2)

    assert (quiet.broadcast, loud.broadcast) == (False, True)


async def test_no_link_unfurls(chat: Chat, shoot: Shoot, slack: SlackSandbox, clock: Clock) -> None:
    """Neither the card nor a notice unfurls links."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=1)
    await chat.noticed(card)

    posts = slack.calls("chat.postMessage")
    assert len(posts) == 2
    quiet = {"unfurl_links": "0", "unfurl_media": "0", "parse": "none"}
    assert all(str(post.params[key]) in {value, "False"} for post in posts for key, value in quiet.items())


async def test_stop_is_on_the_notice(chat: Chat, shoot: Shoot, clock: Clock) -> None:
    """The button ends the watch, and the card says who did."""
    card = await chat.watch(shoot.id)
    shoot.is_now(1, 1)
    await shoot.later(minutes=1)
    notice = await chat.noticed(card)
    await chat.click(notice, "Stop")
    await chat.until(lambda: "Ana stopped watching" in card.plain())
    await chat.reads("Stopped watching")
    shoot.finish()
    clock.turn(minutes=10)

    assert "No orders are being watched here" in (await chat.order("list")).plain()
    assert len(chat.thread(card)) == 1
    assert "Stop watching" not in card.buttons()


async def test_stopping_stops_only_ones_own_watch(chat: Chat, shoot: Shoot) -> None:
    """The person who stops is not mentioned again. Stopping it for everyone takes a second click."""
    card = await chat.watch(shoot.id)
    await chat.order(f"watch {shoot.id}", user=BEN)
    await chat.until(lambda: "ana and ben" in card.plain())
    answer = await chat.order(f"unwatch {shoot.id}")
    assert "Ben is still watching" in answer.text
    stranger = await chat.order(f"unwatch {shoot.id}")
    assert "Ben is watching it" in stranger.text
    await chat.click(stranger, "Stop for everyone")
    await chat.until(lambda: "Ana stopped watching" in card.plain())


async def test_a_click_after_the_end_is_answered(chat: Chat, shoot: Shoot, clock: Clock) -> None:
    """Stop on a notice of a watch that ended changes nothing."""
    card = await chat.watch(shoot.id)
    shoot.is_now(1, 1)
    await shoot.later(minutes=1)
    notice = await chat.noticed(card)
    await chat.order(f"unwatch {shoot.id}")
    await chat.until(lambda: "stopped watching" in card.plain())
    await chat.click(notice, "Stop")

    await chat.reads("isn't being watched here")


async def test_two_clicks_at_once_are_one_watch(chat: Chat, shoot: Shoot) -> None:
    """Both people are answered, one of them as the second watcher."""
    first = await chat.order(shoot.id)
    second = await chat.order(shoot.id, user=BEN)
    await chat.click(first, "Watch")
    await chat.click(second, "Watch", user=BEN)
    await chat.until(lambda: any("ana and ben" in each.plain() for each in chat.posted()))

    assert len(chat.posted()) == 1


async def test_the_list_shows_the_state_of_each(chat: Chat, shoot: Shoot) -> None:
    """Each entry has its state and counts in words, its card, and a way to stop it."""
    await chat.watch(shoot.id)
    listed = await chat.order("list")
    assert listed.ephemeral_to == ANA
    assert "1 order is being watched" in listed.plain()
    assert "Pine Lodge" in listed.plain()
    assert "Enhancing · 0 of 10 done" in listed.plain()
    assert "*Pine Lodge*: Enhancing · 0 of 10 done." in listed.text
    known = {message.ts for message in chat.said()}
    await chat.click(listed, "Show card")
    assert "Pine Lodge" in (await chat.new(known)).plain()
    await chat.click(listed, "Stop watching")

    await chat.reads("Stopped watching")


async def test_a_finished_order_is_finished_in_the_list(chat: Chat, shoot: Shoot) -> None:
    """It is below the orders in progress, and cannot be stopped: its watch ends by itself."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=1)
    await chat.noticed(card)
    listed = await chat.order("list")

    assert "None of the orders watched here are in progress." in listed.text
    assert "Recently finished:\n*Pine Lodge*: Ready · 10 of 10 done." in listed.text
    assert [control.label for control in listed.controls()] == ["Show card"]


async def test_a_trial_posts_as_a_real_notice_does(chat: Chat) -> None:
    """The bot posts a card, edits it and replies. Then the asker reads that it works."""
    answer = await chat.order("test")

    assert "It works." in answer.plain()
    [card] = chat.posted()
    assert "this card was updated" in card.plain()
    assert "posted in its thread, like this" in chat.thread(card)[0].plain()


async def test_every_card_is_from_the_bot(chat: Chat, shoot: Shoot) -> None:
    """A message that the tests read as posted is the bot's."""
    card = await chat.watch(shoot.id)

    assert card.user == BOT
