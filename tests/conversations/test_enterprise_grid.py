"""Enterprise Grid: people of another workspace of the same organisation are colleagues."""

from collections.abc import AsyncIterator

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import HARBOUR_VIEW, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BOT, EDITING, PARTNERS, SHOOTS, TEAM
from bot.sandbox.slack.workspace import Organisation, User
from bot.slack.constants import ASK_BLOCK, CHECK_ORDERS_HERE, LOOK_UP_ORDER, WATCH_ORDER_HERE
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.running_bot import running_bot
from tests.support.shoot import Shoot
from tests.support.stored_rows import rows

TOM, SISTER_TEAM = "U0TOM00001", "T0HARBOUR2"


@pytest.fixture
async def app(sandbox: Sandbox, clock: Clock) -> AsyncIterator[App]:
    """The bot of a workspace whose organisation has another one, with Tom. #shoots is shared between them."""
    workspace = sandbox.slack.workspace
    workspace.organisation = Organisation("E0HARBOUR1", "Harbour Group", frozenset({TEAM, SISTER_TEAM}))
    workspace.users[TOM] = User(TOM, "tom", "Tom Reyes", SISTER_TEAM)
    workspace.channels[SHOOTS].members.add(TOM)
    workspace.channels[SHOOTS].is_org_shared = True
    async with running_bot(sandbox, timing=FAST_TIMING, now=clock.now) as app:
        yield app


@pytest.fixture
def shoot(sandbox: Sandbox, clock: Clock, app: App) -> Shoot:
    return Shoot(sandbox.autoenhance, clock, app)


async def test_a_colleague_looks_an_order_up(chat: Chat) -> None:
    """The command answers people of every workspace of the organisation."""
    assert "Oak Terrace" in (await chat.order(OAK, user=TOM)).plain()


async def test_a_colleague_clicks_a_card_that_others_see(chat: Chat) -> None:
    """Re-check on a shared card edits it, whoever of the organisation clicks."""
    await chat.click(await chat.order(OAK), "Share in channel")
    shared = await chat.reads("Shared by", viewer=TOM)

    await chat.click(shared, "Re-check", user=TOM)

    await chat.until(lambda: f"by <@{TOM}>" in str(shared.blocks))


async def test_a_colleague_uses_the_shortcuts(chat: Chat, slack: SlackSandbox, shoot: Shoot) -> None:
    """A message shortcut answers in the channel, and one without a channel in its modal."""
    two = next(message for message in slack.messages() if HARBOUR_VIEW in message.text)
    await slack.message_shortcut(CHECK_ORDERS_HERE, two, user=TOM)
    assert "Harbour View" in (await chat.view("Harbour View", TOM)).plain()

    await slack.global_shortcut(LOOK_UP_ORDER, user=TOM)
    ask = await chat.view("Order ID, link or name", TOM)
    await slack.submit(ask, {ASK_BLOCK: OAK})
    await chat.view("Oak Terrace", TOM)

    await slack.say(f"<https://app.autoenhance.ai/orders/{shoot.id}>", user=TOM)
    await slack.message_shortcut(WATCH_ORDER_HERE, slack.messages()[-1], user=TOM)
    await chat.reads("Watching *Pine Lodge*", viewer=TOM)


async def test_a_colleagues_watch_is_the_channels_watch(chat: Chat, shoot: Shoot, sandbox: Sandbox) -> None:
    """Whichever workspace asks, there is one watch, kept under the workspace that installed the bot."""
    card = await chat.watch(shoot.id, user=TOM)
    await chat.order(f"watch {shoot.id}", user=ANA)
    shoot.finish()
    await shoot.later(minutes=6)

    notice = await chat.noticed(card)
    assert f"<@{TOM}>" in notice.text
    assert f"<@{ANA}>" in notice.text
    assert await rows(sandbox.settings, "SELECT team_id FROM watches") == [{"team_id": TEAM}]


async def test_a_colleague_has_a_home_tab(chat: Chat, slack: SlackSandbox, shoot: Shoot) -> None:
    """It lists what they watch."""
    await chat.watch(shoot.id, user=TOM)

    await slack.open_home(TOM)

    await chat.until(lambda: (home := slack.home(TOM)) and "Pine Lodge" in home.plain())


async def test_a_colleague_is_refused_where_outsiders_are(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """In a channel with another company, nobody gets an order, whatever organisation Slack names."""
    slack.workspace.channels[PARTNERS].members.add(TOM)
    slack.workspace.channels[PARTNERS].is_org_shared = True

    answer = await chat.order(OAK, user=TOM, channel=PARTNERS)

    assert "is shared with another company" in answer.plain()
    assert autoenhance.requests == []


async def test_a_colleague_is_refused_as_soon_as_outsiders_are_there(chat: Chat, slack: SlackSandbox) -> None:
    """What Slack said of the channel minutes ago is not enough: an outsider may have been added since."""
    assert "Oak Terrace" in (await chat.order(OAK, user=TOM)).plain()
    slack.workspace.channels[SHOOTS].is_ext_shared = True

    answer = await chat.order(OAK, user=TOM)

    assert "is shared with another company" in answer.plain()


@pytest.mark.parametrize("trouble", ["scope", "busy", "hidden"])
async def test_a_colleague_is_refused_where_slack_does_not_say_who_is_there(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox, trouble: str
) -> None:
    """Another workspace's person could be an outsider there, so the answer says where to ask."""
    channel = slack.workspace.channels[EDITING]
    channel.members.add(TOM)
    channel.is_private = trouble == "hidden"
    if trouble == "scope":
        slack.scopes.discard("channels:read")
        channel.members.add(BOT)
    if trouble == "busy":
        slack.fail("conversations.info", error="ratelimited", retry_after=1, times=1)

    answer = await chat.order(OAK, user=TOM, channel=EDITING)

    if trouble == "busy":  # the answer waits until Slack says
        assert "Oak Terrace" in answer.plain()
        return
    assert "I can't tell whether everyone here works for your company" in answer.plain()
    assert autoenhance.requests == []


async def test_another_organisation_is_outside(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """A person whose payload names another organisation gets nothing, in any channel."""
    theirs = Organisation("E0OTHERS01", "Others", frozenset({TEAM, SISTER_TEAM}))
    slack.workspace.organisation = theirs

    answer = await chat.order(OAK, user=TOM)

    assert "only to members of the company that installed it" in answer.plain()
    assert autoenhance.requests == []
