"""A pasted link to an order gets a small card, where the channel chose so."""

import json
from typing import Any

import pytest

from bot.bootstrap.app import App
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import ELM, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.delivery import JSON, Exchange
from bot.sandbox.slack.sample_workspace import ANA_BOT, BEN, EDITING, GUS, OLGA, OWNERS, PARTNERS, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.waiting import until_idle, until_no_job_is_left

APP = "https://app.autoenhance.ai/orders/"
UNKNOWN = "00000000-1111-4222-8333-444444444444"


class Paster:
    """Pastes, and waits until every job of it has ended."""

    def __init__(self, slack: SlackSandbox, app: App) -> None:
        self._slack = slack
        self._app = app

    async def __call__(self, text: str, *, user: str = BEN, channel: str = SHOOTS, **more: Any) -> Message:
        heard = await self._slack.say(text, user=user, channel=channel, **more)
        assert heard is None or heard.status == 200
        await until_no_job_is_left(self._app)
        return self._slack.messages(channel)[-1]


@pytest.fixture
def paste(slack: SlackSandbox, app: App) -> Paster:
    return Paster(slack, app)


@pytest.fixture
async def chosen(chat: Chat) -> None:
    """#shoots has unfurling turned on."""
    assert "*Add a small card below links to orders:* On" in (await chat.order("settings unfurl on")).plain()


