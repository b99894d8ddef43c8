"""How forgiving the first word after the command is: what does not count, and what is asked about."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.jobs.models import Broadcast, Find, Job, ListWatches, LookUp, SendTestNotice, StartWatch, StopWatch
from bot.jobs.requests import Asker
from bot.slack.limits import LIMITS
from bot.slack.listeners.commands import reply
from bot.slack.listeners.payloads import Command
from bot.slack.text import search as search_text
from bot.slack.text import watches as watch_text
from bot.slack.text.help import HELP, SUBCOMMANDS, TOPICS
from bot.watches.models import Level

U = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"
V = "5f0e7c52-9c1b-4a61-8f7e-2d90b3a6c418"
LINK = f"https://app.autoenhance.ai/orders/{U}"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKER = Asker(team_id="T1", user_id="U1", user_team_id="T1", channel_id="C1", at=NOW)


def typed(text: str) -> tuple[str, Job | None]:
    """The sentence and the job, of which there is one."""
    answer = reply(Command(ASKER, text, "https://hooks.slack.test/1"), "k1")
    return (answer, None) if isinstance(answer, str) else ("", answer)


PUNCTUATION = [".", ",", "!", "?", ";", "…", "，", "。", "!!", "\n", "\r\n", "\u00a0", "\u200b"]
QUOTES = ['""', "''", "“”", "‘’", "«»", "„“", "``", "**", "__", "()"]
WRITTEN = [
    *(f"{{}}{mark}" for mark in PUNCTUATION),
    *(f"{pair[0]}{{}}{pair[1]}" for pair in QUOTES),
    *("\n{}", '"{}', "{}”", '"{}."', "/order {}", "`/order {}`"),
]
NOTHING: Any = type(None)
WORDS: dict[str, tuple[type[Any], str]] = {
    "help": (NOTHING, HELP),
    "list": (ListWatches, ""),
    "test": (SendTestNotice, ""),
    "settings": (Broadcast, ""),
    "find": (NOTHING, search_text.FIND_WHAT),
    "watch": (NOTHING, watch_text.WATCH_WHAT),
    "unwatch": (NOTHING, watch_text.UNWATCH_WHAT),
}


@pytest.mark.parametrize("written", WRITTEN, ids=ascii)
@pytest.mark.parametrize("word", WORDS)
def test_what_is_around_a_word_does_not_make_it_an_order(word: str, written: str) -> None:
    """Line breaks, punctuation, quotes and markup around a word of the command do not count."""
    said, job = typed(written.format(word))

    assert (type(job), said) == WORDS[word]


FOLLOWED: list[tuple[str, str]] = [
    ("find, elm", "elm"),
    ("find\nelm", "elm"),
    ("find. elm street", "elm street"),
    ("“find” elm", "elm"),
    ("find, elm, oak", "elm, oak"),
    ('"find elm street"', "elm street"),
    ("find,elm", "elm"),
    ("find <http://elm.house|elm.house> 12", "elm.house 12"),
    ("find <mailto:ana@elm.example|ana@elm.example>", "ana@elm.example"),
    ("find <tel:12345678|12345678>", "12345678"),
    ("find &lt;elm&gt; &amp;amp; oak", "<elm> &amp; oak"),
]


@pytest.mark.parametrize(("text", "words"), FOLLOWED)
def test_a_search_begins_behind_the_punctuation(text: str, words: str) -> None:
    """What is searched for has none of what was around `find`, and is as typed before Slack made links."""
    _, job = typed(text)

    assert isinstance(job, Find)
    assert job.words == words


WATCHED: list[tuple[str, Level | None]] = [
    (f"watch, {U}", None),
    (f"watch\n{U}", None),
    (f"watch,{U}", None),
    (f"“watch” {U}", None),
    (f'"watch {U}"', None),
    (f"`/order watch {U}`", None),
    (f"watch! <{LINK}>.", None),
    (f"watch {U} failures.", Level.FAILURES),
    (f"watch {U}, failures!", Level.FAILURES),
    (f'watch {U} "failures"', Level.FAILURES),
    (f"watch {U}\nfailures only.", Level.FAILURES),
    (f"watch {U} failure", Level.FAILURES),
    (f"watch {U} (all)", Level.ALL),
]


@pytest.mark.parametrize(("text", "level"), WATCHED)
def test_a_watch_is_read_with_punctuation(text: str, level: Level | None) -> None:
    """Neither the word nor the level is lost for what is around it."""
    _, job = typed(text)

    assert isinstance(job, StartWatch)
    assert (job.order, job.level) == (U, level)


def test_other_words_take_punctuation_too() -> None:
    """Topics of the help, settings, and what `unwatch` and `show` take."""
    assert typed("help, watch.") == (TOPICS["watch"], None)
    assert isinstance(typed('settings, "broadcast" on!')[1], Broadcast)
    assert isinstance(typed(f"unwatch, {U}.")[1], StopWatch)
    assert isinstance(typed("show, help.")[1], LookUp)


ASKED: list[tuple[str, str, str]] = [
    (f"watch: {U}", "watch:", f"watch {U}"),
    (f"watch:{U}", "watch:", f"watch {U}"),
    (f"watch={U}", "watch=", f"watch {U}"),
    (f"watch/{U}", "watch/", f"watch {U}"),
    (f"watch—{U}", "watch—", f"watch {U}"),
    (f"unwatch: <{LINK}|Elm>", "unwatch:", f"unwatch {U}"),
    ("watch: 12-elm", "watch:", "watch 12-elm"),
    (f"watch {U} failures-only", "failures-only", f"watch {U} failures"),
    (f"watch {U} failures_only", "failures_only", f"watch {U} failures"),
    (f"watch {U} only-failures.", "only-failures", f"watch {U} failures"),
    (f"watch {U} failiures", "failiures", f"watch {U} failures"),
    (f"watch {U} failed", "failed", f"watch {U} failures"),
    (f"watch <{LINK}> if it fails", "fails", f"watch {U} failures"),
    ("watch failures-only", "failures-only", "watch [id] failures"),
    ("failures", "failures", "watch [id] failures"),
    ("failure", "failure", "watch [id] failures"),
    (f"failure {U}", "failure", f"watch {U} failures"),
    (f"failures-only {U}", "failures-only", f"watch {U} failures"),
    (f"wtach {U}", "wtach", f"watch {U}"),
    (f"wach {U}", "wach", f"watch {U}"),
    (f"WATHC {LINK}", "wathc", f"watch {U}"),
    (f"watch-order {U}", "watch-order", f"watch {U}"),
    (f"watching {U}", "watching", f"watch {U}"),
    (f"unwach {U}", "unwach", f"unwatch {U}"),
    (f"un-watch {U}", "un-watch", f"unwatch {U}"),
    ("wach", "wach", "watch"),
    ("lst", "lst", "list"),
    ("lists", "lists", "list"),
    ("hlep", "hlep", "help"),
    ("/help", "/help", "help"),
    ("--help", "--help", "help"),
    ("help: watch", "help:", "help watch"),
    ("recnt", "recnt", "recent"),
    ("setings", "setings", "settings"),
    ("setings broadcast on", "setings", "settings broadcast on"),
    ("fnd elm", "fnd", "find elm"),
    ("find: elm street", "find:", "find elm street"),
    ("find: &lt;elm&gt; `x`", "find:", "find &lt;elm&gt; ʼxʼ"),
]


@pytest.mark.parametrize(
    ("text", "unknown", "suggested"),
    [case for case in ASKED if case[1]],
    ids=[case[0] for case in ASKED if case[1]],
)
def test_a_word_that_is_nearly_one_is_asked_about(text: str, unknown: str, suggested: str) -> None:
    """It is neither ignored nor taken for an order. The answer says what to type, and nothing is done."""
    said, job = typed(text)

    assert job is None
    assert f"I don't know `{unknown}`. Did you mean `/order {suggested}`?" in said
    assert len(said) <= LIMITS.section


@pytest.mark.parametrize("word", ["lst", "tests", "failures", "help:"])
def test_an_order_may_have_such_an_id(word: str) -> None:
    """A word alone may be an order's ID. The answer says how to look that order up, and that works."""
    said, _ = typed(word)
    _, job = typed(f"show {word.strip(':')}")

    assert f"type `/order show {word.strip(':')}`" in said
    assert isinstance(job, LookUp)
    assert [wanted.order for wanted in job.wanted] == [word.strip(":")]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("west", ["west"]),
        ("hello", ["hello"]),
        ("elm", ["elm"]),
        ("oak", ["oak"]),
        ("list-12", ["list-12"]),
        ("test2", ["test2"]),
        ("test-shoot", ["test-shoot"]),
        ("watch.12", ["watch.12"]),
        ("elm, watch", ["elm", "watch"]),
        ("“elm”, “oak”", ["elm", "oak"]),
        ("`_a_`, `_b_`", ["_a_", "_b_"]),
        (f"list: {U}", [U]),
        (f"lst {U}", [U]),
        (f"find, {U}", [U]),
        (f"recent. {LINK}", [U]),
        (f"order: {U}, {V}", [U, V]),
        ("/order 12-elm", ["12-elm"]),
    ],
)
def test_an_order_is_still_looked_up(text: str, ids: list[str]) -> None:
    """IDs that only resemble a word, and orders behind words that take none, are looked up."""
    _, job = typed(text)

    assert isinstance(job, LookUp)
    assert [wanted.order for wanted in job.wanted] == ids


@pytest.mark.parametrize(
    "text", ["wach the birds", "watching paint dry", "tests of the new camera", "lst of all"]
)
def test_a_sentence_is_no_slip(text: str) -> None:
    """Where neither an order nor nothing follows, the word is part of a sentence, which is searched for."""
    _, job = typed(text)

    assert isinstance(job, Find)
    assert job.typed == text


def test_every_word_survives_a_slip() -> None:
    """For every word of the command with its middle letters swapped, that word is suggested."""
    for each in SUBCOMMANDS:
        slip = each.word[0] + each.word[2] + each.word[1] + each.word[3:]
        assert f"Did you mean `/order {each.word}" in typed(slip)[0]


@pytest.mark.parametrize(
    "unit", ["watch", "watch-", "watch:", '"', "a-", "/order ", "/", "a ", "failures ", "!"]
)
def test_a_long_command_takes_a_moment(unit: str) -> None:
    """The work grows with the text only: 20,000 characters of it are no work."""
    began = time.process_time()
    for text in (unit * 20_000, f"watch {unit * 20_000}"):
        typed(text[:20_000])
    assert time.process_time() - began < 4
