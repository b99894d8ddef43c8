"""What is typed after the command about watches, and the job or the sentence that comes of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.jobs.models import (
    Broadcast,
    CardLine,
    Job,
    ListWatches,
    LookUp,
    SendTestNotice,
    ShowLine,
    StartWatch,
    StopWatch,
    UnfurlLinks,
)
from bot.jobs.requests import Asker, Ephemeral
from bot.orders.ids import OrderId
from bot.slack.listeners.commands import reply
from bot.slack.listeners.payloads import Command
from bot.slack.text import watches as watch_text
from bot.slack.text.help import HELP, TOPICS
from bot.watches.models import Level

ELM = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"
OAK = "8d3e5b7a-1c2f-4e6d-9a0b-4f5c6d7e8a9b"
LINK = f"https://app.autoenhance.ai/orders/{ELM}"
ASKER = Asker(
    team_id="T1",
    user_id="U1",
    name="ana",
    user_team_id="T1",
    channel_id="C1",
    at=datetime(2026, 11, 23, 12, tzinfo=UTC),
)
URL = "https://hooks.slack.test/1"
FAILURES, ALL = Level.FAILURES, Level.ALL


def typed(text: str) -> tuple[str, Job | None]:
    """The sentence and the job, of which there is one."""
    answer = reply(Command(ASKER, text, URL), "k1")
    return (answer, None) if isinstance(answer, str) else ("", answer)


WATCHES: list[tuple[str, str, Level | None]] = [
    (f"watch {ELM}", ELM, None),
    (f"  Watch   {ELM}  ", ELM, None),
    (f"WATCH {ELM}", ELM, None),
    (f"watch {ELM.upper()}", ELM, None),
    (f"watch {LINK}", ELM, None),
    (f"watch <{LINK}>", ELM, None),
    (f"watch <{LINK}|Elm Street>", ELM, None),
    (f"watch `{ELM}`", ELM, None),
    (f"watch *{ELM}*", ELM, None),
    (f"watch the order {ELM} please", ELM, None),
    (f"watch {ELM} {LINK}", ELM, None),
    (f"watch {ELM} failures", ELM, FAILURES),
    (f"watch {ELM}   FAILURES ", ELM, FAILURES),
    (f"watch <{LINK}|Elm> Failures", ELM, FAILURES),
    (f"watch {ELM} all", ELM, ALL),
    ("watch 12-elm-street", "12-elm-street", None),
    ("watch 12-elm-street failures", "12-elm-street", FAILURES),
    ("watch 12-elm-street All", "12-elm-street", ALL),
    ("watch https://app.autoenhance.ai/orders/12-elm-street failures", "12-elm-street", FAILURES),
    ("watch failures", "failures", None),
    ("watch failures failures", "failures", FAILURES),
    ("watch all", "all", None),
    ("watch all failures", "all", FAILURES),
    ("watch watch", "watch", None),
    ("watch list", "list", None),
]


@pytest.mark.parametrize(("text", "order", "level"), WATCHES, ids=[case[0] for case in WATCHES])
def test_starting_to_watch(text: str, order: str, level: Level | None) -> None:
    """An order is named by its ID or link, whatever its ID is, and the options come after it."""
    _, job = typed(text)

    assert isinstance(job, StartWatch)
    assert (job.order, job.level, job.to, job.adopt) == (order, level, "channel", None)


STOPS: list[tuple[str, str]] = [
    (f"unwatch {ELM}", ELM),
    (f"UNWATCH {ELM}", ELM),
    (f"Unwatch <{LINK}|Elm>", ELM),
    ("unwatch 12-elm-street", "12-elm-street"),
    ("unwatch failures", "failures"),
    ("unwatch unwatch", "unwatch"),
]


@pytest.mark.parametrize(("text", "order"), STOPS, ids=[case[0] for case in STOPS])
def test_stopping(text: str, order: str) -> None:
    """The job stops the asker's own watch in this channel."""
    _, job = typed(text)

    assert isinstance(job, StopWatch)
    assert (job.order, job.everybody, job.watched_in) == (order, False, None)


