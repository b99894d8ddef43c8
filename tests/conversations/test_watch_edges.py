"""Cases in which a watch could be lost, shown to the wrong people, or left in a wrong state."""

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BEN, ANA_BOT, BEN, BOT, EDITING, SHOOTS
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.shoot import Shoot
from tests.support.stored_rows import change_watches, copy_watch, rows
from tests.support.waiting import until_idle, until_no_job_is_left


async def watches(sandbox: Sandbox) -> list[tuple[str, str]]:
    """The place and the condition of each watch."""
    found = await rows(sandbox.settings, "SELECT place, condition FROM watches")
    return [(row["place"], row["condition"]) for row in found]


@pytest.mark.parametrize(
    "trouble",
    [
        {"error": "service_unavailable", "status": 503},
        {"error": "token_revoked"},
        {"error": "missing_scope"},
        {"error": "no_such_word_yet"},
    ],
    ids=["503", "revoked", "scope", "unknown"],
)
async def test_a_notice_that_slack_refused_is_not_recorded_as_posted(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, trouble: dict[str, int | str]
) -> None:
    """A notice that is surely not there is posted once when Slack takes it, however late."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    slack.fail("chat.postMessage", times=4, **trouble)  # type: ignore[arg-type]
    for _ in range(6):
        await shoot.later(minutes=6)

    assert len(chat.thread(card)) == 1


async def test_a_notice_that_is_too_long_is_posted_in_short(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The short notice has what happened and the count."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    slack.fail("chat.postMessage", error="msg_too_long")
    await shoot.later(minutes=1)

    assert "is ready. 10 of 10 done." in (await chat.noticed(card)).plain()


@pytest.mark.both
@pytest.mark.parametrize("announced", [7_000_000_000, 1e10, 2**63, -5, "many"])
async def test_a_number_that_no_order_has_repeats_no_notice(
    chat: Chat, shoot: Shoot, app: App, announced: object
) -> None:
    """Whatever Autoenhance counts, what is seen is stored, and the thread gets one notice of each kind."""
    shoot.is_now(1, total_images=announced)
    card = await chat.watch(shoot.id)
    shoot.is_now(2, 1, total_images=announced)
    await shoot.later(minutes=1)
    shoot.is_now(9, 1, total_images=announced)
    for _ in range(3):
        await shoot.later(minutes=12)

    ends = [reply.text for reply in chat.thread(card) if "finished" in reply.text]
    assert len(ends) == 1
    assert len(chat.thread(card)) == 2
    await until_no_job_is_left(app)
    assert await app.storage.job_store.dead_jobs() == []


async def test_a_deleted_thread_loses_no_notice(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """When the message of the order's thread was deleted, the notice comes below a new card."""
    await slack.say(f"Is {shoot.id} ready?", user=BEN)
    message = slack.messages(SHOOTS)[-1]
    await slack.message_shortcut("watch_order_here", message, user=ANA)
    slack.delete(await chat.noticed(message))
    slack.delete(message)
    shoot.finish()
    await shoot.later(minutes=1)
    await shoot.later(minutes=1)
    card = await chat.until(lambda: next(iter(chat.posted()), None))

    assert "is ready" in (await chat.noticed(card)).text


