"""Which names a search finds: what counts in a name, and what does not."""

import time

import pytest

from bot.orders.names import folded, is_named, plainest_word

ALIKE = [
    ("12 ELM Street", "12 elm street"),
    ("Straße", "STRASSE"),
    ("İstanbul", "istanbul"),
    ("Zürich", "Zu\u0308rich"),
    ("Zürich", "zurich"),
    ("Ørsted Łódź", "orsted lodz"),
    ("Ægir", "aegir"),
    ("O’Brien", "O'Brien"),
    ("“Elm”", '"Elm"'),
    ("«Elm»", "„Elm“"),
    ("`Elm`", "Elm"),
    ("Elm\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0dOak", "Elm-Oak"),
    ("Elm, Oak. (Nr. 5)!", "elm oak nr 5"),
    ("Ｅｌｍ　１２", "elm 12"),
    ("Elm\u00a0 \t\nOak", "elm oak"),
    ("El\u00adm\u200b \u202eOak\u202c", "elm oak"),
    ("Elm 🏠 Oak", "elm oak"),
    ("Haus №5", "haus no5"),
    ("שָׁלוֹם", "שלום"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE, ids=ascii)
def test_two_spellings_of_one_name(one: str, other: str) -> None:
    """Both spellings fold to the same words, and each finds the other."""
    assert folded(one) == folded(other) != ""
    assert is_named(one, other)
    assert is_named(other, one)


FOUND = [
    # From reports
    ("O'Brien House", "o’brien", True),
    ("Zu\u0308rich 12", "zürich", True),
    ("12 Elm Street", '"elm street"', True),
    ("Oak Road", "elm", False),
    # Our own
    ("12 Elm Street — twilight", "elm street", True),
    ("12 Elm Street — twilight", "street elm", True),
    ("12 Elm Street — twilight", "elm oak", False),
    ("12 Elm Street — twilight", "twi", True),
    ("12 Elm Street", "12-elm-street", True),
    ("12 Elm Street", "12–elm, street.", True),
    ("Smith-Jones", "smithjones", True),
    ("Smith Jones", "smith-jones", True),
    ("O'Brien House", "obrien", True),
    ("O Brien House", "o’brien", True),
    ("OBrien House", "o’brien", True),
    ("foxtons.co.uk 7", "foxtons.co.uk", True),
    ("Wheel Mill", "elm", False),
    ("Wheel Mill", "lm", False),
    ("רחוב הרצל 12", "הרצל", True),
    ("東京ハウス", "ハウス", True),
    ("हिन्दी भवन", "भवन", True),
    ("", "elm", False),
    (None, "elm", False),
    (None, "none", False),
    ("Elm", "", True),
]


@pytest.mark.parametrize(("name", "sought", "hit"), FOUND, ids=ascii)
def test_what_is_found(name: str | None, sought: str, *, hit: bool) -> None:
    """All words must be in the name, in any order, and each may be a part of a word."""
    assert is_named(name, sought) is hit


PLAINEST = [
    ("12 Elm Street", "Street"),
    ("o’brien house", "house"),
    ("o’brien", "brien"),
    ("zürich", "rich"),
    ("Zu\u0308rich 12", "12"),
    ("12-elm-street", "street"),
    ("Mu\u0308nchenbru\u0308ck", "nchenbr"),
    ("בית", ""),
    ("é", ""),
    ("a", ""),
    ("...", ""),
    ("", ""),
]


@pytest.mark.parametrize(("sought", "word"), PLAINEST, ids=ascii)
def test_the_word_to_ask_a_plain_search_for(sought: str, word: str) -> None:
    """It has nothing that a name may write in another way."""
    assert plainest_word(sought) == word


def test_a_long_text_takes_a_moment() -> None:
    """The work grows with the text only."""
    began = time.process_time()
    assert folded("É’ " * 20_000)
    assert is_named("Elm " * 5_000, "elm’s " * 30) is False
    assert time.process_time() - began < 4
