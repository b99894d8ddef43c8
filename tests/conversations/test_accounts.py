"""Members connect and manage Autoenhance accounts on the Home tab, through the real app."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox, open_sandbox
from bot.sandbox.autoenhance.app import API_KEY
from bot.sandbox.errors import NotOffered
from bot.sandbox.latency import Latency
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.sample_workspace import (
    ANA,
    ANA_BEN,
    ANA_BOT,
    BEN,
    BOT,
    OLD_SHOOTS,
    OLGA,
    OWNERS,
    PARTNERS,
    SHOOTS,
)
from bot.sandbox.slack.workspace import Message, View
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.keyring import new_key
from tests.support import stored_rows
from tests.support.both_databases import on_sqlite
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.waiting import until_idle, until_no_job_is_left

WRONG_KEY = "Wq7notTheKeyOfAnyAccount000000000000000y"
CONNECT = "Connect an Autoenhance account"


@pytest.fixture
async def sandbox(
    tmp_path: Path, clock: Clock, database_url: str, latency: Latency | None
) -> AsyncIterator[Sandbox]:
    """Both stand-ins, and settings with ENCRYPTION_KEYS."""
    async with open_sandbox(
        tmp_path,
        clock=clock,
        latency=latency,
        database_url=database_url,
        encryption_keys=new_key(),
        autoenhance_api_key=None,
    ) as sandbox:
        yield sandbox


@dataclass
class Desk:
    """What people do with accounts, and what they and the database have of it."""

    chat: Chat
    app: App
    sandbox: Sandbox

    @property
    def slack(self) -> SlackSandbox:
        return self.chat.slack

    async def home(self, words: str, user: str = ANA) -> View:
        """The Home tab of this person, once it has these words."""
        await self.chat.until(lambda: words in self.seen(user))
        home = self.slack.home(user)
        assert home is not None
        return home

    def seen(self, user: str = ANA) -> str:
        home = self.slack.home(user)
        return bare(home) if home else ""

    async def open(self, user: str = ANA) -> View:
        """The Home tab, drawn now."""
        before = self.slack.home(user)
        seen = before.hash if before else ""
        await self.slack.open_home(user)
        await self.chat.until(lambda: (home := self.slack.home(user)) and home.hash != seen)
        return await self.home("Autoenhance accounts", user)

    async def form(self, user: str = ANA) -> View:
        """The modal for a new account."""
        await self.slack.click(await self.open(user), CONNECT, user=user)
        return await self.chat.view("API key", user)

    async def submit(self, name: str, key: str = API_KEY, user: str = ANA) -> Exchange:
        return await self.slack.submit(await self.form(user), {"Name": name, "API key": key})

    async def connect(self, name: str = "Elm Studio", user: str = ANA) -> StoredAccount:
        await self.submit(name, user=user)
        await self.home(f"Connected {name}", user)
        return next(each for each in await self.stored() if each.account.name == name)

    async def menu(self, entry: str, words: str, user: str = ANA) -> View:
        """The modal of an entry of the only account's menu, once it has these words."""
        await self.slack.click(await self.open(user), entry, user=user)
        return await self.modal(words, user)

    async def modal(self, words: str, user: str = ANA) -> View:
        return await self.chat.until(
            lambda: next((each for each in self.slack.views(user) if words in bare(each)), None)
        )

    async def stored(self) -> list[StoredAccount]:
        return await Accounts(self.app.storage.database).everyone()

    def messages(self, user: str = ANA) -> list[str]:
        """The bot's direct messages to this person."""
        room = f"D{user[1:]}"
        if room not in self.slack.workspace.channels:
            return []
        return [bare(each) for each in self.chat.said(room, user)]

    async def reads(self, words: str, user: str = ANA) -> None:
        """A direct message with these words is there."""
        await self.chat.until(lambda: any(words in each for each in self.messages(user)))


@pytest.fixture
def desk(chat: Chat, app: App, sandbox: Sandbox) -> Desk:
    return Desk(chat, app, sandbox)


def bare(drawn: Message | View) -> str:
    """Its words without markup."""
    return drawn.plain().replace("*", "").replace("`", "")


def answered(exchange: Exchange) -> Any:
    return json.loads(exchange.reply or b"{}")


