"""`/order <anything>`, as the person who typed it sees it."""

from dataclasses import replace

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import (
    BIRCH,
    CHAPEL,
    CUSTOM,
    DELETED,
    DISAGREEING,
    EXPIRED,
    FAILED,
    LARGE,
    MILL,
    NASTY,
    OAK,
    ODD,
    OLDER,
    QUAY,
    REASONS,
    UNKNOWN,
)
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA_BEN, ANA_BOT, BEN, EDITING, GUS, OWNERS
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.running_bot import running_bot
from tests.support.waiting import until_idle


@pytest.mark.parametrize(
    ("order", "says"),
    [
        pytest.param(BIRCH, "Birch Avenue 9\n*Enhancing*", id="enhancing"),
        pytest.param(MILL, "3 Mill Lane — drone\n*Waiting for photos*", id="no-photos"),
        pytest.param(QUAY, "44 Quay Road, loft\n*Grouping brackets*", id="grouping"),
        pytest.param(OAK, "Oak Terrace, show home\n*Ready*", id="ready"),
        pytest.param(REASONS, "21 Station Road\n*Needs attention*", id="attention"),
        pytest.param(FAILED, "Garage block (test shots)\n*Failed*", id="failed"),
        pytest.param(EXPIRED, "Villa Rosa — spring set\n*Expired*", id="expired"),
        pytest.param(DELETED, "Duplicate of Birch Avenue\n*Deleted*", id="deleted"),
        pytest.param(ODD, "AI version 4.7 (others 5.3)", id="odd-settings"),
        pytest.param(DISAGREEING, "40 of 42 done\nThe other 2 aren't listed yet.", id="disagreeing"),
        pytest.param(OLDER, "10 of 11 done", id="older-api"),
        pytest.param(UNKNOWN, "Brook Cottage\n*“in_review”*", id="unknown-word"),
        pytest.param(CUSTOM, "12 Elm Street — day\n*Ready*", id="custom-id"),
        pytest.param(LARGE, "128 of 140 done", id="large"),
        pytest.param(NASTY, "<!channel> `Plot 5` & <http://evil.example|the safe one>", id="nasty-name"),
        pytest.param(CHAPEL, "The Old Chapel\n*Not started* · 9 photos uploaded", id="not-started"),
    ],
)
async def test_every_order_gets_its_card(chat: Chat, order: str, says: str) -> None:
    """Each order of the sandbox is answered with a card that shows its state, and not its ID."""
    card = await chat.order(order)

    assert says in card.plain()
    assert order not in card.plain()


@pytest.mark.parametrize("typed", [OAK, f"watch {OAK}", "recent", "list", "settings", "unwatch 12-elm"])
async def test_the_answer_is_all_that_is_shown(slack: SlackSandbox, chat: Chat, app: App, typed: str) -> None:
    """The ack shows nothing, because Slack would not replace it with the answer."""
    exchange = await slack.command(f"/order {typed}")

    assert exchange.answer == {}
    await chat.until(chat.said)
    await until_idle(app)
    assert len(chat.said()) == 1


async def test_a_slow_autoenhance_is_said_once(sandbox: Sandbox) -> None:
    """After two seconds a line says so, with what was last known. The card comes below it."""
    chat = Chat(sandbox.slack)
    async with running_bot(sandbox, timing=replace(FAST_TIMING, slow=0.05)) as app:
        sandbox.autoenhance.set_failure("hang")
        await sandbox.slack.command(f"/order {OAK}")
        line = await chat.reads("Autoenhance isn't responding")
        assert [block["type"] for block in line.blocks] == ["section"]

        sandbox.autoenhance.set_failure("well")
        sandbox.autoenhance.released.set()
        await chat.reads("Oak Terrace")
        await until_idle(app)

    assert len(chat.said()) == 2


async def test_slowness_is_not_said_again_by_the_next_attempt(sandbox: Sandbox) -> None:
    """When the slow request fails, the line is there already."""
    chat, limits = Chat(sandbox.slack), replace(FAST_TIMING.limits, read=0.3, attempts=1)
    async with running_bot(sandbox, timing=replace(FAST_TIMING, slow=0.05, limits=limits)) as app:
        sandbox.autoenhance.set_failure("hang")
        await sandbox.slack.command(f"/order {OAK}")
        await sandbox.autoenhance.asked(3)
        sandbox.autoenhance.set_failure("well")
        sandbox.autoenhance.released.set()
        await chat.reads("Oak Terrace")
        await until_idle(app)

    assert len(chat.said()) == 2


async def test_slowness_is_said_of_a_watch_too(sandbox: Sandbox) -> None:
    """Each request that waits for Autoenhance says so."""
    chat = Chat(sandbox.slack)
    async with running_bot(sandbox, timing=replace(FAST_TIMING, slow=0.05)):
        sandbox.autoenhance.set_failure("hang")
        await sandbox.slack.command(f"/order watch {OAK}")
        await chat.reads("Autoenhance isn't responding")
        sandbox.autoenhance.set_failure("well")
        sandbox.autoenhance.released.set()
        await chat.reads("Oak Terrace")


@pytest.mark.both
async def test_only_the_asker_sees_the_answer(slack: SlackSandbox, chat: Chat) -> None:
    """A look-up is ephemeral: a colleague in the same channel sees nothing of it."""
    card = await chat.order(OAK)

    assert card.ephemeral_to
    assert chat.said(viewer=BEN) == []


