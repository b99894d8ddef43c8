"""What people read while Autoenhance or Slack fails, and that the answer still comes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK
from bot.sandbox.failures import FailureName
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA_BOT, BEN
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.running_bot import running_bot


@pytest.mark.parametrize(
    "failure",
    ["500", "502", "503", "html", "empty", "cut", "not-an-order", "another-order", "redirect", "close"],
)
async def test_an_outage_is_reported_and_then_the_answer_comes(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox, failure: FailureName
) -> None:
    """The person reads of each kind of failure in one line, and the card comes below it."""
    autoenhance.set_failure(failure, location="http://127.0.0.1:9/")

    await slack.command(f"/order {OAK}")
    await chat.reads("Autoenhance isn't responding. I'll answer here when it's back.")
    autoenhance.set_failure("well")

    await chat.reads("Oak Terrace, show home\n*Ready*")
    assert len(chat.said()) == 2


@pytest.mark.both
async def test_the_last_known_counts_are_shown(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """During an outage a colleague still sees the last known count and its time."""
    await chat.order(BIRCH)
    autoenhance.set_failure("503")

    answer = await chat.order(BIRCH, user=BEN)

    assert "isn't responding. As of " in answer.plain()
    assert "22 of 30 done, 2 failed" in answer.plain()


async def test_a_refused_key_is_reported_at_once(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """A key that an admin must replace is no outage, so the answer is final."""
    autoenhance.set_failure("401")

    answer = await chat.order(OAK)

    assert "Our Autoenhance API key was rejected. Ask an admin to replace it" in answer.plain()


async def test_a_limit_is_said_without_a_time(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """The line stays, so it promises an answer and no time that would be wrong later."""
    autoenhance.set_failure("429", retry_after=20)

    answer = await chat.order(OAK)

    assert "Autoenhance is limiting requests. I'll keep trying and answer here." in answer.plain()


async def test_a_short_limit_is_waited_out(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """A 429 of a second is not mentioned."""
    autoenhance.set_failure("429", retry_after=1, times=1)

    assert "Oak Terrace" in (await chat.order(OAK)).plain()


async def test_an_encoding_that_names_none_is_no_outage(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """The card comes as ever."""
    autoenhance.set_failure("misnamed")

    assert "Oak Terrace, show home\n*Ready*" in (await chat.order(OAK)).plain()


@pytest.mark.parametrize("failure", ["huge", "bomb"])
async def test_an_answer_of_fifty_megabytes_is_refused(
    chat: Chat, autoenhance: AutoenhanceSandbox, failure: FailureName
) -> None:
    """The bot does not read an answer that is too long, unpacked or not. The person gets another way."""
    autoenhance.set_failure(failure)

    assert "too large to show" in (await chat.order(OAK)).plain()


async def test_a_shared_card_stays_as_it_is_during_an_outage(
    chat: Chat, autoenhance: AutoenhanceSandbox
) -> None:
    """Only the person who clicked reads of the outage. The card is edited later."""
    await chat.click(await chat.order(BIRCH), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    face = shared.blocks
    autoenhance.set_failure("503")

    await chat.click(shared, "Re-check", user=BEN)
    message = await chat.reads("Autoenhance isn't responding", viewer=BEN)

    assert message.ephemeral_to == BEN
    assert shared.blocks == face
    autoenhance.set_failure("well")
    await chat.reads("No change since", viewer=BEN)


async def test_a_shared_card_of_a_deleted_order_says_so(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """Everyone who sees the card learns that its order was deleted. Nobody reads its ID there."""
    await chat.click(await chat.order(OAK), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    autoenhance.remove(OAK)

    await chat.click(shared, "Re-check", user=BEN)

    await chat.reads("I couldn't find this order", viewer=BEN)
    assert shared.buttons() == ["Re-check"]
    assert OAK not in shared.plain() + shared.text


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"error": "ratelimited", "retry_after": 1}, id="limited"),
        pytest.param({"error": "internal_error", "status": 500}, id="500"),
        pytest.param({"error": "service_unavailable", "status": 503}, id="503"),
    ],
)
async def test_a_failing_slack_only_delays_the_answer(
    chat: Chat, slack: SlackSandbox, fault: dict[str, object]
) -> None:
    """The bot sends an answer again that Slack does not take."""
    slack.fail("respond", **fault)  # type: ignore[arg-type]  # a table of keyword arguments

    assert "Oak Terrace" in (await chat.order(OAK)).plain()


async def test_a_used_up_response_url_is_no_end(chat: Chat, slack: SlackSandbox) -> None:
    """When the response_url is used up, the answer comes as a direct message that says why."""
    slack.fail("respond", error="used_url", status=404)
    await slack.command(f"/order {OAK}")

    message = await chat.reads("Oak Terrace", ANA_BOT)

    assert "You asked for this" in message.plain()


@dataclass
class Clock:
    """The real time plus `ahead`."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def test_after_twenty_five_minutes_it_stops_asking(sandbox: Sandbox) -> None:
    """The person reads so before the response_url expires, and Re-check is there for later."""
    chat, clock = Chat(sandbox.slack), Clock()
    sandbox.autoenhance.set_failure("503")
    async with running_bot(sandbox, timing=FAST_TIMING, now=clock):
        await sandbox.slack.command(f"/order {OAK}")
        await chat.reads("Autoenhance isn't responding")

        clock.ahead = timedelta(minutes=26)
        message = await chat.reads("Still no response about order")

        assert "after 26 minutes. Press *Re-check* to try again." in message.plain()
        sandbox.autoenhance.set_failure("well")
        clock.ahead = timedelta()
        await chat.click(message, "Re-check")
        await chat.reads("Oak Terrace, show home\n*Ready*")


async def test_a_search_stops_too(sandbox: Sandbox) -> None:
    """A search without an answer ends with the command to try later."""
    chat, clock = Chat(sandbox.slack), Clock()
    sandbox.autoenhance.set_failure("503")
    async with running_bot(sandbox, timing=FAST_TIMING, now=clock):
        await sandbox.slack.command("/order recent")
        await chat.reads("I'll keep trying and show the results here")

        clock.ahead = timedelta(minutes=26)

        await chat.reads("after 26 minutes. Try `/order recent` later.")
