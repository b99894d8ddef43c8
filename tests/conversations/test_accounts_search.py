"""Searches over several accounts, and what of them each place sees."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.demo import Sandbox, open_sandbox
from bot.handlers.key_use import NOTED_EVERY
from bot.handlers.searches import MAX_ACCOUNTS, MAX_PAGES_OF_ALL
from bot.sandbox.autoenhance.app import API_KEY, SECOND_KEY, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_book import MAIN, SECOND
from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.slack.sample_workspace import ANA, ANA_BEN, ANA_BOT, BEN, SHOOTS
from bot.sandbox.slack.workspace import Message
from bot.slack.constants import NEXT_HITS
from tests.conftest import FAST_TIMING
from tests.support import accounts
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.running_bot import running_bot

STALE = "This list is too old to continue."


def add_orders(autoenhance: AutoenhanceSandbox, account: str, *names: str, age: float = 0) -> None:
    """Orders of these names, a minute apart, the newest first."""
    for number, name in enumerate(names):
        id_ = f"{account}-{name.replace(' ', '-')}"
        made = age + 60 * number
        autoenhance.add(
            order(id_, name, photos(id_, (1, {})), now=autoenhance.clock(), age=made), account=account
        )


def names(hits: Message) -> list[str]:
    """Of the rows, without their marks."""
    return [row["text"]["text"].split(" ", 1)[1] for row in hits.blocks if "accessory" in row]


def next_button(hits: Message) -> dict[str, str]:
    elements = [each for block in hits.blocks for each in block.get("elements", [])]
    return next(each for each in elements if each.get("action_id") == NEXT_HITS)


@pytest.mark.both
async def test_a_channel_searches_what_it_was_given(chat: Chat, sandbox: Sandbox) -> None:
    """Everybody there finds its orders, and each hit says whose it is. After that was taken back, nobody."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])

    hits = await chat.order("find cedar", user=BEN)
    assert names(hits) == ["8 Cedar Drive"]
    assert "Studio B" in hits.plain()
    assert "default account" in (await chat.order("find oak terrace", user=BEN)).plain()

    await accounts.give(sandbox.settings, account)
    again = await chat.order("find cedar", user=BEN)
    assert names(again) == []
    assert "Studio B" not in again.plain()
    assert "default account" not in (await chat.order("find oak terrace", user=BEN)).plain()


async def test_an_owner_alone_searches_their_own_in_a_direct_message(chat: Chat, sandbox: Sandbox) -> None:
    """Neither another person nor a channel sees an account that was given to no channel."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA)

    assert names(await chat.order("find cedar", channel=ANA_BOT)) == ["8 Cedar Drive"]
    assert names(await chat.order("find cedar", channel=ANA_BEN)) == ["8 Cedar Drive"]
    assert names(await chat.order("find cedar", user=BEN, channel=ANA_BEN)) == []
    assert names(await chat.order("find cedar", user=ANA, channel=SHOOTS)) == []


async def test_everywhere_is_everywhere(chat: Chat, sandbox: Sandbox) -> None:
    """Each channel and each person searches such an account."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, everywhere=True)

    for user, channel in ((BEN, SHOOTS), (BEN, ANA_BEN), (ANA, ANA_BOT)):
        assert names(await chat.order("find cedar", user=user, channel=channel)) == ["8 Cedar Drive"]


@pytest.mark.both
async def test_a_disconnected_account_is_found_nowhere(chat: Chat, sandbox: Sandbox) -> None:
    """Not in its channels, and not by its owner."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    assert names(await chat.order("find cedar")) == ["8 Cedar Drive"]

    await accounts.disconnect(sandbox.settings, account)

    assert names(await chat.order("find cedar")) == []
    assert names(await chat.order("find cedar", channel=ANA_BOT)) == []


async def test_a_name_typed_as_an_id_is_searched_in_the_same_accounts(chat: Chat, sandbox: Sandbox) -> None:
    """A word that is no order's ID is no way around."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    assert names(await chat.order("orchard")) == ["Orchard House, garden"]

    await accounts.give(sandbox.settings, account)

    assert "Orchard" not in (await chat.order("orchard")).plain()


async def test_accounts_are_one_list(chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox) -> None:
    """Newest first over all, counted over all, and the next page goes on in each."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    add_orders(autoenhance, MAIN, *(f"Pine {number}" for number in range(0, 26, 2)))
    add_orders(autoenhance, SECOND, *(f"Pine {number}" for number in range(1, 9, 2)), age=30)

    hits = await chat.order("find pine")
    assert "17 orders match “pine”, newest first. Showing 1 to 10." in hits.plain()
    first = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "10"]
    assert names(hits) == [f"Pine {number}" for number in first]

    await chat.click(hits, "Next 7")
    rest = await chat.reads("Showing 11 to 17.")
    assert names(rest) == [f"Pine {number}" for number in range(12, 26, 2)]
    assert rest.buttons()[-1] == "First page"


async def test_the_newest_of_all_accounts(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """`recent` shows each order once, page by page, until there are no more."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    everything = [each["name"] for account in (MAIN, SECOND) for each in autoenhance.orders(account)]

    page, seen = await chat.order("recent"), list[str]()
    assert "The 10 newest orders." in page.plain()
    assert "8 Cedar Drive" in names(page)
    while True:
        seen += names(page)
        if not any(label.startswith("Next") for label in page.buttons()):
            break
        await chat.click(page, "Next 10")
        page = await chat.reads(f"rders {len(seen) + 1} to")

    assert sorted(seen) == sorted(everything)
    assert f"of {len(everything)}, newest first." in page.plain()