@pytest.mark.parametrize(
    "channel",
    [
        pytest.param(EDITING, id="public-and-not-a-member"),
        pytest.param(OWNERS, id="private-and-not-a-member"),
        pytest.param(ANA_BEN, id="dm-of-two-people"),
        pytest.param(ANA_BOT, id="dm-with-the-bot"),
    ],
)
async def test_answers_where_the_bot_is_no_member(chat: Chat, channel: str) -> None:
    """The answer goes through the response_url, which works in every conversation."""
    assert "Oak Terrace" in (await chat.order(OAK, channel=channel)).plain()


async def test_a_guest_is_answered_like_a_colleague(chat: Chat) -> None:
    """A guest of this workspace belongs to this company, and may look up orders in their channels."""
    assert "Oak Terrace" in (await chat.order(OAK, user=GUS)).plain()


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(f"https://app.autoenhance.ai/orders/{OAK}?images=3", id="web-app-link"),
        pytest.param(f"https://api.autoenhance.ai/v3/orders/{OAK}", id="api-link"),
        pytest.param(f"is *{OAK}* done?", id="bold-in-a-sentence"),
        pytest.param(f"`{OAK}`", id="code"),
        pytest.param(f"“{OAK}”", id="smart-quotes"),
        pytest.param(f"\u200b{OAK}\u200d", id="zero-width"),
        pytest.param(f"مرحبا {OAK} شكرا", id="right-to-left"),
        pytest.param(f"show {OAK}", id="show"),
        pytest.param(f"find {OAK}", id="find-with-an-id"),
        pytest.param(f"{OAK} {OAK.upper()}", id="repeated"),
    ],
)
async def test_reads_ids_in_every_form(chat: Chat, typed: str) -> None:
    """One card comes of an ID, whatever it is wrapped in."""
    card = await chat.order(typed)

    assert card.plain().count("Oak Terrace") == 1


@pytest.mark.both
async def test_five_at_once_and_the_rest_counted(chat: Chat) -> None:
    """One answer has five cards in the order of the text, and says how many it left out."""
    ids = [OAK, BIRCH, MILL, QUAY, FAILED, REASONS, ODD]

    card = await chat.order(" ".join(ids))

    named = ("Oak Terrace", "Birch Avenue 9", "3 Mill Lane", "44 Quay Road", "Garage block")
    places = [card.plain().index(name) for name in named]
    assert places == sorted(places)
    assert "21 Station Road" not in card.plain()
    assert "Showing the first 5 of 7 orders." in card.plain()


async def test_one_bad_id_does_not_spoil_the_others(chat: Chat) -> None:
    """Of two orders, the one that exists is shown and the other is explained."""
    card = await chat.order(f"{OAK}, no-such-order-1")

    assert "Oak Terrace" in card.plain()
    assert "I couldn't find order `no-such-order-1`" in card.plain()


async def test_a_word_that_is_a_sub_command_can_be_shown(autoenhance: AutoenhanceSandbox, chat: Chat) -> None:
    """`/order show help` looks up the order whose ID is "help"."""
    order = next(order for order in autoenhance.orders() if order["order_id"] == OAK)
    autoenhance.add(order | {"order_id": "help"})

    assert "Oak Terrace" in (await chat.order("show help")).plain()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        pytest.param("", "*Order Desk shows Autoenhance orders", id="nothing"),
        pytest.param("help", "*Order Desk shows Autoenhance orders", id="help"),
        pytest.param("help ids", "*What you can type.*", id="help-on-a-word"),
        pytest.param("HELP card", "*What a card shows.*", id="help-in-capitals"),
        pytest.param("help whatever", "*Order Desk shows Autoenhance orders", id="help-on-nothing"),
        pytest.param("where is my order", "No order ID or name in that.", id="no-id"),
        pytest.param("find", "Which name?", id="find-nothing"),
        pytest.param("🏠📸", "No order ID or name in that.", id="emoji"),
        pytest.param("a/b", "No order ID or name in that.", id="slash"),
        pytest.param("..", "No order ID or name in that.", id="dots"),
        pytest.param(
            "https://app.autoenhance.ai/orders/%2e%2e", "No order ID or name in that.", id="dots-in-link"
        ),
        pytest.param("\x00", "No order ID or name in that.", id="nul"),
        pytest.param("word " * 800, "it's too long for a name", id="4000-characters"),
    ],
)
async def test_what_needs_no_look_up_is_answered_in_the_ack(
    slack: SlackSandbox, autoenhance: AutoenhanceSandbox, typed: str, says: str
) -> None:
    """Help, and text that cannot be an order, are answered in the ack. Autoenhance gets no request."""
    exchange = await slack.command(f"/order {typed}")

    assert says in exchange.answer["text"]
    assert len(exchange.answer["text"]) < 1500
    assert exchange.answer["response_type"] == "ephemeral"
    assert autoenhance.requests == []


async def test_the_key_is_never_shown(
    autoenhance: AutoenhanceSandbox, slack: SlackSandbox, chat: Chat
) -> None:
    """Autoenhance gets the key for a search only, and Slack never does."""
    await chat.order(OAK)
    await chat.order("recent")

    sent = [asked.headers.get("x-api-key") for asked in autoenhance.requests]
    assert sent == [None, None, autoenhance.api_key]
    assert all(autoenhance.api_key not in str(call) for call in slack.calls())


async def test_a_card_is_never_unfurled(slack: SlackSandbox, chat: Chat) -> None:
    """Every post turns unfurling off."""
    await chat.order(OAK)

    [call] = slack.calls("respond")
    assert (call.params["unfurl_links"], call.params["unfurl_media"]) == (False, False)
