"""Searches by name: words without an ID, `/order find <words>` and `/order recent`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.autoenhance.search import MAX_PAGES, MAX_PER_PAGE
from bot.bootstrap.app import App
from bot.demo.demo import open_sandbox
from bot.jobs.models import Find
from bot.jobs.requests import Asker, Reply
from bot.orders.search import Cursor
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, SHOOTS, TEAM
from bot.slack.constants import ASK_BLOCK, LOOK_UP_ORDER, NEXT_HITS
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.running_bot import running_bot

ELM_STREET = "No order ID in “12 Elm Street”, so I searched by name. 2 orders match, newest first."


def add_orders(autoenhance: AutoenhanceSandbox, *names: str, age: float = 0) -> None:
    """Adds orders of these names, the newest first."""
    for number, name in enumerate(names):
        images = photos(f"added-{number}", (2, {}))
        autoenhance.add(
            order(f"added-{number}", name, images, now=autoenhance.clock(), age=age + number / 100)
        )


async def test_words_without_an_id_search_by_name(chat: Chat) -> None:
    """`/order 12 Elm Street` lists the orders of that name, and says why it is no card."""
    hits = await chat.order("12 Elm Street")

    assert ELM_STREET in hits.plain()
    assert "12 Elm Street — day" in hits.plain()
    assert "Ready · 8 of 8 done · created" in hits.plain()
    assert hits.buttons() == ["Show", "Show"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("one\nroad <two> & `x`", "No order ID in “one road &lt;two&gt; &amp; `x”, so I searched by name."),
        ("*elm* _oak_", "No order ID in “elm* _oak”, so I searched by name."),
        ("%2e%2e", "No order ID in “%2e%2e”, so I searched by name."),
        ("הרצל 12", "No order ID in “הרצל 12”, so I searched by name."),
        ("żółw " * 40, "No order ID in “żółw żółw"),
    ],
    ids=ascii,
)
async def test_what_was_typed_cannot_break_the_answer(chat: Chat, typed: str, says: str) -> None:
    """It is quoted on one line, shortened, and links and mentions nothing."""
    answer = await chat.order(typed)

    assert says in answer.text
    assert len(answer.text) < 300


async def test_a_question_is_searched_for_its_name(chat: Chat) -> None:
    """The words of the question do not hide the order."""
    hits = await chat.order("Is Oak Terrace done?")

    assert "No order ID in “Is Oak Terrace done”, so I searched by name." in hits.plain()
    assert "1 order matches “Oak Terrace”." in hits.plain()


@pytest.mark.parametrize("typed", ["Terrace", "oak", "oak.terrace", "Oak-Terrace.", "oak_terrace"])
async def test_a_word_that_is_no_orders_id_is_searched_for(chat: Chat, typed: str) -> None:
    """One word may be an ID. If no order has it, the name is searched for."""
    assert "Oak Terrace, show home" in (await chat.order(typed)).plain()


async def test_a_word_that_is_neither_is_not_found(chat: Chat) -> None:
    """The answer says that no name has the word, and it can be checked again."""
    answer = await chat.order("nobodys")

    assert "`nobodys`" in answer.plain()
    assert "No order with “nobodys” in its name either." in answer.plain()
    assert "Re-check" in answer.buttons()


async def test_a_uuid_that_is_not_found_is_not_searched_for(
    chat: Chat, autoenhance: AutoenhanceSandbox
) -> None:
    """No name has a generated ID in it."""
    await chat.order("00000000-1111-4222-8333-444444444444")

    assert len(autoenhance.looks) == 1


async def test_the_modal_searches_too(chat: Chat, slack: SlackSandbox) -> None:
    """The same words in *Look up an order* turn the modal into the list."""
    await slack.global_shortcut(LOOK_UP_ORDER)
    asking = await chat.view("Up to 5 at once")

    await slack.submit(asking, {ASK_BLOCK: "12 Elm Street"})
    view = await chat.view(ELM_STREET)
    assert view.id == asking.id

    await slack.click(view, "Show")
    assert (await chat.view("Re-check")).id == asking.id


@pytest.mark.parametrize("typed", ["é", "...", "is it done?", "<@U0ANA0001>"])
async def test_nothing_to_search_for_stays_in_the_modal(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox, typed: str
) -> None:
    """The field says what can be typed."""
    await slack.global_shortcut(LOOK_UP_ORDER)
    view = await chat.view("Up to 5 at once")

    await slack.submit(view, {ASK_BLOCK: typed})

    assert "Type an order ID, a link, or at least 2 letters of a name." in view.errors[ASK_BLOCK]
    assert autoenhance.requests == []


async def test_a_slip_of_a_command_is_asked_about_first(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """A near word is no name."""
    exchange = await slack.command("/order fnd elm")

    assert "Did you mean `/order find elm`?" in exchange.answer["text"]
    assert autoenhance.requests == []


async def test_every_hit_has_its_button(chat: Chat) -> None:
    """A search lists its hits with a button each, and shows no card."""
    hits = await chat.order("find elm street")

    assert "2 orders match “elm street”, newest first." in hits.plain()
    assert hits.buttons() == ["Show", "Show"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("O'Brien House", "o’brien"),
        ("Zu\u0308rich 12", "z\u00fcrich"),
        ("Zürich 12", "zurich 12"),
        ("13 Fir Street", '"fir street"'),
        ("Villa—Rosa", "villa - rosa!"),
    ],
    ids=ascii,
)
async def test_a_search_is_forgiving(
    chat: Chat, autoenhance: AutoenhanceSandbox, name: str, typed: str
) -> None:
    """Case, accents, quotes, dashes and punctuation do not matter, with `find` and without."""
    add_orders(autoenhance, name, age=3_000)

    for text in (f"find {typed}", f"{typed} please"):
        assert name in (await chat.order(text)).plain()


async def test_the_button_shows_the_card_below_the_list(chat: Chat) -> None:
    """The list stays for the next choice."""
    hits = await chat.order("find oak terrace")

    await chat.click(hits, "Show")

    await chat.reads("Re-check")
    assert hits in chat.said()


async def test_recent_lists_the_newest(chat: Chat) -> None:
    """The list has ten orders, the newest first, and a button for the next ten."""
    hits = await chat.order("recent")

    assert "The 10 newest orders." in hits.plain()
    assert hits.buttons() == ["Show"] * 10 + ["Next 10"]
    assert hits.plain().index("44 Quay Road") < hits.plain().index("Birch Avenue 9")


async def test_the_next_page_takes_the_place_of_the_first(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Each click shows the orders that follow, in the same message, and there is a way back."""
    names = [each["name"] for each in autoenhance.orders()]
    hits = await chat.order("recent")
    known = len(chat.said())

    await chat.click(hits, "Next 10")
    second = await chat.reads("Orders 11 to 20, newest first.")

    assert len(chat.said()) == known
    assert second.buttons() == ["Show"] * 10 + ["Next 10", "First page"]
    assert not set(names[:10]) & {
        row["text"]["text"].split(" ", 1)[1] for row in second.blocks if "accessory" in row
    }

    await chat.click(second, "First page")
    await chat.reads("The 10 newest orders.")
    assert len(chat.said()) == known