OTHERS: list[tuple[str, type[Job], dict[str, Any]]] = [
    ("list", ListWatches, {}),
    (" LIST ", ListWatches, {}),
    ("list of what is watched", ListWatches, {}),
    ("test", SendTestNotice, {}),
    ("Test please", SendTestNotice, {}),
    ("settings", Broadcast, {"on": None}),
    ("settings broadcast", Broadcast, {"on": None}),
    ("settings broadcast on", Broadcast, {"on": True}),
    ("SETTINGS Broadcast   ON", Broadcast, {"on": True}),
    ("settings broadcast off", Broadcast, {"on": False}),
    ("settings unfurl", UnfurlLinks, {"on": None}),
    ("settings expiry off", ShowLine, {"line": CardLine.EXPIRY, "on": False}),
    ("settings brackets", ShowLine, {"line": CardLine.BRACKETS, "on": None}),
    ("settings brackets on", ShowLine, {"line": CardLine.BRACKETS, "on": True}),
    ("settings Brackets  off", ShowLine, {"line": CardLine.BRACKETS, "on": False}),
    ("settings unfurl on ", UnfurlLinks, {"on": True}),
    ("settings Unfurl  off\n", UnfurlLinks, {"on": False}),
]


@pytest.mark.parametrize(("text", "kind", "fields"), OTHERS, ids=[case[0] for case in OTHERS])
def test_commands_without_an_order(text: str, kind: type[Any], fields: dict[str, Any]) -> None:
    """The list, the test and the settings may be written in several ways."""
    _, job = typed(text)

    assert isinstance(job, kind)
    assert {name: getattr(job, name) for name in fields} == fields


SENTENCES: list[tuple[str, str]] = [
    ("watch", watch_text.WATCH_WHAT),
    ("  WATCH ", watch_text.WATCH_WHAT),
    (f"watch {ELM} {OAK}", watch_text.ONE_AT_A_TIME),
    (f"watch {ELM}, {OAK} failures", watch_text.ONE_AT_A_TIME),
    (f"unwatch {ELM} {OAK}", watch_text.ONE_TO_STOP),
    ("watch 12-elm, 14-elm", watch_text.ONE_AT_A_TIME),
    ("unwatch", watch_text.UNWATCH_WHAT),
    ("settings on", watch_text.SETTINGS_WHAT),
    ("settings broadcast maybe", watch_text.SETTINGS_WHAT),
    ("settings broadcast on off", watch_text.SETTINGS_WHAT),
    ("settings unfurl on please", watch_text.SETTINGS_WHAT),
    ("help watch", TOPICS["watch"]),
    ("HELP Watch", TOPICS["watch"]),
    ("", HELP),
]


@pytest.mark.parametrize(("text", "said"), SENTENCES, ids=[case[0] or "nothing" for case in SENTENCES])
def test_what_is_answered_in_the_ack(text: str, said: str) -> None:
    """Where nothing can be done, the answer says what to type instead, and there is no job."""
    assert typed(text) == (said, None)


@pytest.mark.parametrize(
    "text",
    ["watch the house", "watch elm street failures", "unwatch the house", "watch <!channel>", "watch ???"],
)
def test_what_names_no_order(text: str) -> None:
    """The answer quotes what was typed, escaped, and names the next step."""
    said, job = typed(text)

    assert job is None
    assert said.startswith("No order ID in “")
    assert "<!" not in said
    assert ("/order list" if text.startswith("unwatch") else "/order find") in said


@pytest.mark.parametrize("word", ["list", "test", "settings"])
def test_an_order_after_another_word_is_looked_up(word: str) -> None:
    """A link after one of the command's words is looked up."""
    _, job = typed(f"{word} {LINK}")

    assert isinstance(job, LookUp)
    assert [wanted.order for wanted in job.wanted] == [ELM]


@pytest.mark.parametrize("word", ["watch", "unwatch", "list", "test", "settings"])
def test_an_order_whose_id_is_a_word(word: str) -> None:
    """`show` looks up an order whose ID is one of the command's words."""
    _, job = typed(f"show {word}")

    assert isinstance(job, LookUp)
    assert [wanted.order for wanted in job.wanted] == [word]


@pytest.mark.parametrize("text", [f"watch {ELM}", f"unwatch {ELM}", "list", "test", "settings"])
def test_a_job_knows_who_asked_and_where_to_answer(text: str) -> None:
    """The answer is a new message for the asker alone."""
    _, job = typed(text)

    assert job is not None
    assert job.key == "k1"
    assert getattr(job, "asker", None) == ASKER
    assert getattr(job, "place", None) == Ephemeral(response_url=URL)


def test_jobs_about_one_order_share_their_lock() -> None:
    """Starting and stopping run one after the other."""
    locks = set()
    for text in (f"watch {ELM}", f"unwatch {ELM}", f"watch {ELM} failures"):
        _, job = typed(text)
        assert job
        locks.add(job.lock)

    assert locks == {f"order:T1:{OrderId(ELM)}"}
