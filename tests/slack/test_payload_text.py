"""Text as Slack's payloads may hold it."""

import json

import pytest

from bot.slack.listeners import payloads


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        pytest.param(r"ana\ud83d", "ana?", id="half an emoji"),
        pytest.param(r"\ude00ana", "?ana", id="the other half"),
        pytest.param(r"U1\u0000", "U1?", id="a NUL"),
        pytest.param(r"\ud83d\ude00 \u0641", "😀 ف", id="hold: a whole emoji and a letter"),
        pytest.param(r"line\nline", "line\nline", id="hold: a line break"),
    ],
)
def test_what_no_database_stores_becomes_a_question_mark(sent: str, read: str) -> None:
    """A job is recorded whatever characters its payload has."""
    payload = {"user": {"name": json.loads(f'"{sent}"')}}
    assert payloads.dig(payload, "user", "name") == read