async def test_an_order_in_two_accounts_is_one_hit(chat: Chat, sandbox: Sandbox) -> None:
    """Both are named, and it is counted once."""
    await accounts.connect(sandbox.settings, API_KEY, owner=ANA, name="Elm <Studio>", channels=[SHOOTS])

    hits = await chat.order("find elm street")

    assert "2 orders match “elm street”" in hits.plain()
    assert len(names(hits)) == 2
    assert "default account and Elm &lt;Studio&gt;" in hits.text


async def test_a_foreign_name_is_only_text(chat: Chat, sandbox: Sandbox) -> None:
    """The name of an account mentions nobody, breaks nothing and is shortened."""
    name = "<!channel> & <https://evil.example|x> " + "z" * 300
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, name=name, channels=[SHOOTS])

    hits = await chat.order("find cedar")

    assert "&lt;!channel&gt; &amp; &lt;https://evil.example" in hits.text
    assert "zz" not in hits.text


async def to_next_page(chat: Chat, sandbox: Sandbox, channel: str) -> Message:
    """A page of Ana's there whose next one has orders of the second account alone."""
    add_orders(sandbox.autoenhance, SECOND, *(f"Pine {number}" for number in range(13)))
    hits = await chat.order("find pine", channel=channel)
    assert len(names(hits)) == 10
    return hits


@pytest.mark.both
async def test_a_page_of_an_account_that_was_taken_away(chat: Chat, sandbox: Sandbox) -> None:
    """The button of an older page shows nothing of it."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    hits = await to_next_page(chat, sandbox, SHOOTS)
    await accounts.give(sandbox.settings, account)
    sandbox.autoenhance.forget()

    await chat.click(hits, "Next 3")

    assert "Pine" not in (await chat.reads(STALE)).text.replace("find pine", "")
    assert sandbox.autoenhance.forget() == []


async def test_a_page_of_a_direct_message_clicked_in_a_channel(chat: Chat, sandbox: Sandbox) -> None:
    """The place of the click decides, and not what the button holds."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA)
    add_orders(sandbox.autoenhance, MAIN, *(f"Pine {number} of all" for number in range(13)))
    mine = await to_next_page(chat, sandbox, ANA_BOT)
    here = await chat.order("find pine")
    assert all("of all" in name for name in names(here))

    next_button(here)["value"] = next_button(mine)["value"]
    await chat.click(here, "Next 3")

    page = await chat.reads("Showing 11 to")
    assert names(page)
    assert all("of all" in name for name in names(page))


FAILURES = {
    "refused": "Studio B: Autoenhance rejected its key. Its owner can replace it in Order Desk's Home tab.",
    "unreadable": "Studio B: its key can't be read. Ask an admin to run python app.py check.",
    "500": "Studio B: Autoenhance isn't responding. Type /order find elm again in a few minutes.",
    "429": "Studio B: Autoenhance is limiting requests. Type /order find elm again in a minute.",
}


@pytest.mark.parametrize("how", FAILURES)
async def test_an_account_that_fails_is_one_line(chat: Chat, sandbox: Sandbox, how: str) -> None:
    """The others are searched, and the count says that there may be more."""
    readable = how != "unreadable"
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=BEN, channels=[SHOOTS], readable=readable)
    if how == "refused":
        sandbox.autoenhance.second_key = "another"
    elif readable:
        sandbox.autoenhance.set_failure("500" if how == "500" else "429", order=SECOND, retry_after=30)

    hits = await chat.order("find elm")

    assert "At least 2 orders match “elm”, newest first." in hits.plain()
    assert names(hits) == ["12 Elm Street — twilight", "12 Elm Street — day"]
    assert f"I couldn't search {FAILURES[how]}" in hits.plain().replace("`", "").replace("*", "")