async def test_a_channel_without_the_setting_gets_none(
    paste: Paster, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """The bot draws nothing and asks Autoenhance nothing."""
    message = await paste(f"See {APP}{OAK}")

    assert message.attachments == []
    assert autoenhance.requests == []
    assert slack.calls("chat.unfurl") == []


@pytest.mark.both
async def test_a_link_gets_a_small_card(paste: Paster, slack: SlackSandbox, chosen: None) -> None:
    """The card has name, state, counts and the time. Its words are in the thread as well."""
    message = await paste(f"Done? {APP}{OAK} :eyes:")

    [part] = message.attachments
    assert part["app_unfurl_url"] == APP + OAK
    assert "Oak Terrace" in message.plain()
    assert "Ready · 18 of 18 done · Checked" in message.plain()
    reply = await paste(f"{APP}{ELM}", thread_ts=message.ts)
    assert "12 Elm Street" in reply.plain()


async def test_the_small_card_shows_no_id(paste: Paster, chosen: None) -> None:
    """The card holds no ID beyond the link that was pasted."""
    message = await paste(f"{APP}{OAK}")

    [part] = message.attachments
    drawn = [block for block in part["blocks"] if block["type"] == "context"] + [part["blocks"][0]["text"]]
    assert OAK not in json.dumps(drawn)


async def test_its_button_shows_the_whole_card(paste: Paster, chat: Chat, chosen: None) -> None:
    """Only the person who presses the button sees the whole card."""
    message = await paste(f"{APP}{OAK}")
    await chat.click(message, "Show", user=GUS)
    card = await chat.reads("Oak Terrace, show home\n*Ready*", viewer=GUS)

    assert card.ephemeral_to == GUS
    assert "Re-check" in card.buttons()
    assert len(message.attachments) == 1


async def test_each_link_gets_its_own(paste: Paster, slack: SlackSandbox, chosen: None) -> None:
    """Of several orders, those that Autoenhance knows are drawn in one call."""
    message = await paste(f"{APP}{OAK} and {APP}{UNKNOWN} and {APP}{ELM}?tab=photos, see {APP}login/help")

    assert [part["app_unfurl_url"] for part in message.attachments] == [APP + OAK, f"{APP}{ELM}?tab=photos"]
    assert len(slack.calls("chat.unfurl")) == 1


async def test_no_brackets_are_asked_for(
    paste: Paster, autoenhance: AutoenhanceSandbox, chosen: None
) -> None:
    """Nobody looks: the small card says nothing of them."""
    message = await paste(f"{APP}{OAK}")

    assert len(message.attachments) == 1
    assert [asked.of_brackets for asked in autoenhance.requests] == [False]


async def test_no_more_than_five_orders_are_asked_for(
    paste: Paster, autoenhance: AutoenhanceSandbox, chosen: None
) -> None:
    """At most five orders are checked, as with the command."""
    await paste(" ".join(f"{APP}12-elm-{number}" for number in range(9)))

    assert len(autoenhance.looks) == 5


@pytest.mark.parametrize(
    "text", [f"{APP}{UNKNOWN}", "https://app.autoenhance.ai/login", "https://app.autoenhance.ai/"]
)
async def test_a_link_that_leads_to_no_order_stays_as_it_is(
    paste: Paster, chat: Chat, slack: SlackSandbox, chosen: None, text: str
) -> None:
    """A link to no order is not drawn and not mentioned."""
    said = len(chat.said(viewer=BEN))
    message = await paste(text)

    assert message.attachments == []
    assert len(chat.said(viewer=BEN)) == said


async def test_nothing_is_shown_to_another_company(paste: Paster, slack: SlackSandbox, chosen: None) -> None:
    """A channel that is shared after it chose unfurling gets no more cards from any person."""
    slack.share(SHOOTS)

    assert (await paste(f"{APP}{OAK}")).attachments == []
    assert (await paste(f"{APP}{OAK}", user=OLGA, channel=PARTNERS)).attachments == []


async def test_nothing_is_drawn_where_the_audience_is_unknown(
    paste: Paster, chat: Chat, slack: SlackSandbox
) -> None:
    """A private channel that has removed the bot after choosing it gets no cards."""
    await slack.invite_bot(OWNERS)
    await chat.order("settings unfurl on", channel=OWNERS)
    slack.remove_bot(OWNERS)

    assert (await paste(f"{APP}{OAK}", channel=OWNERS)).attachments == []


async def test_a_public_channel_needs_no_invitation(paste: Paster, chat: Chat) -> None:
    """Slack lets the bot unfurl in a public channel, and says who is in it."""
    await chat.order("settings unfurl on", channel=EDITING)

    assert "Oak Terrace" in (await paste(f"{APP}{OAK}", channel=EDITING)).plain()


async def test_what_cannot_be_chosen_is_explained(chat: Chat, slack: SlackSandbox) -> None:
    """Each refusal says what to do."""
    alone = await chat.order("settings unfurl on", channel=ANA_BOT)
    hidden = await chat.order("settings unfurl on", channel=OWNERS)
    shared = await chat.order("settings unfurl on", channel=PARTNERS)
    slack.scopes.discard("channels:read")
    unknown = await chat.order("settings unfurl on", channel=EDITING)

    assert "only in channels" in alone.plain()
    assert "/invite @Order Desk" in hidden.plain()
    assert "another company" in shared.plain()
    assert "channels:read" in unknown.plain()


async def test_it_is_chosen_for_one_channel_and_ends(paste: Paster, chat: Chat, chosen: None) -> None:
    """The setting holds for one channel, the settings show it, and it can be turned off."""
    said = (await chat.order("settings")).plain()
    assert "*Post updates to the channel:* Off. Turn on: `/order settings broadcast on`" in said
    assert "*Add a small card below links to orders:* On. Turn off: `/order settings unfurl off`" in said
    assert (await paste(f"{APP}{OAK}", channel=EDITING)).attachments == []
    assert (
        "*Add a small card below links to orders:* Off" in (await chat.order("settings unfurl off")).plain()
    )

    assert (await paste(f"{APP}{OAK}")).attachments == []


async def test_choosing_one_thing_keeps_the_other(chat: Chat, chosen: None) -> None:
    """Notices in the channel and cards below links are two settings."""
    await chat.order("settings broadcast on")
    await chat.order("settings unfurl on")
    said = (await chat.order("settings")).plain()

    assert "*Post updates to the channel:* On" in said
    assert "*Add a small card below links to orders:* On" in said


async def test_a_link_in_a_draft_is_left_alone(
    paste: Paster, slack: SlackSandbox, app: App, autoenhance: AutoenhanceSandbox, chosen: None
) -> None:
    """Slack does not say where a message that is not sent yet will appear."""
    await paste(f"{APP}{UNKNOWN}")
    asked = len(autoenhance.looks)
    heard = _heard(slack)
    heard["event"] |= {"channel": "COMPOSER", "source": "composer", "unfurl_id": "u1", "message_ts": "m1"}

    assert await _deliver(slack, heard) == 200
    await until_no_job_is_left(app)

    assert len(autoenhance.looks) == asked


async def test_a_redelivery_draws_nothing_twice(
    paste: Paster, slack: SlackSandbox, app: App, chosen: None
) -> None:
    """Slack repeats an event of which it did not see the ack. The bot draws once."""
    await paste(f"{APP}{OAK}")
    again = await slack.redeliver(_exchange(slack), attempt=1, reason="http_timeout")
    await until_no_job_is_left(app)

    assert again.status == 200
    assert len(slack.calls("chat.unfurl")) == 1


async def test_it_comes_when_autoenhance_answers(
    slack: SlackSandbox, chat: Chat, autoenhance: AutoenhanceSandbox, chosen: None
) -> None:
    """A short outage only delays the card."""
    autoenhance.set_failure("500", times=4)
    await slack.say(f"{APP}{OAK}")
    message = slack.messages(SHOOTS)[-1]

    await chat.until(lambda: "Oak Terrace" in message.plain())


async def test_an_order_that_cannot_be_read_holds_back_no_other(
    slack: SlackSandbox, chat: Chat, autoenhance: AutoenhanceSandbox, chosen: None
) -> None:
    """The known orders are drawn at once, and the others when they can be read."""
    autoenhance.set_failure("not-an-order", order=ELM)
    await slack.say(f"{APP}{ELM} {APP}{OAK}")
    message = slack.messages(SHOOTS)[-1]
    await chat.until(lambda: "Oak Terrace" in message.plain())
    assert "12 Elm Street" not in message.plain()

    autoenhance.clear_failure(ELM)
    await chat.until(lambda: "12 Elm Street" in message.plain())
    assert len(message.attachments) == 2


@pytest.mark.parametrize("error", ["is_archived", "channel_not_found", "cannot_find_service"])
async def test_an_unfurl_that_slack_refuses_is_dropped(
    slack: SlackSandbox, app: App, chosen: None, error: str
) -> None:
    """The job ends without being kept for an admin, as no one asked for the card."""
    slack.fail("chat.unfurl", error=error)
    await slack.say(f"{APP}{OAK}")
    await until_no_job_is_left(app)

    assert await dead(app) == []


async def test_after_ten_minutes_it_is_dropped(
    slack: SlackSandbox, app: App, autoenhance: AutoenhanceSandbox, clock: Clock, chosen: None
) -> None:
    """The job ends without a word."""
    autoenhance.set_failure("500")
    await slack.say(f"{APP}{OAK}")
    await autoenhance.asked(1)
    clock.turn(minutes=11)
    await until_no_job_is_left(app)

    assert slack.messages(SHOOTS)[-1].attachments == []
    assert await dead(app) == []


async def test_a_message_that_was_deleted_meanwhile_is_dropped(
    slack: SlackSandbox, app: App, chosen: None
) -> None:
    """No dead job is left for an admin."""
    gate = slack.hold("chat.unfurl")
    await slack.say(f"{APP}{OAK}")
    await gate.reached.wait()
    slack.delete(slack.messages(SHOOTS)[-1])
    gate.open()
    await until_no_job_is_left(app)

    assert [call.answer["error"] for call in slack.calls("chat.unfurl")] == ["cannot_find_message"]
    assert await dead(app) == []


async def test_a_429_is_waited_for(slack: SlackSandbox, chat: Chat, chosen: None) -> None:
    """The bot draws after Slack's Retry-After."""
    slack.fail("chat.unfurl", error="ratelimited", retry_after=1)
    await slack.say(f"{APP}{OAK}")
    message = slack.messages(SHOOTS)[-1]

    await chat.until(lambda: "Oak Terrace" in message.plain())
    assert len(slack.calls("chat.unfurl")) == 2


async def test_after_a_429_slack_gets_no_request_before_its_time(
    paste: Paster, slack: SlackSandbox, chat: Chat, app: App, chosen: None
) -> None:
    """The next link does not ask Slack before the end of Retry-After."""
    slack.fail("chat.unfurl", error="ratelimited", retry_after=600)
    await slack.say(f"{APP}{OAK}")
    await slack.until(lambda: slack.calls("chat.unfurl"))
    await until_idle(app)
    await slack.say(f"{APP}{ELM}")
    await chat.order(OAK)
    await chat.reads("Oak Terrace, show home\n*Ready*")

    assert len(slack.calls("chat.unfurl")) == 1


async def test_without_its_scope_an_admin_can_see_why(slack: SlackSandbox, app: App, chosen: None) -> None:
    """The job is kept with the reason, which `check` lists. The channel gets no message."""
    slack.scopes.discard("links:write")
    await slack.say(f"{APP}{OAK}")
    await until_no_job_is_left(app)

    [reason] = await dead(app)
    assert "missing_scope" in reason


async def dead(app: App) -> list[str]:
    """The reasons of the dead jobs."""
    return [job.reason for job in await app.storage.job_store.dead_jobs()]


def _exchange(slack: SlackSandbox) -> Exchange:
    return next(each for each in reversed(slack.exchanges) if each.kind == "events_api")


def _heard(slack: SlackSandbox) -> dict[str, Any]:
    heard: dict[str, Any] = json.loads(_exchange(slack).body)
    return heard


async def _deliver(slack: SlackSandbox, payload: dict[str, Any]) -> int:
    body = json.dumps(payload).encode()
    return (await slack.send_raw(body, slack.signed(body, JSON))).status
