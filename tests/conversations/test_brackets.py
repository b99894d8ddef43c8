"""What the brackets of an order add to its card, through the real app."""

from dataclasses import replace
from typing import Any

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import bracket, brackets, photos
from bot.sandbox.autoenhance.sample_orders import CUSTOM, MILL, OAK, ODD, QUAY
from bot.sandbox.failures import ApiFailure, FailureName
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.running_bot import running_bot
from tests.support.shoot import Shoot
from tests.support.waiting import until_idle

SINGLE = "`DSC04218-living-room.jpg` may be a single bracket. Check it before you download."
UNFINISHED = "1 upload hasn't finished: `DJI_0012.jpg`."


def asked_for_brackets(autoenhance: AutoenhanceSandbox) -> int:
    return sum(asked.of_brackets for asked in autoenhance.requests)


def groups(shoot: Shoot, *, single: bool = True, late: int = 0) -> list[dict[str, Any]]:
    """Three brackets for each of the ten photos, but for the last one if `single`."""
    images = photos(shoot.id, (10, {}))
    found = brackets(shoot.id, images[: 9 if single else 10], each=3)
    found += brackets(shoot.id, images[9:]) if single else []
    return found + [bracket(shoot.id, None, f"late-{n}.jpg", is_uploaded=False) for n in range(late)]


@pytest.mark.parametrize(
    ("order", "says"),
    [
        pytest.param(OAK, [SINGLE, "52 brackets, 18 photos"], id="one left over"),
        pytest.param(MILL, [UNFINISHED, "12 brackets"], id="one not uploaded"),
        pytest.param(ODD, ["80 brackets, 16 photos"], id="five for each photo"),
        pytest.param(QUAY, ["36 brackets"], id="being grouped"),
    ],
)
async def test_a_card_says_what_the_brackets_say(chat: Chat, order: str, says: list[str]) -> None:
    """In the card, and in the text that phones and screen readers read."""
    card = await chat.order(order)

    for words in says:
        assert words in card.plain()
        assert words in card.text


async def test_one_bracket_for_each_photo_is_not_worth_a_word(chat: Chat) -> None:
    """The number of photos says it."""
    assert "bracket" not in (await chat.order(CUSTOM)).plain()


async def test_each_of_several_orders_has_its_line(chat: Chat) -> None:
    """In one message."""
    card = await chat.order(f"{OAK} {MILL}")

    assert SINGLE in card.plain()
    assert UNFINISHED in card.plain()


async def test_a_direct_message_and_a_mention_have_it_too(chat: Chat) -> None:
    """They are looks as well."""
    await chat.slack.say(OAK, channel=ANA_BOT)
    await chat.reads(SINGLE, channel=ANA_BOT)
    await chat.slack.say(f"@order_desk {OAK}")
    await chat.reads(SINGLE)


@pytest.mark.parametrize(
    "failure",
    ["401", "404", "429", "500", "502", "503", "html", "empty", "cut", "not-an-order", "close", "redirect"],
)
async def test_a_failure_costs_only_that_line(
    chat: Chat, autoenhance: AutoenhanceSandbox, failure: FailureName
) -> None:
    """The card is there as ever, and no word about the failure."""
    autoenhance.brackets_failure = ApiFailure(failure)
    card = await chat.order(OAK)

    assert "Oak Terrace, show home\n*Ready* · 18 of 18 done" in card.plain()
    assert "bracket" not in card.plain()
    assert len(chat.said()) == 1


async def test_brackets_that_never_come_do_not_hold_the_card(sandbox: Sandbox) -> None:
    """The card comes without that line."""
    chat, limits = Chat(sandbox.slack), replace(FAST_TIMING.limits, brackets_after=0.01)
    async with running_bot(sandbox, timing=replace(FAST_TIMING, limits=limits)) as app:
        sandbox.autoenhance.brackets_failure = ApiFailure("hang")
        card = await chat.order(OAK)
        sandbox.autoenhance.released.set()
        await until_idle(app)

    assert "18 of 18 done" in card.plain()
    assert "bracket" not in card.plain()


async def test_a_re_check_asks_again(chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot) -> None:
    """An upload that finished is not named any more."""
    autoenhance.set_brackets(shoot.id, groups(shoot, late=7))
    card = await chat.order(shoot.id)
    first = "`late-0.jpg`, `late-1.jpg`, `late-2.jpg`, `late-3.jpg`, `late-4.jpg` and 2 more."
    assert f"7 uploads haven't finished: {first}" in card.plain()

    autoenhance.set_brackets(shoot.id, groups(shoot))
    face = card.blocks
    await chat.click(card, "Re-check")
    card = await chat.redrawn(face)

    assert "uploads" not in card.plain()
    assert "28 brackets, 10 photos" in card.plain()


async def test_names_of_files_are_no_markup(
    chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot
) -> None:
    """They can mention nobody, and end no code span."""
    evil = "<!channel> `x` <@U1> " + "y" * 300
    autoenhance.set_brackets(shoot.id, [bracket(shoot.id, None, evil, is_uploaded=False)])
    card = await chat.order(shoot.id)

    assert "<!channel>" not in card.text
    assert "&lt;!channel&gt; ʼxʼ &lt;@U1&gt; " in card.text
    assert "y" * 60 not in card.text


