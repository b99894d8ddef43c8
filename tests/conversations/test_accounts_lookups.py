"""Orders by their ID where Autoenhance demands a key: each place gets what its accounts open."""

from dataclasses import replace

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import API_KEY, SECOND_KEY, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_book import SECOND
from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.autoenhance.progress import Run
from bot.sandbox.autoenhance.sample_orders import CEDAR, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BEN, ANA_BOT, BEN, EDITING, SHOOTS
from tests.support import accounts
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.waiting import until_idle, until_no_job_is_left

NOT_FOUND = "I couldn't find order"


@pytest.fixture
def autoenhance(sandbox: Sandbox, app: App) -> AutoenhanceSandbox:
    """Demands a key for single orders."""
    sandbox.autoenhance.demands_key = True
    return sandbox.autoenhance


async def test_keys_are_not_sent_where_none_is_demanded(chat: Chat, sandbox: Sandbox) -> None:
    """Whoever has the ID reads the order, as before, and no key leaves."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])

    assert "8 Cedar Drive" in (await chat.order(CEDAR, user=BEN, channel=ANA_BEN)).plain()
    assert "8 Cedar Drive" in (await chat.order(CEDAR)).plain()

    assert all("x-api-key" not in asked.headers for asked in sandbox.autoenhance.requests)


@pytest.mark.both
async def test_a_place_gets_the_orders_of_its_accounts(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """By its ID too, an order is shown only where its account may be used."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])

    card = await chat.order(CEDAR, user=BEN)
    assert "8 Cedar Drive" in card.plain()
    assert "8 Cedar Drive" in (await chat.order(CEDAR, channel=ANA_BOT)).plain()
    assert NOT_FOUND in (await chat.order(CEDAR, user=BEN, channel=ANA_BEN)).plain()

    await accounts.give(sandbox.settings, account)
    assert NOT_FOUND in (await chat.order(CEDAR, user=BEN)).plain()
    await chat.click(card, "Re-check", user=BEN)
    again = await chat.reads(NOT_FOUND, viewer=BEN)
    assert "8 Cedar Drive" not in again.plain()


