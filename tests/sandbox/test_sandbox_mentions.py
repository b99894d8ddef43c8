"""Mentions as a person types them, and answers in threads as a person sees them."""

import pytest

from bot.sandbox.slack.mrkdwn import as_sent
from bot.sandbox.slack.sample_workspace import ANA, BEN, BOT, EDITING, SHOOTS
from tests.sandbox.browser import open_browser
from tests.sandbox.tiny_bot import open_world

NAMES = {"@desk": "<@U1>", "@Order Desk": "<@U1>", "@Order Desk Two": "<@U2>", "#shoots": "<#C1|shoots>"}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@Order Desk 12 Elm Street", "<@U1> 12 Elm Street"),
        ("@order desk, please", "<@U1>, please"),
        ("@Order Desk Two 12", "<@U2> 12"),
        ("@Order Desks", "@Order Desks"),
        ("ana@desk.example and @nobody", "ana@desk.example and @nobody"),
        ("see #shoots", "see <#C1|shoots>"),
    ],
)
def test_a_typed_name_is_a_mention(typed: str, sent: str) -> None:
    """Full names with spaces count, in any case, and the longest name wins."""
    assert as_sent(typed, NAMES) == sent


async def test_a_mention_where_the_app_is_no_member_says_how_to_add_it() -> None:
    """Only the person who typed it reads so, and the app gets nothing. Where it is a member, nobody does."""
    async with open_world() as world:
        await world.slack.say("@Order Desk 12 Elm Street", channel=EDITING)
        await world.slack.say("@Order Desk 12 Elm Street", channel=SHOOTS)
        told = [message for message in world.slack.messages(EDITING) if message.ephemeral_to]
        assert [(each.ephemeral_to, "/invite @Order Desk" in each.text) for each in told] == [(ANA, True)]
        assert not any(message.ephemeral_to for message in world.slack.messages(SHOOTS))
        assert world.bot.heard == []


async def test_an_ephemeral_reply_is_seen_in_an_active_thread_only() -> None:
    """It is no reply that Slack counts, and without a reply by somebody it is not shown."""
    async with open_browser() as browser:
        world = browser.world
        quiet, active = world.slack.messages()[:2]
        await browser.ask("say", **{"as": BEN}, channel=SHOOTS, text="Soon.", thread_ts=active.ts)
        for root in (quiet, active):
            await world.bot.call(
                "chat.postEphemeral", channel=SHOOTS, user=ANA, text=f"For {root.ts}", thread_ts=root.ts
            )
        shown = (await browser.sees(ANA))["channels"][0]["messages"]
    assert [each["replies"] for each in shown[:2]] == [0, 1]
    assert [each["text"] for each in shown if each["is_ephemeral"]] == [f"For {active.ts}"]
    assert BOT not in shown[1]["repliers"]
