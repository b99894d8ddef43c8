"""`Re-check`: the card is edited in place, and says what changed."""

import json
from dataclasses import replace

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK, REASONS
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BEN, SHOOTS
from tests.conftest import FAST_TIMING
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.running_bot import running_bot


def progressed(autoenhance: AutoenhanceSandbox, order_id: str, status: str, count: int) -> None:
    """Sets so many of the order's waiting photos to this status."""
    order = next(order for order in autoenhance.orders() if order["order_id"] == order_id)
    images: list[Json] = [dict(image) for image in order["images"]]
    for image in [image for image in images if image["status"] == "waiting"][:count]:
        image["status"] = status
    autoenhance.add(order | {"images": images})


@pytest.mark.both
async def test_says_what_changed_since_the_last_check(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """The card is replaced by one that counts what is new, and no second message appears."""
    card = await chat.order(BIRCH)
    progressed(autoenhance, BIRCH, "processed", 4)
    progressed(autoenhance, BIRCH, "error", 1)

    await chat.click(card, "Re-check")
    card = await chat.reads("4 more done, 1 new failure")

    assert "26 of 30 done" in card.plain()
    assert len(chat.said()) == 1


async def test_says_so_when_nothing_changed(chat: Chat) -> None:
    """A check that finds nothing new says so."""
    card = await chat.order(BIRCH)

    await chat.click(card, "Re-check")

    await chat.reads("No change since")


async def test_says_when_the_order_has_become_ready(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """The card names a change of state."""
    card = await chat.order(BIRCH)
    order = next(order for order in autoenhance.orders() if order["order_id"] == BIRCH)
    images = [image | {"status": "processed", "status_reason": None} for image in order["images"]]
    autoenhance.add(order | {"images": images, "is_processing": False})

    await chat.click(card, "Re-check")

    card = await chat.reads("previously enhancing")
    assert "Birch Avenue 9\n*Ready*" in card.plain()
    assert "2 fewer failures" in card.plain()


async def test_rechecking_one_of_several_keeps_the_others(chat: Chat) -> None:
    """The whole message with its several cards is redrawn."""
    card = await chat.order(f"{OAK} {BIRCH}")

    await chat.click(card, card.controls()[0].label)
    card = await chat.reads("No change since")

    assert card.plain().count("No change since") == 2


async def test_it_can_be_pressed_any_number_of_times(chat: Chat) -> None:
    """Each click has its own response_url, so the limit of five uses does not matter."""
    card = await chat.order(BIRCH)
    for _ in range(7):
        before = card.blocks
        await chat.click(card, "Re-check")
        card = await chat.redrawn(before)
    assert "No change" in card.plain()


async def test_a_shared_card_is_edited_for_everyone(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """A colleague's click edits the message in the channel, and the card names who checked."""
    await chat.click(await chat.order(BIRCH), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    progressed(autoenhance, BIRCH, "processed", 2)

    await chat.click(shared, "Re-check", user=BEN)
    shared = await chat.reads("2 more done", viewer=BEN)

    assert len(slack.calls("chat.update")) == 1
    assert f"by <@{BEN}>" in shared.text
    assert shared.ephemeral_to is None


async def test_a_shared_card_that_cannot_be_updated_goes_through_the_response_url(
    chat: Chat, slack: SlackSandbox
) -> None:
    """Where Slack refuses chat.update, the click's own response_url replaces the card."""
    await chat.click(await chat.order(BIRCH), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    slack.fail("chat.update", error="cant_update_message")

    await chat.click(shared, "Re-check", user=BEN)

    await chat.reads("No change", viewer=BEN)


@on_sqlite  # several processes share no requests
async def test_ten_clicks_at_once_share_one_request(sandbox: Sandbox) -> None:
    """Ten checks of one order at once share one request to Autoenhance, and all are answered."""
    slack, chat = sandbox.slack, Chat(sandbox.slack)
    limits = replace(FAST_TIMING.limits, fresh_for=60)
    async with running_bot(sandbox, timing=replace(FAST_TIMING, limits=limits)):
        for _ in range(10):
            await slack.command(f"/order {REASONS}", user=BEN)
        await chat.until(lambda: sum("Station Road" in each.plain() for each in chat.said(viewer=BEN)) == 10)

    assert len(sandbox.autoenhance.looks) == 1


async def test_an_old_card_says_that_it_was_old(chat: Chat) -> None:
    """A click on an old card shows the present state, and how old the card was."""
    card = await chat.order(BIRCH)
    control = next(each for each in card.controls() if each.label == "Re-check")
    value = json.loads(control.element["value"])
    value["wanted"][0]["before"]["at"] = "2026-05-03T10:00:00Z"
    control.element["value"] = json.dumps(value)

    await chat.click(card, "Re-check")

    await chat.reads("No change since 3 May 10:00")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param("not json", id="not-json"),
        pytest.param('{"v":0,"order":"1"}', id="older-version"),
        pytest.param('{"v":2,"wanted":[]}', id="newer-version"),
        pytest.param('{"v":1,"wanted":[{"order":"../admin"}]}', id="not-an-id"),
        pytest.param('{"v":1,"wanted":[{"order":"a"}],"admin":true}', id="more-than-we-put"),
        pytest.param('{"v":1,"wanted":[]}', id="no-order"),
        pytest.param('{"v":1,"wanted":[{"order":"a"},{"order":"a"}]}', id="an-order-twice"),
        pytest.param(json.dumps({"v": 1, "wanted": [{"order": f"a{n}"} for n in range(6)]}), id="too-many"),
    ],
)
async def test_a_button_of_another_version_is_explained(
    chat: Chat, autoenhance: AutoenhanceSandbox, value: str
) -> None:
    """A value of another version, or one that the bot did not write, is refused with the next step."""
    card = await chat.order(OAK)
    asked = len(autoenhance.looks)
    next(each for each in card.controls() if each.label == "Re-check").element["value"] = value

    await chat.click(card, "Re-check")

    await chat.reads("This card is too old to update")
    assert len(autoenhance.looks) == asked


async def test_a_button_names_the_order_and_not_who_may_see_it(chat: Chat, slack: SlackSandbox) -> None:
    """The bot checks the person who clicks, whatever the card's button carries."""
    card = await chat.order(OAK)

    assert all(ANA not in json.dumps(control.element) for control in card.controls())
    assert slack.messages(SHOOTS, viewer=ANA)


@pytest.mark.both
async def test_the_last_of_two_quick_clicks_wins(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Edits of one card keep their order, also of an ephemeral card."""
    card = await chat.order(BIRCH)
    gate = slack.hold("respond")
    await chat.click(card, "Re-check")
    await gate.reached.wait()
    progressed(autoenhance, BIRCH, "processed", 5)
    await chat.click(card, "Re-check")
    for _ in range(5):  # time enough for the second click, if it did not wait for the first
        await chat.order(OAK, user=BEN)
    gate.open()
    await slack.until(lambda: len([call for call in slack.calls("respond") if call.status]) == 8)

    assert "27 of 30 done" in chat.said()[-1].plain()


async def test_a_re_check_that_is_put_off_delays_no_other(
    chat: Chat, autoenhance: AutoenhanceSandbox
) -> None:
    """A Re-check that is put off for half a minute does not delay a colleague's on the same card."""
    await chat.click(await chat.order(BIRCH), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    autoenhance.set_failure("429", retry_after=30)
    await chat.click(shared, "Re-check")
    await chat.reads("Autoenhance is limiting requests")
    autoenhance.set_failure("well")

    await chat.click(shared, "Re-check", user=BEN)

    await chat.reads("No change since", viewer=BEN)


async def test_the_card_keeps_who_shared_it(chat: Chat) -> None:
    """A Re-check by another person keeps the line that names who shared the card."""
    await chat.click(await chat.order(BIRCH), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)

    await chat.click(shared, "Re-check", user=BEN)

    shared = await chat.reads("No change since", viewer=BEN)
    assert f"Shared by <@{ANA}>" in shared.text