async def test_the_admins_key_may_fail_alone(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """The line names an admin, who can replace it."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=BEN, channels=[SHOOTS])
    autoenhance.api_key = "another"

    hits = await chat.order("find cedar")

    assert names(hits) == ["8 Cedar Drive"]
    assert "I couldn't search the default account: Autoenhance rejected its key. Ask an admin" in hits.plain()


async def test_when_all_fail_it_is_the_error(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """One that may pass is waited for. Otherwise the first account's error is told."""
    await accounts.connect(sandbox.settings, SECOND_KEY, owner=BEN, channels=[SHOOTS])
    autoenhance.api_key = autoenhance.second_key = "another"
    assert "Our Autoenhance API key was rejected." in (await chat.order("find cedar")).plain()

    autoenhance.second_key = SECOND_KEY
    autoenhance.set_failure("500", order=SECOND, times=2)
    await chat.order("find orchard")
    assert names(await chat.reads("At least 1 order matches “orchard”.")) == ["Orchard House, garden"]


async def test_the_owner_is_told_once_that_a_key_is_refused(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """In a direct message, with the next step. After another key was refused, once more."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    autoenhance.second_key = "another"

    def told() -> int:
        return sum("rejected the API key of your account" in each.text for each in chat.said(ANA_BOT))

    await chat.order("find cedar", user=BEN)
    message = await chat.reads("rejected the API key of your account *Studio B*", ANA_BOT)
    assert "press *Replace key*" in message.text
    async with asyncio.timeout(20):
        while (await accounts.stored(sandbox.settings, account)).refused_at is None:
            pass
    await chat.order("find cedar", user=BEN)
    await chat.order("recent", user=BEN)
    assert told() == 1

    sealed = accounts.sealed_key(sandbox.settings, account.account_id, "third-key-of-studio-b")
    async with accounts.accounts_of(sandbox.settings) as stored:
        of = (account.team_id, account.account_id)
        assert await stored.replace_key(*of, sealed, "io-b", owner=ANA, asked=datetime.now(UTC))
    await chat.order("find cedar", user=BEN)
    await chat.until(lambda: told() == 2 or None)


async def test_use_is_noted_once_an_hour(
    chat: Chat, sandbox: Sandbox, clock: Clock, autoenhance: AutoenhanceSandbox
) -> None:
    """A search is usually no write."""
    account = await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, channels=[SHOOTS])
    await chat.order("find cedar")
    first = (await accounts.stored(sandbox.settings, account)).used_at
    assert first

    clock.turn(seconds=NOTED_EVERY.total_seconds() - 60)
    await chat.order("find cedar")
    assert (await accounts.stored(sandbox.settings, account)).used_at == first

    clock.turn(seconds=120)
    await chat.order("find cedar")
    later = (await accounts.stored(sandbox.settings, account)).used_at
    assert later
    assert later > first


async def test_many_accounts_share_one_budget(
    chat: Chat, sandbox: Sandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Each of the first ten accounts gets a page, and the answer says how many were left out."""
    for number in range(MAX_ACCOUNTS + 1):
        name = f"Studio {number:02}"
        await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, name=name, channels=[SHOOTS])
    add_orders(autoenhance, SECOND, *(f"Pine {number}" for number in range(40)))

    hits = await chat.order("find pine")

    assert len(autoenhance.looks) == MAX_PAGES_OF_ALL
    assert "At least 15 orders match “pine”" in hits.plain()
    assert "I didn't search 2 more accounts." in hits.plain()


@pytest.fixture
async def no_admins_key(
    tmp_path: Path, clock: Clock, database_url: str
) -> AsyncIterator[tuple[Sandbox, Chat]]:
    """A bot without AUTOENHANCE_API_KEY, where members connect accounts."""
    opening = open_sandbox(tmp_path, clock=clock, database_url=database_url, autoenhance_api_key=None)
    async with opening as sandbox, running_bot(sandbox, timing=FAST_TIMING, now=clock.now):
        yield sandbox, Chat(sandbox.slack)


async def test_without_an_account_the_next_step_is_said(no_admins_key: tuple[Sandbox, Chat]) -> None:
    """A person connects one, or has a channel added. In the end one account is searched as ever."""
    sandbox, chat = no_admins_key
    connect = "Connect yours in Order Desk's Home tab, or ask an account's owner to add this channel there."

    here = (await chat.order("find cedar")).plain()
    assert f"No Autoenhance account is searched in this channel. {connect}" in here
    assert "An order ID or a link works without it" in here
    alone = (await chat.order("recent", channel=ANA_BOT)).plain()
    assert "To search by name, connect your Autoenhance account in Order Desk's Home tab." in alone

    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA)
    assert "No Autoenhance account is searched" in (await chat.order("recent")).plain()
    mine = await chat.order("recent", channel=ANA_BOT)
    assert "All 3 orders, newest first." in mine.plain()
    assert "Studio B" not in mine.plain()


async def test_the_only_account_failing_is_explained(no_admins_key: tuple[Sandbox, Chat]) -> None:
    """Its name and the next step, and not the admin's key."""
    sandbox, chat = no_admins_key
    await accounts.connect(sandbox.settings, "revoked", owner=BEN, channels=[SHOOTS])
    assert "rejected the API key of “Studio B”. Its owner can" in (await chat.order("recent")).plain()

    await accounts.connect(sandbox.settings, SECOND_KEY, owner=ANA, name="Lost", readable=False)
    answer = (await chat.order("recent", channel=ANA_BOT)).plain()
    assert "I can't read the API key of “Lost”. Ask an admin to run `python app.py check`." in answer