async def test_a_next_page_of_the_version_before(chat: Chat, app: App) -> None:
    """A click that was recorded before an update is answered with the page that was asked for."""
    place = Reply(channel_id=SHOOTS)
    asker = Asker(team_id=TEAM, user_id=ANA, user_team_id=TEAM, channel_id=SHOOTS, at=app.storage.now())
    after = Cursor(skip=3, hits=3, looked=3)
    await app.storage.engine.add(Find(key="page 2", asker=asker, place=place, after=after))

    await chat.reads("Orders 4 to 13, newest first.")


async def test_the_hits_are_counted_and_paged(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """A search says how many there are. The next page has the rest."""
    add_orders(autoenhance, *(f"Pine Lodge {n}" for n in range(13)))

    hits = await chat.order("find pine")
    assert "13 orders match “pine”, newest first. Showing 1 to 10." in hits.plain()

    await chat.click(hits, "Next 3")
    rest = await chat.reads("Showing 11 to 13.")
    assert "Pine Lodge 12" in rest.plain()
    assert rest.buttons() == ["Show"] * 3 + ["First page"]


async def test_the_next_page_in_a_modal(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """The modal shows it in the same place."""
    add_orders(autoenhance, *(f"Pine Lodge {n}" for n in range(13)))
    await slack.global_shortcut(LOOK_UP_ORDER)
    asking = await chat.view("Up to 5 at once")
    await slack.submit(asking, {ASK_BLOCK: "pine lodge"})

    await slack.click(await chat.view("Showing 1 to 10."), "Next 3")

    assert (await chat.view("Showing 11 to 13.")).id == asking.id


async def test_a_search_that_did_not_read_all_says_so(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """Only the newest orders are checked for what Autoenhance does not find. A button searches on."""
    read = (MAX_PAGES - 1) * MAX_PER_PAGE
    add_orders(autoenhance, *(f"Pine Lodge {n}" for n in range(read)))
    autoenhance.add(order("old", "Zürich", photos("old", (1, {})), now=autoenhance.clock(), age=9e6))

    hits = await chat.order("find zurich")
    assert "No order matches “zurich” so far." in hits.plain()
    assert f"I checked the newest {read} orders. Older ones may match too." in hits.plain()

    await chat.click(hits, "Search older orders")
    assert "1 order matches “zurich”." in (await chat.reads("Ready · 1 of 1 done")).plain()


async def test_an_old_list_cannot_go_on(
    chat: Chat, autoenhance: AutoenhanceSandbox, slack: SlackSandbox
) -> None:
    """If Autoenhance no longer knows the page, the answer names the command for a new list."""
    hits = await chat.order("recent")
    button = next(
        b for block in hits.blocks for b in block.get("elements", []) if b.get("action_id") == NEXT_HITS
    )
    button["value"] = button["value"].replace('"offset":"', '"offset":"x')

    await chat.click(hits, "Next 10")

    await chat.reads("This list is too old to continue. Type `/order recent` for a new one.")


async def test_a_button_of_another_version_is_out_of_date(chat: Chat) -> None:
    """It is answered as every old button is, and the list stays."""
    hits = await chat.order("recent")
    button = next(
        b for block in hits.blocks for b in block.get("elements", []) if b.get("action_id") == NEXT_HITS
    )
    button["value"] = "{}x"
    known = {message.ts for message in chat.said()}

    await chat.click(hits, "Next 10")

    assert "/order" in (await chat.new(known)).plain()
    assert hits in chat.said()


async def test_nothing_found_names_the_next_step(chat: Chat) -> None:
    """A search without a hit is answered with the next step."""
    answer = await chat.order("find nowhere")

    assert "No order matches “nowhere”. Try fewer words, or `/order recent`" in answer.plain()


async def test_a_refused_key_is_explained(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """A search needs the key. When it is refused, the answer names an admin."""
    autoenhance.api_key = "another"

    assert "admin" in (await chat.order("recent")).plain()


async def test_it_is_searched_again_until_autoenhance_answers(
    chat: Chat, autoenhance: AutoenhanceSandbox
) -> None:
    """During an outage the person reads so, and the hits come later."""
    autoenhance.set_failure("500", times=2)

    await chat.order("find oak terrace")

    await chat.reads("1 order matches “oak terrace”")


@pytest.fixture
async def keyless(tmp_path: Path) -> AsyncIterator[SlackSandbox]:
    """A Slack whose bot has no Autoenhance key, and where nobody can connect an account."""
    async with (
        open_sandbox(tmp_path, autoenhance_api_key=None, encryption_keys=None) as sandbox,
        running_bot(sandbox, timing=FAST_TIMING),
    ):
        yield sandbox.slack


@pytest.mark.parametrize("typed", ["find elm", "12 Elm Street", "recent"])
async def test_without_a_key_it_says_what_is_needed(keyless: SlackSandbox, typed: str) -> None:
    """The answer names what is missing, who can add it, and what works without it."""
    answer = (await Chat(keyless).order(typed)).plain()

    assert (
        "To search by name, an admin needs to add an Autoenhance API key (`AUTOENHANCE_API_KEY`)." in answer
    )
    assert "An order ID or a link works without it" in answer
    assert ("No order ID in “12 Elm Street”." in answer) == (typed == "12 Elm Street")


async def test_without_a_key_ids_still_work(keyless: SlackSandbox) -> None:
    """A single order can be read without a key. A word that is no ID is only not found."""
    assert "12 Elm Street" in (await Chat(keyless).order("12-elm-street")).plain()
    assert "`nobodys`" in (await Chat(keyless).order("nobodys")).plain()
