"""What is a name to search for, and what is nothing: without an ID, text becomes a search or a sentence."""

import time
from datetime import UTC, datetime

import pytest

from bot.jobs.models import Find, LookUp
from bot.jobs.requests import Asker, Ephemeral
from bot.slack.listeners.commands import Reply, look_up_or_search, reply
from bot.slack.listeners.payloads import Command
from bot.slack.text.search import NO_NAME, TOO_LONG

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKER = Asker(team_id="T1", user_id="U1", user_team_id="T1", channel_id="C1", at=NOW)
URL = "https://hooks.slack.test/1"


def answer(text: str) -> Reply:
    return look_up_or_search(text, {"key": "k1", "asker": ASKER, "place": Ephemeral(response_url=URL)})


SEARCHED = [
    ("12 Elm Street", "12 Elm Street"),
    ('"12 Elm Street"', "12 Elm Street"),
    ("“Elm Street”", "Elm Street"),
    ("«Elm Street».", "Elm Street"),
    ("`12 Elm Street`", "12 Elm Street"),
    ("*12 Elm Street*", "12 Elm Street"),
    ("- 12 Elm Street,", "12 Elm Street"),
    ("12\nElm\tStreet", "12 Elm Street"),
    ("Zürich", "Zürich"),
    ("o’brien", "o’brien"),
    ("הרצל 12", "הרצל 12"),
    ("\u202bהרצל 12\u202c", "הרצל 12"),
    ("東京", "東京"),
    ("Smith &amp; Sons", "Smith & Sons"),
    ("&lt;new&gt; Elm", "<new> Elm"),
    ("<http://foxtons.co.uk|foxtons.co.uk> Elm", "foxtons.co.uk Elm"),
    ("Elm <http://foxtons.co.uk|foxtons.co.uk>", "Elm foxtons.co.uk"),
    ("<https://listings.test/7|12 Elm Street>", "12 Elm Street"),
    ("<#C1|12-elm-street>", "12-elm-street"),
    ("<#C1|élm>", "élm"),
    ("<@U1> Elm Street", "Elm Street"),
    ("Elm Street <@U1|ana>", "Elm Street"),
    ("Elm Street <!here>", "Elm Street"),
    ("Elm Street <!subteam^S1|@editors>", "Elm Street"),
    (":house: Elm Street :camera:", "Elm Street"),
    ("Elm Street https://listings.test/7", "Elm Street"),
    ("Is 12 Elm Street done?", "12 Elm Street"),
    ("where's the Old Chapel please", "Old Chapel"),
    ("what is the status of 12 Elm Street?", "12 Elm Street"),
    ("Any news of Elm Street", "news of Elm Street"),
    ("House of the Sun, status?", "House of the Sun"),
]


@pytest.mark.parametrize(("text", "words"), SEARCHED, ids=ascii)
def test_words_without_an_id_are_a_name(text: str, words: str) -> None:
    """Quotes, markup, people and the words of a question around a name do not count."""
    job = answer(text)

    assert isinstance(job, Find)
    assert job.words == words
    assert job.typed


NOTHING = [
    *(
        "",
        " ",
        "...",
        "?!",
        "—",
        "“”",
        '""',
        "``",
        "\u202b\u202c",
        "\u200b",
        "&lt;&gt;",
        "&amp;",
        "é",
        "ה",
        "“é”",
    ),
    *(
        ":house:",
        ":house: :camera:",
        "<@U1>",
        "<@U1|ana>",
        "<!here>",
        "<!subteam^S1|@editors>",
        "<#C1>",
        "<#C1|>",
    ),
    *(
        "<https://listings.test/a/b>",
        "https://listings.test/a/b",
        "<>",
        "where is it?",
        "is my order ready",
        "é / é",
        "a b ç",
    ),
]


@pytest.mark.parametrize("text", NOTHING, ids=ascii)
def test_what_is_no_name_is_not_searched_for(text: str) -> None:
    """One letter, punctuation, emoji, people and addresses are answered with what can be typed."""
    assert answer(text) == NO_NAME


@pytest.mark.parametrize("text", ["é" * 3_000, "elm street " * 300, "éa, " * 600])
def test_a_long_text_is_no_name(text: str) -> None:
    """What is longer than a name is not searched for."""
    assert answer(text) == TOO_LONG


def test_an_id_is_looked_up() -> None:
    """A word that can be an ID is one. So is the domain that Slack made a link of."""
    for text, order in (("12-elm", "12-elm"), ("<http://foxtons.co.uk|foxtons.co.uk>", "foxtons.co.uk")):
        job = answer(text)
        assert isinstance(job, LookUp)
        assert [wanted.order for wanted in job.wanted] == [order]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("find elm", "elm"),
        ("find is it done", "is it done"),
        ("find “elm street”", "elm street"),
        ("find <#C1|12-elm-street>", "12-elm-street"),
        ("find Smith &amp; Sons", "Smith & Sons"),
        ("find\nelm", "elm"),
        ("find, elm.", "elm"),
    ],
)
def test_find_takes_every_word(text: str, words: str) -> None:
    """A search that was asked for keeps the words of a question, and nothing is said of an ID."""
    job = reply(Command(ASKER, text, URL), "k1")

    assert isinstance(job, Find)
    assert (job.words, job.typed) == (words, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("find é", NO_NAME),
        ("find a", NO_NAME),
        ("find ...", NO_NAME),
        ("find <@U1>", NO_NAME),
        ("find " + "é" * 3_000, TOO_LONG),
    ],
    ids=["accent", "letter", "dots", "person", "long"],
)
def test_find_needs_a_name_too(text: str, sentence: str) -> None:
    """The same is nothing for `find`."""
    assert reply(Command(ASKER, text, URL), "k1") == sentence


@pytest.mark.parametrize(
    "unit", ["\u0301\u0323", "<", "<a", "<@", ":a", ": ", "'", "is ", "http://", "&amp;", "“"]
)
def test_a_long_text_takes_a_moment(unit: str) -> None:
    """The work grows with the text only."""
    began = time.process_time()
    answer("é" + unit * 40_000)
    assert time.process_time() - began < 4