@pytest.mark.both
async def test_an_account_is_connected(desk: Desk) -> None:
    """Its key is checked first. The modal closes, and Home says what became of it."""
    exchange = await desk.submit(" Elm\u200b Studio ", f" “{API_KEY}\u200b” \n")
    home = await desk.home("Connected Elm Studio. Its key ends in 000x.")

    assert answered(exchange) == {"response_action": "clear"}
    assert desk.slack.views() == []
    [stored] = await desk.stored()
    assert (stored.account.name, stored.account.owner, stored.account.hint) == ("Elm Studio", ANA, "000x")
    assert (stored.account.everywhere, stored.account.channels) == (False, frozenset())
    assert desk.sandbox.autoenhance.looks[-1].query == "per_page=1"
    assert home.menu() == ["Channels", "Replace key", "Webhook", "Hand over", "Disconnect"]
    assert f"Owner: @{ANA} · Key ends in 000x" in bare(home)
    assert "Searched only by you." in bare(home)
    assert desk.messages() == []


@pytest.mark.both
async def test_no_key_is_kept_or_said_in_clear(
    desk: Desk, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Not in a job, a row, a log line, a view, a message, or any other call of Slack: accepted or refused."""
    gate = desk.sandbox.autoenhance
    gate.set_failure("hang")
    await desk.submit("Elm Studio")
    await gate.asked(1)
    waiting = json.dumps([dict(row) for row in await rows(desk, "SELECT * FROM jobs")], default=str)
    gate.set_failure("well")
    gate.released.set()
    await desk.home("Connected Elm Studio")
    await desk.submit("Another", WRONG_KEY)
    await desk.home("rejected the key of “Another”")
    await until_idle(desk.app)
    kept = [dict(row) for table in ("jobs", "accounts") for row in await rows(desk, f"SELECT * FROM {table}")]  # noqa: S608
    sent = [[call.params, call.answer] for call in desk.slack.calls()]
    acks = [exchange.reply.decode() for exchange in desk.slack.exchanges]

    assert "connect_account" in waiting
    for key in (API_KEY, WRONG_KEY):
        everything = (
            waiting,
            kept,
            sent,
            acks,
            contents(tmp_path),
            capfd.readouterr(),
            desk.slack.transcript(),
        )
        assert not [part for part in everything if key in json.dumps(part, default=str)]


def contents(folder: Path) -> list[str]:
    """The database's files. Empty for a database that is elsewhere."""
    return [file.read_bytes().decode("latin-1") for file in folder.glob("*") if file.is_file()]


async def rows(desk: Desk, query: str) -> list[Any]:
    return await stored_rows.rows(desk.sandbox.settings, query)


@pytest.mark.parametrize(
    ("name", "key", "errors"),
    [
        ("\u200b", API_KEY, {"ask": "Enter a name, such as the name of the studio."}),
        ("n" * 41, API_KEY, {"ask": "That name is too long. Use at most 40 characters."}),
        ("Elm", "“\u200b”", {"key": "Paste the API key."}),
        ("Elm", "k" * 201, {"key": "too long for an API key"}),
        ("Elm", "ключ-от-дома", {"key": "Copy it again."}),
        ("Elm", "one two", {"key": "Copy it again."}),
        ("\u200b", "\u200b", {"ask": "Enter a name", "key": "Paste the API key."}),
    ],
    ids=["no-name", "long-name", "no-key", "long-key", "cyrillic", "blank", "both"],
)
@on_sqlite
async def test_a_mistake_is_said_below_its_field(
    desk: Desk, name: str, key: str, errors: dict[str, str]
) -> None:
    """The modal stays open, and nothing is recorded. The key is not repeated."""
    view = await desk.form()
    said = answered(await desk.slack.submit(view, {"Name": name, "API key": key}))

    assert said["response_action"] == "errors"
    assert set(said["errors"]) == set(errors)
    assert all(words in said["errors"][field] for field, words in errors.items())
    assert key not in str(said)
    assert desk.slack.views() == [view]
    assert await desk.stored() == []
    assert await rows(desk, "SELECT * FROM jobs WHERE kind = 'connect_account'") == []


@pytest.mark.both
async def test_a_refused_key_is_said_at_home_and_in_a_message(desk: Desk) -> None:
    """Nothing is stored, and the next step is named."""
    await desk.submit("Elm Studio", WRONG_KEY)
    await desk.home("Autoenhance rejected the key of “Elm Studio”, so I didn't save it. Copy it again")
    await desk.reads("Autoenhance rejected the key of “Elm Studio”")

    assert await desk.stored() == []
    assert len(desk.messages()) == 1


@pytest.mark.parametrize("name", ["Elm Studio", "ELM studio", "Default"])
@on_sqlite
async def test_a_name_is_taken_once(desk: Desk, name: str) -> None:
    """In whatever case, also by another person. Autoenhance is not asked for that."""
    await desk.connect()
    asked = len(desk.sandbox.autoenhance.looks)
    await desk.submit(name, user=BEN)
    await desk.home(f"There is an account named “{name}” already", BEN)
    await desk.reads("Connect yours again with another name", BEN)

    assert [each.account.owner for each in await desk.stored()] == [ANA]
    assert len(desk.sandbox.autoenhance.looks) == asked


@pytest.mark.both
async def test_a_redelivery_is_one_account(desk: Desk) -> None:
    """The same submission is done once, before and after the account is disconnected."""
    exchange = await desk.submit("Elm Studio")
    await desk.slack.redeliver(exchange)
    await desk.home("Connected Elm Studio")
    await desk.slack.redeliver(exchange, attempt=1, reason="http_timeout")
    await until_no_job_is_left(desk.app)
    assert len(await desk.stored()) == 1

    await desk.slack.submit(await desk.menu("Disconnect", "delete its key"), {})
    await desk.home("Disconnected Elm Studio")
    await desk.slack.redeliver(exchange)
    await until_no_job_is_left(desk.app)
    assert await desk.stored() == []


@pytest.mark.both
async def test_an_outage_is_said_once_and_waited_for(desk: Desk) -> None:
    """While Autoenhance does not answer, Home says so. The account is connected when it does."""
    desk.sandbox.autoenhance.set_failure("500")
    await desk.submit("Elm Studio")
    await desk.home("Autoenhance isn't responding, so I can't check the key of “Elm Studio” yet.")
    desk.sandbox.autoenhance.set_failure("well")

    await desk.home("Connected Elm Studio")
    assert desk.messages() == []


@on_sqlite
async def test_an_outage_that_goes_on_is_given_up(desk: Desk, clock: Clock) -> None:
    """After 25 minutes, the person reads that nothing was saved."""
    desk.sandbox.autoenhance.set_failure("500")
    await desk.submit("Elm Studio")
    await desk.home("Autoenhance isn't responding")
    clock.turn(minutes=26)

    await desk.home("“Elm Studio”, because Autoenhance didn't respond for 26 minutes.")
    await desk.reads("I didn't save the key")
    assert await desk.stored() == []


@pytest.mark.both
async def test_everybody_sees_the_list_and_only_the_owner_a_menu(desk: Desk) -> None:
    """The default account has none, as an admin set it."""
    await desk.connect()
    home = await desk.open(BEN)

    assert "Elm Studio" in bare(home)
    assert f"Searched only by @{ANA}." in bare(home)
    assert home.menu() == []
    assert CONNECT in home.buttons()


@pytest.mark.both
async def test_a_stranger_cannot_change_an_account(desk: Desk) -> None:
    """Whatever a button or a modal names, the row says whose it is: even after it was handed over."""
    account_id = (await desk.connect()).account.account_id
    share = await desk.menu("Channels", "People there can search")
    await desk.slack.close(share)
    forged = desk.slack.workspace.push(BEN, share.body)
    await desk.slack.submit(forged, {"Everywhere": ["everywhere"]})
    await desk.reads(f"Only @{ANA} can change Elm Studio.", BEN)

    [stored] = await desk.stored()
    assert (stored.account.account_id, stored.account.everywhere) == (account_id, False)


@pytest.mark.parametrize("entry", ["Channels", "Replace key", "Webhook", "Hand over", "Disconnect"])
@on_sqlite
async def test_a_former_owner_is_refused_in_the_modal(desk: Desk, entry: str) -> None:
    """The Home tab from before still has the menu. What it opens says who the owner is."""
    stored = await desk.connect()
    before = await desk.open()
    team, account_id = stored.account.team_id, stored.account.account_id
    await Accounts(desk.app.storage.database).hand_over(team, account_id, BEN)
    await desk.slack.click(before, entry)

    view = await desk.modal(f"Only @{BEN} can change Elm Studio. Ask them to do it")
    assert "submit" not in view.body


@pytest.mark.both
async def test_it_is_shared_with_channels(desk: Desk) -> None:
    """Those that the owner chose, until they choose others. Everywhere is a choice of its own."""
    await desk.connect()
    view = await desk.menu("Channels", "People there can search")
    await desk.slack.submit(view, {"Channels": [SHOOTS, OWNERS]})
    await desk.home("Saved. Elm Studio: Searched in")
    [stored] = await desk.stored()
    assert (stored.account.channels, stored.account.everywhere) == (frozenset({SHOOTS, OWNERS}), False)

    view = await desk.menu("Channels", "People there can search")
    await desk.slack.submit(view, {"Everywhere": ["everywhere"]})
    await desk.home("Saved. Elm Studio: Searched in every channel.")
    [stored] = await desk.stored()
    assert (stored.account.channels, stored.account.everywhere) == (frozenset({SHOOTS, OWNERS}), True)

    view = await desk.menu("Channels", "People there can search")
    await desk.slack.submit(view, {"Channels": [], "Everywhere": []})
    await desk.home("Saved. Elm Studio: Searched only by you.")
    [stored] = await desk.stored()
    assert (stored.account.channels, stored.account.everywhere) == (frozenset(), False)


@pytest.mark.parametrize("channel", [PARTNERS, OLD_SHOOTS, ANA_BOT, ANA_BEN])
@on_sqlite
async def test_channels_that_are_not_offered(desk: Desk, channel: str) -> None:
    """Neither one that is shared with another company, nor an archived one, nor a direct message."""
    await desk.connect()
    view = await desk.menu("Channels", "People there can search")

    with pytest.raises(NotOffered):
        await desk.slack.submit(view, {"Channels": [channel]})


@pytest.mark.both
async def test_it_is_handed_over(desk: Desk) -> None:
    """The new owner reads it in a message, and has the menu. The former one has it no more."""
    await desk.connect()
    view = await desk.menu("Hand over", "New owner")
    await desk.slack.submit(view, {"New owner": BEN})
    home = await desk.home(f"Elm Studio belongs to @{BEN} now.")
    assert home.menu() == []
    await desk.reads("Ana handed the Autoenhance account Elm Studio over to you.", BEN)

    assert len((await desk.open(BEN)).menu()) == 5
    [stored] = await desk.stored()
    assert stored.account.owner == BEN


@on_sqlite
async def test_it_is_not_handed_over_to_an_app(desk: Desk) -> None:
    """Slack takes no message to an app, so it could not change the account either."""
    await desk.connect()
    await desk.slack.submit(await desk.menu("Hand over", "New owner"), {"New owner": BOT})
    await desk.home("so Elm Studio stays yours. Choose another person.")

    assert [each.account.owner for each in await desk.stored()] == [ANA]


@pytest.mark.both
async def test_its_key_is_replaced(desk: Desk) -> None:
    """A key that Autoenhance refused is replaced by one that it accepts, and by no other."""
    stored = await desk.connect()
    team, account_id = stored.account.team_id, stored.account.account_id
    await Accounts(desk.app.storage.database).refused(team, account_id, desk.app.storage.now())
    assert "Autoenhance has rejected this key" in bare(await desk.open())
    await desk.home("Choose Replace key.")
    await desk.open(BEN)
    await desk.home(f"Ask @{ANA} to replace it.", BEN)

    await desk.slack.submit(await desk.menu("Replace key", "API key"), {"API key": WRONG_KEY})
    await desk.home("Autoenhance rejected the key of “Elm Studio”")
    assert [each.sealed_key for each in await desk.stored()] == [stored.sealed_key]

    await desk.slack.submit(await desk.menu("Replace key", "API key"), {"API key": API_KEY})
    home = await desk.home("Elm Studio has a new key. It ends in 000x.")
    assert "rejected" not in bare(home)
    assert [each.sealed_key == stored.sealed_key for each in await desk.stored()] == [False]


@pytest.mark.both
async def test_it_is_disconnected(desk: Desk) -> None:
    """After a question. Its row is deleted, with its channels."""
    await desk.connect()
    view = await desk.menu("Channels", "People there can search")
    await desk.slack.submit(view, {"Channels": [SHOOTS]})
    await desk.home("Saved.")
    view = await desk.menu("Disconnect", "I'll delete its key")
    assert len(await desk.stored()) == 1

    await desk.slack.submit(view, {})
    home = await desk.home("Disconnected Elm Studio. Its key and everything else about it are deleted.")
    assert home.menu() == []
    assert await desk.stored() == []
    assert await rows(desk, "SELECT * FROM account_channels") == []


@pytest.mark.both
async def test_the_owner_alone_sees_the_webhook(desk: Desk) -> None:
    """Its address and its value are in that one modal, and in nothing else that goes to Slack."""
    stored = await desk.connect()
    view = await desk.menu("Webhook", "Authentication")
    await desk.open(BEN)
    assert f"/autoenhance/webhook/{stored.webhook_id}" in view.plain()
    value = bare(view).partition("Authentication value:\n")[2].partition("\n")[0]

    assert len(value) >= 40
    assert value not in str(await desk.stored())
    said = [call.method for call in desk.slack.calls() if value in str(call.params)]
    assert said == ["views.update"]


@on_sqlite
async def test_no_more_than_twenty_are_connected(desk: Desk) -> None:
    """The Home tab shows all of them. The next person reads whom to ask."""
    first = await desk.connect()
    for number in range(19):
        team, name = first.account.team_id, f"Studio {number:02}"
        account = first.account.__class__(team, f"id{number}", name, BEN, "", desk.app.storage.now())
        more = StoredAccount(account, first.sealed_key, f"w{number}", first.sealed_webhook)
        assert await Accounts(desk.app.storage.database).connect(more)
    await desk.submit("One more")
    home = await desk.home("There are 20 connected accounts already")

    assert len(await desk.stored()) == 20
    assert bare(home).count("Owner: ") == 20
    assert home.buttons()[-1] == "Look up an order"


@pytest.mark.both
async def test_a_job_that_is_given_up_keeps_no_key(desk: Desk) -> None:
    """Not even a sealed one: it would stay for 30 days beside the reason."""
    desk.sandbox.autoenhance.set_failure("hang")
    await desk.submit("Elm Studio", WRONG_KEY)
    await desk.sandbox.autoenhance.asked(1)
    [job] = await rows(desk, "SELECT id FROM jobs WHERE kind = 'connect_account'")
    await desk.app.storage.job_store.dead(job["id"], "crashed 3 times", desk.app.storage.now())

    dead = await rows(desk, "SELECT kind, state, content FROM jobs WHERE kind = 'connect_account'")
    assert [dict(row) for row in dead] == [{"kind": "connect_account", "state": "dead", "content": ""}]
    desk.sandbox.autoenhance.released.set()


@pytest.mark.both
async def test_two_of_one_name_at_one_time(desk: Desk) -> None:
    """The one that comes second reads that the name is taken, although it was free at first."""
    desk.sandbox.autoenhance.set_failure("hang")
    await desk.submit("Elm Studio")
    await desk.submit("Elm Studio", user=BEN)
    await desk.sandbox.autoenhance.asked(2)
    desk.sandbox.autoenhance.set_failure("well")
    desk.sandbox.autoenhance.released.set()
    await until_no_job_is_left(desk.app)

    [stored] = await desk.stored()
    other = BEN if stored.account.owner == ANA else ANA
    assert "There is an account named “Elm Studio” already" in desk.seen(other)


@on_sqlite
async def test_people_of_another_company_connect_nothing(desk: Desk) -> None:
    """Whatever they send. They have no Home tab."""
    form = await desk.form()
    theirs = desk.slack.workspace.push(OLGA, form.body)
    await desk.slack.submit(theirs, {"Name": "Elm Studio", "API key": API_KEY})
    await until_no_job_is_left(desk.app)

    assert await desk.stored() == []
    assert desk.slack.home(OLGA) is None
    assert desk.sandbox.autoenhance.looks == []


@pytest.mark.both
async def test_an_account_that_was_disconnected_meanwhile(desk: Desk) -> None:
    """A form that is still open changes nothing, and says that the account is gone."""
    await desk.connect()
    form = await desk.menu("Replace key", "API key")
    stored = (await desk.stored())[0].account
    await Accounts(desk.app.storage.database).disconnect(stored.team_id, stored.account_id)
    await desk.slack.submit(form, {"API key": API_KEY})
    await desk.home("This account isn't connected any more.")
    await desk.reads("This account isn't connected any more.")

    assert await desk.stored() == []


@pytest.mark.both
async def test_a_key_that_is_checked_holds_nothing_up(desk: Desk) -> None:
    """The account is disconnected at once. Its new key is not stored when Autoenhance answers."""
    await desk.connect()
    autoenhance = desk.sandbox.autoenhance
    autoenhance.set_failure("hang")
    await desk.slack.submit(await desk.menu("Replace key", "API key"), {"API key": API_KEY})
    await autoenhance.asked(2)
    await desk.slack.submit(await desk.menu("Disconnect", "delete its key"), {})
    await desk.home("Disconnected Elm Studio.")
    autoenhance.set_failure("well")
    autoenhance.released.set()

    await desk.home("This account isn't connected any more.")
    assert await desk.stored() == []