async def test_unconfirmed_cards_do_not_pile_up(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """A deleted card is replaced by one, and by one more if Slack did not confirm it."""
    slack.delete(await chat.watch(shoot.id))
    shoot.finish()
    slack.fail("chat.postMessage", error="fatal_error", status=500, accepted=True, times=9)
    for _ in range(8):
        await shoot.later(minutes=6)

    assert len([each for each in chat.posted() if "Re-check" in each.buttons()]) == 2


async def test_progress_is_not_shown_to_outsiders(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The next edit after the channel was shared is left out."""
    card = await chat.watch(shoot.id)
    slack.share(SHOOTS)
    shoot.is_now(4, name="Secret Mansion")
    await shoot.later(seconds=40)

    assert "Secret Mansion" not in card.plain()
    assert "4 of 10" not in card.plain()


async def test_stopping_on_the_home_tab_shows_outsiders_nothing_new(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox, app: App
) -> None:
    """The watch ends, and the card in the channel that is shared by now stays as it was."""
    card = await chat.watch(shoot.id)
    await slack.open_home(ANA)
    home = await chat.until(lambda: slack.home(ANA))
    slack.share(SHOOTS)
    shoot.is_now(7, name="Secret Mansion")
    await slack.click(home, "Stop watching", user=ANA)
    await sandbox.autoenhance.asked(2)
    await until_idle(app)

    assert await watches(sandbox) == [(SHOOTS, "ended")]
    assert "Secret Mansion" not in card.plain()


async def test_a_card_in_the_direct_message_can_be_watched(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """Watch on a card in the direct message keeps that card up to date."""
    answer = await chat.order(shoot.id, channel=EDITING)
    await chat.click(answer, "Share in channel")
    await chat.click(await chat.reads("/invite", EDITING), "Send me the card")
    card = await chat.until(lambda: next(iter(chat.posted(ANA_BOT)), None))
    await chat.click(card, "Watch")
    await chat.until(lambda: "Watched by ana" in card.plain())

    assert chat.posted(ANA_BOT) == [card]


async def test_a_message_between_two_people_is_watched_in_ones_own_conversation(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The bot cannot write between two people, so the card comes in the asker's direct message."""
    await slack.say(f"Look at {shoot.id}", user=BEN, channel=ANA_BEN)
    message = slack.messages(ANA_BEN)[-1]
    await slack.message_shortcut("watch_order_here", message, user=ANA)
    card = await chat.until(lambda: next(iter(chat.posted(ANA_BOT)), None))

    assert "Watched by ana" in card.plain()


async def test_a_modal_says_that_it_is_watched_and_has_no_button(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """A click in a modal does not name its channel, so the modal has no button to stop."""
    message = slack.messages(SHOOTS)[0]
    await slack.message_shortcut("watch_order_here", message, user=ANA)
    modal = await chat.view("No order ID in that message")
    await slack.submit(modal, {"ask": shoot.id})

    assert (await chat.view("Watching *Pine Lodge*")).buttons() == []


async def test_a_start_that_slack_refuses_leaves_nothing_behind(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox
) -> None:
    """The asker reads whom to ask, and nothing is posted later."""
    slack.fail("chat.postMessage", error="missing_scope")
    answer = await chat.order(f"watch {shoot.id}")

    assert "Ask an admin to run `python app.py check`" in answer.plain()
    assert await watches(sandbox) == []


async def test_a_failed_join_ends_no_other_persons_watch(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox
) -> None:
    """With the card deleted and the bot removed, Ben reads so, and Ana's watch stays."""
    slack.delete(await chat.watch(shoot.id))
    shoot.is_now(1)
    await shoot.later(minutes=1)
    slack.remove_bot(SHOOTS)
    answer = await chat.order(f"watch {shoot.id}", user=BEN)

    assert "/invite" in answer.plain()
    assert await watches(sandbox) == [(SHOOTS, "open")]


async def test_a_re_check_with_a_single_404_leaves_the_card(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox
) -> None:
    """One answer of "no such order" goes to the person who clicked, and changes nothing for the others."""
    card = await chat.watch(shoot.id)
    autoenhance.remove(shoot.id)
    await chat.click(card, "Re-check")
    await chat.reads("I couldn't find order")
    assert "Pine Lodge\n*Enhancing*" in card.plain()
    shoot.is_now(2)
    await shoot.later(minutes=1)

    assert "2 of 10 done" in card.plain()


async def test_a_re_check_is_answered_after_a_429(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The edit that the click asked for comes after the 429, with who clicked."""
    card = await chat.watch(shoot.id)
    slack.fail("chat.update", error="ratelimited")
    await chat.click(card, "Re-check", user=BEN)

    await chat.until(lambda: f"by @{BEN}" in card.plain())


async def test_a_re_check_is_not_named_in_another_place(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """Ana's card in her direct message does not say that Ben checked."""
    card, own = await chat.watch(shoot.id), await chat.watch(shoot.id, channel=ANA_BOT)
    shoot.is_now(2)
    await chat.click(card, "Re-check", user=BEN)
    await chat.until(lambda: f"by @{BEN}" in card.plain() and "2 of 10" in own.plain())

    assert f"by @{BEN}" not in own.plain()


async def test_a_person_who_stops_is_no_longer_on_the_card(chat: Chat, shoot: Shoot) -> None:
    """A person who stopped watching is no longer mentioned either."""
    card = await chat.watch(shoot.id)
    await chat.order(f"watch {shoot.id}", user=BEN)
    await chat.until(lambda: "Watched by ana and ben" in card.plain())
    await chat.order(f"unwatch {shoot.id}")
    await chat.until(lambda: "Watched by ben" in card.plain())
    shoot.finish()
    await shoot.later(minutes=1)

    assert f"<@{ANA}>" not in (await chat.noticed(card)).text


async def test_joining_a_finished_order_promises_nothing(chat: Chat, shoot: Shoot) -> None:
    """The answer says that the end was posted already."""
    await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=1)
    answer = await chat.order(f"watch {shoot.id}", user=BEN)

    assert "This order has finished" in answer.plain()


async def test_an_order_that_is_listed_in_part_is_not_ready(chat: Chat, shoot: Shoot) -> None:
    """Uploads come in batches, so the end is posted once, when every counted photo is done."""
    card = await chat.watch(shoot.id)
    for done in (3, 6):
        shoot.is_now(done, of=done, total_images=10)
        await shoot.later(minutes=1)
    assert chat.thread(card) == []
    shoot.finish()
    await shoot.later(minutes=2)

    assert "is ready. 10 of 10 done." in (await chat.noticed(card)).text


async def test_a_stop_counts_while_slack_fails(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox
) -> None:
    """Nothing is posted after a stop, although the card shows it only later."""
    card = await chat.watch(shoot.id)
    slack.fail("chat.update", error="fatal_error", status=500, times=2)
    await chat.order(f"unwatch {shoot.id}")
    shoot.finish()
    while "Ana stopped watching" not in card.plain():
        await shoot.later(minutes=1)

    assert chat.thread(card) == []
    assert await watches(sandbox) == [(SHOOTS, "ended")]


async def test_checks_that_hang_delay_no_person(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox, sandbox: Sandbox
) -> None:
    """Forty watched orders get no answer.

    A person who asks for another order, or stops a watch whose check waits, gets one.
    """
    await chat.watch(shoot.id)
    autoenhance.set_failure("hang")
    autoenhance.set_failure("well", order=OAK)
    before = len(autoenhance.looks)
    await copy_watch(sandbox.settings, [f"order-{number}" for number in range(40)], next_look=0)
    await change_watches(sandbox.settings, lambda kept: kept.update(next_look=int(kept["order"] == shoot.id)))
    await autoenhance.asked(before + 32)

    assert "Oak Terrace" in (await chat.order(OAK)).plain()
    assert "Stopped watching" in (await chat.order(f"unwatch {shoot.id}")).plain()
    autoenhance.set_failure("well")
    autoenhance.released.set()


async def test_the_deletion_of_an_order_reaches_its_owner_when_the_channel_refuses(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """The last notice goes to the direct message, and says why."""
    await chat.watch(shoot.id)
    slack.remove_bot(SHOOTS)
    autoenhance.remove(shoot.id)
    await shoot.later(minutes=1)
    await shoot.later(minutes=3)
    words = await chat.until(
        lambda: [each.text for each in slack.messages(ANA_BOT) if each.user == BOT and "deleted" in each.text]
    )

    assert "I couldn't post this in <#" in words[0]


async def test_watching_again_right_after_stopping_begins_a_new_watch(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox
) -> None:
    """The new watch has the same card and only the new watcher, and the end of the old one is not drawn."""
    card = await chat.watch(shoot.id)
    slack.fail("chat.update", error="ratelimited", retry_after=6)
    await chat.order(f"unwatch {shoot.id}")
    answer = await chat.order(f"watch {shoot.id}", user=BEN)
    await chat.until(lambda: "Watched by ben" in card.plain())

    assert "Watching *Pine Lodge*. I'll post in" in answer.plain()
    assert "No longer watching" not in card.plain()
    assert chat.posted() == [card]
    assert await watches(sandbox) == [(SHOOTS, "open")]


async def test_a_delayed_start_that_slack_refuses_leaves_nothing_behind(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox
) -> None:
    """A watch that was never promised is removed, also after two attempts."""
    slack.fail("chat.postMessage", error="ratelimited", retry_after=0)
    slack.fail("chat.postMessage", error="not_in_channel")
    answer = await chat.order(f"watch {shoot.id}")

    assert "/invite" in answer.plain()
    assert await watches(sandbox) == []


async def test_a_join_whose_card_was_not_confirmed_counts(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """Ben reads that the order is watched, so the end mentions him."""
    slack.delete(await chat.watch(shoot.id))
    shoot.is_now(1)
    await shoot.later(minutes=1)
    slack.fail("chat.postMessage", error="fatal_error", status=500, times=2)
    assert "Watching, but Slack" in (await chat.order(f"watch {shoot.id}", user=BEN)).plain()
    shoot.finish()
    await shoot.later(minutes=2)
    card = await chat.until(lambda: next(iter(chat.posted()), None))

    assert f"<@{BEN}>" in (await chat.noticed(card)).text


async def test_a_person_who_joins_in_a_second_run_is_mentioned_at_its_end(chat: Chat, shoot: Shoot) -> None:
    """The end of the first run was posted before that person joined."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=1)
    await chat.noticed(card)
    shoot.is_now(5)
    await shoot.later(minutes=6)
    assert "I'll mention you" in (await chat.order(f"watch {shoot.id}", user=BEN)).plain()
    await chat.until(lambda: "ana and ben" in card.plain())
    shoot.finish()
    await shoot.later(minutes=6)

    assert f"<@{BEN}>" in (await chat.noticed(card, 2)).text


@pytest.mark.parametrize("error", ["not_in_channel", "missing_scope", "restricted_action"])
async def test_a_re_check_that_cannot_edit_answers_the_person_who_clicked(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, error: str
) -> None:
    """Only that person sees the order as it is."""
    card = await chat.watch(shoot.id)
    shoot.is_now(2)
    slack.fail("chat.update", error=error)
    known = {message.ts for message in chat.said(SHOOTS, BEN)}
    await chat.click(card, "Re-check", user=BEN)

    assert "2 of 10 done" in (await chat.new(known, SHOOTS, BEN)).plain()


async def test_a_card_that_slack_always_refuses_delays_no_notice(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The bot logs its invalid card, and still posts in the thread."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    slack.fail("chat.update", error="invalid_blocks", times=9)
    await shoot.later(minutes=1)

    assert "is ready" in (await chat.noticed(card)).text


async def test_an_outage_between_two_404s_ends_no_watch(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox
) -> None:
    """A 404, no answer and a 404 is an outage, and no deleted order."""
    card = await chat.watch(shoot.id)
    autoenhance.remove(shoot.id)
    await shoot.later(minutes=1)
    autoenhance.set_failure("503")
    await shoot.later(minutes=6)
    autoenhance.set_failure("well")
    await shoot.later(minutes=6)
    shoot.is_now(2)
    await shoot.later(minutes=6)

    assert chat.thread(card) == []
    assert "2 of 10 done" in card.plain()


async def test_a_watch_that_was_never_promised_is_removed(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox, clock: Clock
) -> None:
    """Slack takes no card for hours, until the job is given up. Nothing is posted later."""
    slack.fail("chat.postMessage", error="ratelimited", times=1_000)
    await slack.command(f"/order watch {shoot.id}")
    await chat.until(lambda: len(slack.calls("chat.postMessage")) > 1)
    assert await watches(sandbox) == [(SHOOTS, "open")]
    clock.turn(hours=8)
    while await watches(sandbox):
        await chat.order("list")

    assert chat.posted() == []


async def test_an_end_that_waited_for_its_card_is_tried_again_soon(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, clock: Clock
) -> None:
    """Slack takes the card late, after the order's end, and then not the notice: that waits for seconds."""
    slack.fail("chat.postMessage", error="service_unavailable", status=503)
    card_posted = slack.hold("chat.postMessage")
    slack.fail("chat.postMessage", error="service_unavailable", status=503)
    await slack.command(f"/order watch {shoot.id}")
    await slack.until(lambda: slack.calls("chat.postMessage"))
    shoot.finish()
    clock.turn(minutes=1)
    await card_posted.reached.wait()
    card_posted.open()
    card = await chat.until(lambda: next(iter(chat.posted()), None))
    await slack.until(lambda: len(slack.calls("chat.postMessage")) > 2)
    await shoot.later(seconds=20)

    assert "is ready" in (await chat.noticed(card)).text


async def test_a_last_notice_that_slack_refuses_for_an_unknown_reason_reaches_the_owner(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox
) -> None:
    """The watch ends with the order, and its end is told in a direct message."""
    await chat.watch(shoot.id)
    slack.fail("chat.postMessage", error="a_code_of_tomorrow", channel=SHOOTS, times=None)
    sandbox.autoenhance.remove(shoot.id)
    for _ in range(3):
        await shoot.later(minutes=1)

    told = await chat.reads("was deleted", channel=ANA_BOT)
    assert f"I couldn't post this in <#{SHOOTS}>" in told.text
