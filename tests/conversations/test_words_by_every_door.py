"""Clumsy words, by the command, a mention and a direct message: each door understands the same."""

import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, ELM, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BOT, SHOOTS
from bot.sandbox.slack.workspace import Message
from bot.slack.constants import ASK_BLOCK, LOOK_UP_ORDER
from tests.support.chat import Chat

NO_NAME = "No order ID or name in that. Type an order ID, a link, or at least 2 letters of a name."
TOO_LONG = "it's too long for a name"
ELMS = "2 orders match “elm street”, newest first."
HELP = "shows Autoenhance orders in Slack"
DOORS = ["command", "mention", "direct message"]
TYPED = {"command": "/order ", "mention": "@Order Desk ", "direct message": ""}  # before a word, at each door


async def asked(chat: Chat, door: str, words: str) -> Message:
    """The first answer to these words, which are sent to the bot as Slack writes them."""
    slack, channel = chat.slack, ANA_BOT if door == "direct message" else SHOOTS
    known = {each.ts for each in slack.messages(channel)}
    if door == "command":
        await slack.command("/order", as_sent_to_app=words)
    else:
        text = f"<@{BOT}> {words}" if door == "mention" else words
        await slack.hear(slack.workspace.post(channel, ANA, text))
    return await chat.until(
        lambda: next(
            (
                each
                for each in slack.messages(channel, viewer=ANA)
                if each.ts not in known and each.user == BOT
            ),
            None,
        )
    )


SEARCHED = [
    *(
        "find\nelm street",
        "\nfind elm street",
        "find, elm street",
        "find. elm street",
        "find\u00a0elm street",
    ),
    *(
        "find; elm street!",
        "“find” elm street",
        "`find elm street`",
        "Find  Elm\nStreet",
        "find <#C1|elm-street>",
    ),
    *("<#C1|elm-street>", "<@U0BEN00001> elm street", "<@U0BEN00001|ben> elm street", "<!here> elm street"),
    *(
        "elm street <!subteam^S1|@editors>",
        "can you find elm street?",
        "show me elm street",
        "*elm* _street_",
    ),
]


@pytest.mark.parametrize("words", SEARCHED, ids=ascii)
async def test_a_name_is_found_whatever_is_around_it(chat: Chat, words: str) -> None:
    """Line breaks, punctuation, no-break spaces and Slack's own markup hide no name."""
    for door in DOORS:
        answer = (await asked(chat, door, words)).plain()
        assert "2 orders match" in answer, door
        assert "12 Elm Street — twilight" in answer, door


@pytest.mark.both
async def test_find_with_a_line_break(chat: Chat) -> None:
    """The same on both databases."""
    for door in DOORS:
        assert ELMS in (await asked(chat, door, "find\nelm street")).plain()


NOTHING = [
    *(
        "é",
        "...",
        "?!",
        "—",
        "é / é",
        "<#C1>",
        "<#C1|>",
        "find <#C1>",
        "find <#C1|>",
        "<!here>",
        "<!subteam^S1>",
    ),
    *("find .", "find é", "is it done?", ":house:", "\u202b\u202c."),
]


@pytest.mark.parametrize("words", NOTHING, ids=ascii)
async def test_what_is_no_name_is_answered_with_what_can_be_typed(
    chat: Chat, autoenhance: AutoenhanceSandbox, words: str
) -> None:
    """One letter, only punctuation, people, and channels without a name. Autoenhance is not asked."""
    for door in DOORS:
        assert NO_NAME in (await asked(chat, door, words)).plain(), door
    assert autoenhance.requests == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("é" * 3_000, TOO_LONG),
        ("x" * 3_000, TOO_LONG),
        ("find " + "elm street " * 272, TOO_LONG),
        ("הרצל 12", "No order ID in “הרצל 12”, so I searched by name. No order matches."),
        ("\u202bfind הרצל\u202c", "No order matches “הרצל”."),
        ("<http://foxtons.co.uk|foxtons.co.uk> 12", "No order ID in “foxtons.co.uk 12”"),
        ("find <http://foxtons.co.uk|foxtons.co.uk>", "No order matches “foxtons.co.uk”."),
        (f"```{OAK}```", "Oak Terrace"),
        (f"&gt; {OAK}", "Oak Terrace"),
        (f"<https://app.autoenhance.ai/orders/{OAK}|<!channel>>", "Oak Terrace"),
    ],
    ids=ascii,
)
async def test_odd_text(chat: Chat, words: str, says: str) -> None:
    """Right to left, 3,000 characters, Slack's links, code and quotes."""
    for door in DOORS:
        assert says in (await asked(chat, door, words)).plain(), door