@pytest.mark.both
async def test_a_watch_asks_twice_and_keeps_what_it_saw(
    chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot
) -> None:
    """After the grouping and at the end, and at no other check. The card says it after each."""
    autoenhance.set_brackets(shoot.id, groups(shoot))
    shoot.is_now(is_merging=True, images=[], total_images=0)
    card = await chat.watch(shoot.id)
    assert (asked_for_brackets(autoenhance), "bracket," in card.plain()) == (0, False)

    shoot.is_now()
    await shoot.later(minutes=1)
    await chat.until(lambda: "DSC04210-living-room.jpg` may be a single bracket" in card.plain())
    assert asked_for_brackets(autoenhance) == 1

    for done in (2, 5, 8):
        shoot.is_now(done)
        await shoot.later(minutes=1)
        await chat.reads(f"{done} of 10 done")
        assert "may be a single bracket" in card.plain()
        assert "28 brackets, 10 photos" in card.plain()
    assert asked_for_brackets(autoenhance) == 1

    autoenhance.set_brackets(shoot.id, groups(shoot, single=False))
    shoot.finish()
    await shoot.later(minutes=2)
    await chat.noticed(card)

    assert "30 brackets, 10 photos" in card.plain()
    assert "single bracket" not in card.plain()
    await shoot.later(minutes=12)
    assert asked_for_brackets(autoenhance) == 2


async def test_a_watch_that_begins_after_the_grouping_asks_at_once(
    chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot
) -> None:
    """Its first card has the line, and the end asks once more."""
    autoenhance.set_brackets(shoot.id, groups(shoot))
    card = await chat.watch(shoot.id)
    assert "may be a single bracket" in card.plain()

    shoot.finish()
    await shoot.later(minutes=2)
    await chat.noticed(card)
    assert asked_for_brackets(autoenhance) == 2


async def test_a_watch_without_an_answer_about_brackets_goes_on(
    chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot
) -> None:
    """Its notices come as ever, and the card keeps what was seen last."""
    autoenhance.set_brackets(shoot.id, groups(shoot))
    card = await chat.watch(shoot.id)
    autoenhance.brackets_failure = ApiFailure("500")
    shoot.finish()
    await shoot.later(minutes=2)
    await chat.noticed(card)

    assert "10 of 10 done" in card.plain()
    assert "may be a single bracket" in card.plain()


async def test_photos_that_are_added_end_the_claim(
    chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot
) -> None:
    """What was seen of ten photos says nothing about eleven."""
    autoenhance.set_brackets(shoot.id, groups(shoot))
    card = await chat.watch(shoot.id)
    shoot.is_now(2, of=11)
    await shoot.later(minutes=1)
    await chat.until(lambda: "2 of 11 done" in card.plain())

    assert "bracket" not in card.plain()


async def hangs_about(shoot: Shoot, checks: int) -> None:
    """So many checks. Six count as more than ten minutes, though the clock moves on by more at each."""
    for _ in range(checks):
        await shoot.later(minutes=6)


@pytest.mark.both
async def test_an_order_that_does_not_start_is_told_once(
    chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot
) -> None:
    """All is uploaded, and nothing is processed for ten minutes. No stall is told beside it."""
    shoot.is_now(working=False)
    card = await chat.watch(shoot.id)
    await hangs_about(shoot, 7)
    notice = await chat.noticed(card)
    assert (
        "*Pine Lodge* hasn't started. Everything is uploaded, but nothing has been processed for"
        in notice.text
    )
    assert "Contact Autoenhance support." in notice.plain()
    assert f"<@{ANA}>" in notice.text

    await hangs_about(shoot, 5)
    assert chat.thread(card) == [notice]


@pytest.mark.parametrize("failure", ["404", "500", "empty"])
async def test_nothing_is_told_without_brackets(
    chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot, failure: FailureName
) -> None:
    """Nobody knows then whether all is uploaded."""
    autoenhance.brackets_failure = ApiFailure(failure)
    shoot.is_now(working=False)
    card = await chat.watch(shoot.id)
    await hangs_about(shoot, 7)

    assert chat.thread(card) == []


async def test_nothing_is_told_while_an_upload_goes_on(
    chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot
) -> None:
    """The card names the upload, and the notice waits."""
    autoenhance.set_brackets(shoot.id, groups(shoot, late=1))
    shoot.is_now(working=False)
    card = await chat.watch(shoot.id)
    await hangs_about(shoot, 7)

    assert chat.thread(card) == []
    assert "1 upload hasn't finished: `late-0.jpg`." in card.plain()


@pytest.mark.both
async def test_a_channel_can_turn_it_off(chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot) -> None:
    """Off in that channel alone: on cards, on a watched card from the next check on, and in notices."""
    assert "unfinished uploads:* On" in (await chat.order("settings")).plain()
    autoenhance.set_brackets(shoot.id, groups(shoot))
    shoot.is_now(working=False)
    card = await chat.watch(shoot.id)
    assert "may be a single bracket" in card.plain()
    assert "unfinished uploads:* Off" in (await chat.order("settings brackets off")).plain()

    assert "bracket" not in (await chat.order(OAK)).plain()
    await hangs_about(shoot, 7)
    assert chat.thread(card) == []
    shoot.is_now(3)
    await shoot.later(minutes=6)
    await chat.reads("3 of 10 done")
    assert "bracket" not in card.plain()

    assert "unfinished uploads:* On" in (await chat.order("settings brackets on")).plain()
    assert SINGLE in (await chat.order(OAK)).plain()


async def test_a_new_watch_where_it_is_off_says_nothing(
    chat: Chat, autoenhance: AutoenhanceSandbox, shoot: Shoot
) -> None:
    """Nor does a shared card."""
    await chat.order("settings brackets off")
    autoenhance.set_brackets(shoot.id, groups(shoot))
    card = await chat.watch(shoot.id)
    assert "bracket" not in card.plain()

    looked_up = await chat.order(OAK)
    await chat.click(looked_up, "Share in channel")
    shared = await chat.reads("Shared by")
    assert "Oak Terrace" in shared.plain()
    assert "bracket" not in shared.plain()