async def test_the_admins_account_is_used_everywhere(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """Look-ups work as ever, and the brackets come with the order."""
    assert "Oak Terrace, show home" in (await chat.order(OAK)).plain()
    assert "Oak Terrace, show home" in (await chat.order(OAK)).plain()

    sent = [asked.headers.get("x-api-key") for asked in autoenhance.requests]
    assert sent.count(None) == 2
    assert sent.count(API_KEY) == 4


async def test_an_outage_shows_nothing_of_an_order_from_elsewhere(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """What the team last knew of it was perhaps seen with a key that this place may not use."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA)
    assert "16 of 18" in (await chat.order(CEDAR, channel=ANA_BOT)).plain()
    autoenhance.set_failure("500")

    await chat.order(CEDAR, user=BEN)

    answer = await chat.reads("Autoenhance isn't responding.", viewer=BEN)
    assert "of 18" not in answer.plain()


async def test_without_any_account_the_next_step_is_said(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """A refused key of the admin is told as ever, and that of a member is told with its account's name."""
    autoenhance.api_key = "another"
    assert "Our Autoenhance API key was rejected." in (await chat.order(OAK)).plain()

    account = await accounts.connect(sandbox.settings, "revoked", owner=ANA, channels=[SHOOTS])
    said = (await chat.order(OAK)).plain()
    assert f"Autoenhance didn't show me order `{OAK}` with the accounts that may be used here." in said
    assert "type `/order find` and the name, or ask the owner of its account" in said
    assert (await accounts.stored(sandbox.settings, account)).refused_at is None


async def test_an_order_that_is_refused_marks_no_account(
    chat: Chat, sandbox: Sandbox, app: App, autoenhance: AutoenhanceSandbox
) -> None:
    """Its owner reads nothing, however often it is asked for: searches go on with the account's key."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    autoenhance.demands_key = False
    autoenhance.set_failure("401", order=OAK)

    for _ in range(2):
        assert "didn't show me order" in (await chat.order(OAK, user=BEN)).plain()
        assert "8 Cedar Drive" in (await chat.order("find cedar", user=BEN)).plain()
    await until_no_job_is_left(app)

    assert chat.said(ANA_BOT) == []
    stored = await accounts.stored(sandbox.settings, account)
    assert (stored.used_at is None, stored.refused_at) == (False, None)


async def test_an_order_that_is_shown_does_not_end_a_refusal(
    chat: Chat, sandbox: Sandbox, app: App, autoenhance: AutoenhanceSandbox
) -> None:
    """Orders are shown with a rejected key too, so the owner would read of it again after each of them."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    autoenhance.set_failure("401", order="second")
    for _ in range(2):
        assert "rejected its key" in (await chat.order("find cedar", user=BEN)).plain()
        assert "8 Cedar Drive" in (await chat.order(CEDAR, user=BEN)).plain()
        await until_no_job_is_left(app)

    assert (await accounts.stored(sandbox.settings, account)).refused_at
    assert len([each for each in chat.said(ANA_BOT) if "Studio B" in each.text]) == 1


async def test_an_answer_that_was_on_its_way_does_not_end_a_refusal(
    chat: Chat, sandbox: Sandbox, app: App, autoenhance: AutoenhanceSandbox
) -> None:
    """The order was asked for before a search found that the key is rejected, and comes after it."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    assert "Oak Terrace" in (await chat.order(OAK)).plain()
    autoenhance.set_failure("hang", order=CEDAR)
    before = len(autoenhance.looks)
    await sandbox.slack.command(f"/order {CEDAR}", user=BEN)
    await autoenhance.asked(before + 1)
    autoenhance.set_failure("401", order="second")
    assert "rejected its key" in (await chat.order("find cedar", user=BEN)).plain()
    await chat.reads("Studio B", channel=ANA_BOT)

    autoenhance.released.set()
    await chat.reads("8 Cedar Drive", viewer=BEN)
    await until_no_job_is_left(app)

    assert (await accounts.stored(sandbox.settings, account)).refused_at


async def checked(app: App, autoenhance: AutoenhanceSandbox, clock: Clock) -> None:
    """Returns when the bot has checked again, half an hour later."""
    await until_idle(app)
    asked = len(autoenhance.requests)
    clock.turn(minutes=30)
    await autoenhance.change_signal.until(lambda: len(autoenhance.requests) > asked, timeout=20)
    await until_idle(app)


async def test_a_watch_does_not_end_because_keys_were_tried(
    chat: Chat, app: App, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """An order that no account of the place sees may be there. When it is shown again, that is posted."""
    cedar_runs(autoenhance)
    autoenhance.demands_key = False
    here = await chat.watch(CEDAR)
    autoenhance.demands_key = True
    for _ in range(3):
        await checked(app, autoenhance, clock)
    await chat.click(here, "Re-check", user=BEN)
    await chat.reads("I couldn't find this order.", viewer=BEN)
    assert "4 of 18" in here.plain()

    autoenhance.demands_key = False
    autoenhance.finish(CEDAR)
    clock.turn(minutes=60)

    assert "18 of 18" in (await chat.noticed(here)).plain()


def cedar_runs(autoenhance: AutoenhanceSandbox) -> None:
    """Nothing of it is done yet."""
    finished = order(CEDAR, "8 Cedar Drive", photos(CEDAR, (18, {})), now=autoenhance.clock())
    run = Run(autoenhance.clock(), seconds_per_photo=1e6)
    autoenhance.add(finished, replace(run, done=4), account=SECOND)


async def test_a_watch_is_checked_with_the_keys_of_its_place(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """Each place of an order that two places watch, and none with the keys of the other."""
    cedar_runs(autoenhance)
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=BEN, name="Ben's")
    here = await chat.watch(CEDAR)
    await chat.order(f"watch {CEDAR}", user=BEN, channel=ANA_BEN)

    autoenhance.finish(CEDAR)
    clock.turn(minutes=10)

    notice = await chat.noticed(here)
    assert "18 of 18" in notice.plain()
    with_keys = {asked.headers.get("x-api-key") for asked in autoenhance.looks[-4:]}
    assert with_keys <= {API_KEY, SECOND_KEY}


async def test_a_watch_in_a_place_that_lost_the_account_learns_nothing(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """A check, or a click on Re-check of another place's card, tells it nothing new of the order."""
    cedar_runs(autoenhance)
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    here = await chat.watch(CEDAR)
    await chat.order(f"watch {CEDAR}", user=ANA, channel=ANA_BOT)
    mine = await chat.until(lambda: next(iter(chat.posted(ANA_BOT)[-1:]), None))
    assert "4 of 18" in here.plain()

    await accounts.give(sandbox.settings, account)
    autoenhance.finish(CEDAR)
    await chat.click(mine, "Re-check")
    clock.turn(minutes=10)

    assert "18 of 18" in (await chat.noticed(mine)).plain()
    assert all("18 of 18" not in each.plain() for each in chat.said(viewer=BEN))


async def test_two_channels_ask_at_once(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Questions about one order at the same moment do not share an answer over what may be seen."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    autoenhance.set_failure("hang")
    seen = sandbox.slack.command(f"/order {CEDAR}", user=BEN, channel=SHOOTS)
    unseen = sandbox.slack.command(f"/order {CEDAR}", user=BEN, channel=EDITING)
    await seen
    await unseen
    await autoenhance.asked(1)
    autoenhance.set_failure("well")
    autoenhance.released.set()

    assert "8 Cedar Drive" in (await chat.reads("8 Cedar Drive", viewer=BEN)).plain()
    answer = await chat.reads(NOT_FOUND, EDITING, BEN)
    assert "8 Cedar Drive" not in answer.plain()


async def test_a_demand_that_begins_while_two_places_watch(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox, clock: Clock
) -> None:
    """The first check that is refused goes on with the keys of each place for that place alone."""
    autoenhance.demands_key = False
    cedar_runs(autoenhance)
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    here = await chat.watch(CEDAR)
    await chat.order(f"watch {CEDAR}", user=BEN, channel=ANA_BEN)
    known = {each.ts for each in chat.said(ANA_BEN, BEN)}

    autoenhance.demands_key = True
    autoenhance.finish(CEDAR)
    clock.turn(minutes=10)

    assert "18 of 18" in (await chat.noticed(here)).plain()
    bens = [each.plain() for id_ in sandbox.slack.workspace.channels for each in chat.said(id_, BEN)]
    assert sum("18 of 18" in text for text in bens) == sum(
        "18 of 18" in each.plain() for each in chat.said(SHOOTS, BEN)
    )
    assert {each.ts for each in chat.said(ANA_BEN, BEN)} == known


async def test_every_way_in_uses_the_keys_of_its_place(
    chat: Chat, sandbox: Sandbox, slack: SlackSandbox, app: App, autoenhance: AutoenhanceSandbox
) -> None:
    """Sharing, the list of photos, a pasted link and the choice of an order to watch."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    await chat.order("settings unfurl on")
    link, both = f"https://app.autoenhance.ai/orders/{CEDAR}", f"{CEDAR} and {OAK}"

    card = await chat.order(CEDAR)
    await chat.click(card, "All photos")
    assert "8 Cedar Drive" in (await chat.view("8 Cedar Drive")).plain()
    await chat.click(card, "Share in channel")
    assert "8 Cedar Drive" in (await chat.until(lambda: next(iter(chat.posted()), None))).plain()
    await slack.say(link, user=BEN, channel=SHOOTS)
    await until_no_job_is_left(app)
    assert "8 Cedar Drive" in slack.messages(SHOOTS)[-1].plain()
    await slack.say(both, user=BEN, channel=SHOOTS)
    await slack.message_shortcut("watch_order_here", slack.messages(SHOOTS)[-1], user=ANA)
    assert "8 Cedar Drive" in str((await chat.view("Choose the one to watch")).blocks)

    await accounts.give(sandbox.settings, account)
    await slack.say(link, user=BEN, channel=SHOOTS)
    await until_no_job_is_left(app)
    assert "8 Cedar Drive" not in slack.messages(SHOOTS)[-1].plain()
    assert NOT_FOUND in (await chat.order(f"watch {CEDAR}", user=BEN)).plain()