async def test_one_letter_is_no_name(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """It may be an order's ID. It is in nearly every name, so it is not searched for."""
    for door in DOORS:
        answer = await asked(chat, door, "e")
        assert "`e`" in answer.plain()
        assert "match" not in answer.plain()


NEAR: list[tuple[str, str]] = [
    (f"watch {BIRCH} failures-only", f"watch {BIRCH} failures"),
    (f"watch {BIRCH} only-failures.", f"watch {BIRCH} failures"),
    (f"watch {BIRCH} failiures", f"watch {BIRCH} failures"),
    (f"watch {BIRCH} failed", f"watch {BIRCH} failures"),
    (f"watch: {BIRCH}", f"watch {BIRCH}"),
    (f"watching {BIRCH}", f"watch {BIRCH}"),
    (f"stop watching {BIRCH}", f"unwatch {BIRCH}"),
    (f"Stop {BIRCH}", f"unwatch {BIRCH}"),
    ("stop", "unwatch"),
    ("find: elm", "find elm"),
    ("lst", "list"),
]


@pytest.mark.parametrize(("words", "meant"), NEAR)
async def test_a_near_word_is_asked_about(
    chat: Chat, autoenhance: AutoenhanceSandbox, words: str, meant: str
) -> None:
    """Nothing is watched, stopped or looked up, and no word is swallowed.

    The answer has what can be typed there: Slack has no slash commands in threads.
    """
    for door in DOORS:
        assert f"Did you mean `{TYPED[door]}{meant}`?" in (await asked(chat, door, words)).plain(), door
    assert autoenhance.requests == []
    assert "No orders are being watched here" in (await chat.order("list")).plain()


@pytest.mark.parametrize("mark", [",", ":", " -", "!", " —"])
async def test_a_mention_with_punctuation_behind_it(chat: Chat, slack: SlackSandbox, mark: str) -> None:
    """As people write to each other."""
    for words, says in (
        ("find elm street", ELMS),
        ("list", "No orders are being watched"),
        (OAK, "Oak Terrace"),
    ):
        asked_in = slack.workspace.post(SHOOTS, ANA, f"<@{BOT}>{mark} {words}")
        await slack.hear(asked_in)
        assert says in (await chat.noticed(asked_in)).plain()


@pytest.mark.parametrize("words", ["hello", "hi!", "thanks", "please", "<@U0OTHERBOT>", ""])
async def test_a_greeting_is_answered_with_help(
    chat: Chat, autoenhance: AutoenhanceSandbox, words: str
) -> None:
    """It is neither an ID nor a part of a name. Nor is the mention of another bot.

    Everyone in the thread sees the help, so it does not say that only the asker does.
    """
    for door in DOORS[1:] if words else DOORS[1:2]:
        answer = (await asked(chat, door, words)).plain()
        assert HELP in answer, door
        assert "Only you see" not in answer, door
    assert autoenhance.requests == []


async def test_a_mention_that_is_edited_in_later_is_not_answered(chat: Chat, slack: SlackSandbox) -> None:
    """Slack sends the event then too. The person who edits an old message asks nothing now."""
    old = slack.workspace.post(SHOOTS, ANA, f"<@{BOT}> {OAK}")
    await slack.hear(old, edited={"user": ANA, "ts": "1.2"})
    new = slack.workspace.post(SHOOTS, ANA, f"<@{BOT}> {ELM}")
    await slack.hear(new)

    await chat.noticed(new)
    assert chat.thread(old) == []


@pytest.mark.parametrize(
    "typed", ["/order\nfind elm street", "/order\u00a0find elm street", "/order  find elm street"]
)
async def test_what_is_between_the_command_and_its_words(chat: Chat, slack: SlackSandbox, typed: str) -> None:
    """A person types it into the composer."""
    await slack.say(typed)

    await chat.reads(ELMS)


async def test_domains_and_here_as_people_type_them(chat: Chat, slack: SlackSandbox) -> None:
    """Slack makes a link and an entity of them. They notify nobody in the answer."""
    await slack.say("@order_desk 12 foxtons.co.uk @here")

    answer = await chat.noticed(slack.messages()[-1])
    assert "No order ID in “12 foxtons.co.uk”" in answer.plain()
    assert "<!" not in answer.text


@pytest.mark.parametrize("typed", ["<#C1>", "<#C1|>", "<!here>", "é" * 3_000, "…"], ids=ascii)
async def test_the_modal_says_it_at_its_field(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox, typed: str
) -> None:
    """The person can type again."""
    await slack.global_shortcut(LOOK_UP_ORDER)
    view = await chat.view("Up to 5 at once")

    await slack.submit(view, {ASK_BLOCK: typed})

    assert "No order ID" in view.errors[ASK_BLOCK]
    assert autoenhance.requests == []
